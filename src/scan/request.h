/* scan/request.h — what is asked of a scan, and what it tells while it runs. */
#pragma once
#include "model/scan_report.h"
#include "oci/source.h"

struct scan_progress { /* told from any thread, one call at a time */
	size_t layer, layers; /* layer from 0; layers 0 while unknown */
	uint64_t bytes;       /* fed so far, of this layer */
	uint64_t size_bytes;  /* 0 when unknown */
	bool done;
};

struct cache;
struct ignore_list;
struct vex_set;

struct scan_options {
	const char *label;     /* what the report calls the target; NULL: as it was given */
	struct source_options source;
	struct cache *cache;   /* of layers and documents; NULL: none */
	const char *db_path;   /* NULL: no matching (an inventory only) */
	const char *advisories; /* folder of OSV records of one's own; NULL: none */
	const char *temp_dir;  /* for the spool; NULL: TMPDIR, /var/tmp, /tmp */
	unsigned jobs;         /* layers at a time; 0: one a core, at most 4 */
	unsigned max_data_age_days; /* 0: any age */
	unsigned shown;        /* set of 1 << severity: others are counted and not shown; 0: all */
	bool whole_layers;     /* seekable layers are read as any other */
	bool attached_sboms;   /* packages of SBOMs attached to the image are claimed too */
	bool ignore_unfixed;
	bool plan;             /* r->plan is made, of the findings that are shown */
	const char *severity_source; /* whose severity is shown (vulndb/rate.h); NULL: the default */
	const struct ignore_list *ignored; /* what somebody accepted; NULL: nothing */
	struct vex_set *vex;   /* statements that may hide findings, indexed; NULL: none */
	bool attached_vex;     /* and those attached to the image */
	struct vex_set *vex_attached; /* where these go: set by scan_run() */
	size_t *vex_unfitted;  /* told: statements that were about no finding; may be NULL */
	unsigned left_out;     /* set of 1 << package_use: findings of these are suppressed, and counted */
	void (*progress)(void *ctx, const struct scan_progress *p); /* may be NULL */
	void *progress_ctx;
};
