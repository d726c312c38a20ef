/* model/plan.h — which upgrades would clear how much of a report. Values; what they point at belongs to
 * the report. */
#pragma once
#include "model/scan_report.h"

struct plan_step { /* packages that are upgraded together */
	enum package_type type;
	str name;        /* of the package; of the source package for dpkg, apk and rpm */
	str from, to;    /* versions as advisories speak of them; to: the highest fix that is needed,
	                    also by flaws of that version itself */
	VEC(str) opens;  /* flaws of `to` that `from` has not and no later version mends */
	bool major;      /* the first number changes (of 0.x the second): a look at the changes is due */
	str within;      /* major: the highest fix below that; may be empty */
	uint64_t within_findings; /* that `within` clears */
	unsigned layer;
	bool base;       /* the base image brings it */
	bool claimed;    /* an SBOM says so: of no layer */
	VEC(const struct package *) packages;
	uint64_t found[SEVERITY_COUNT], findings, exploited, weight;
	uint64_t cleared, cleared_weight; /* with all steps before it */
	str how;         /* a command; may be empty */
};

struct plan {
	VEC(struct plan_step) steps; /* the heaviest first */
	uint64_t findings, weight;   /* of the report */
	uint64_t remaining[FIX_STATUS_COUNT]; /* findings no step clears, by what is known of a fix */
	uint64_t hidden;             /* suppressed findings: no step is for them */
};

/* What is upgraded in one place: the base image, a layer, or what an SBOM claims */
static inline bool plan_same_place(const struct plan_step *a, const struct plan_step *b)
{
	return a->claimed == b->claimed && a->base == b->base &&
	       (a->base || a->claimed || a->layer == b->layer);
}
