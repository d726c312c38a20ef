/* model/scan_report.h — all that a report writer needs. Sorted when it is made, so that the same
 * image and the same data give the same bytes: packages by (type, name, version, path, inner),
 * findings by (severity high to low, one that nobody rates and that is known to be exploited among
 * high; known to be exploited first, EPSS percentile high to low, id,
 * package order), suppressed ones as well, gaps by (kind, layer, where, why). */
#pragma once
#include "model/coverage.h"
#include "model/finding.h"
#include "model/image.h"

struct data_source { /* one feed in the advisory database */
	str name;      /* "osv/Debian", "debian/tracker" */
	str date;      /* RFC 3339: newest record; where records have no dates the server's Last-Modified */
	uint64_t records;
};

struct end_of_life { /* of the distribution's release */
	bool known;       /* the table (data/eol.csv) has it */
	bool ended;       /* on the day of the scan: nobody mends it for everybody any more */
	str date;         /* "2028-06-30": last day of support for everybody (Debian: of its LTS); empty: none */
	str extended;     /* last day of paid or extended support; may be empty */
};

struct base_image { /* on which image this one was built */
	str name;      /* may be empty */
	str digest;    /* may be empty */
	str how;       /* "label org.opencontainers.image.base.name", "layers of debian:12" */
	size_t layers; /* how many of the lowest layers are the base's; 0: not known */
};

struct plan;

struct scan_report {
	struct image image;
	struct distro distro;
	VEC(struct package) packages;
	VEC(struct package) repeated;      /* wanted by a lock file and installed too: told once, among packages */
	VEC(struct finding) findings;      /* what is shown: after --severity and --ignore-unfixed */
	VEC(struct finding) suppressed;    /* matched, and hidden by VEX, ignore file, rule or kind */
	VEC(struct gap) gaps;
	struct end_of_life eol;
	struct base_image base;
	const struct plan *plan;           /* model/plan.h; NULL: not asked for */
	enum severity worst;               /* of all findings that count, also those --severity hides */
	bool any;                          /* there is one */
	uint64_t findings_hidden;          /* left out by --severity or --ignore-unfixed */
	/* the data */
	uint64_t generation;               /* 0: no advisory database was read (sbom) */
	str data_date;                     /* RFC 3339: newest of the sources */
	VEC(struct data_source) sources;
	int64_t now;                       /* of the scan: wall clock, SOURCE_DATE_EPOCH, or the data's date */
	bool assessed;                     /* false: a gap that matters is there */
};
