/* model/scan_report.h — all that a report writer needs. Sorted when it is made, so that the same
 * image and the same data give the same bytes: packages by (type, name, version, path, inner),
 * findings by (severity high to low, id, package order), gaps by (kind, layer, where, why). */
#pragma once
#include "model/coverage.h"
#include "model/finding.h"
#include "model/image.h"

struct data_source { /* one feed in the advisory database */
	str name;      /* "osv/Debian", "debian/tracker" */
	str date;      /* RFC 3339: newest record, or the publisher's Last-Modified */
	uint64_t records;
};

struct scan_report {
	struct image image;
	struct distro distro;
	VEC(struct package) packages;
	VEC(struct finding) findings;      /* what is shown: after --severity and --ignore-unfixed */
	VEC(struct gap) gaps;
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
