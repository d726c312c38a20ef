/* report/trivy.h — Trivy's names for what we name otherwise (pkg/fanal/types/const.go and
 * trivy-db's sources, version 0.57). Any thread. */
#pragma once
#include "base/arena.h"
#include "model/scan_report.h"

/* One entry of `Results`: the system's packages, all of a kind that Trivy puts together, or the
 * packages of one file. */
struct trivy_result {
	const char *class; /* "os-pkgs", "lang-pkgs" */
	const char *type;  /* "debian", "node-pkg", "gobinary" … */
	str target;
};

struct trivy_result trivy_result_of(struct arena *a, const struct scan_report *r,
                                    const struct package *p);
const char *trivy_family(str distro_id); /* "redhat" of "rhel"; NULL: as it is */
const char *trivy_severity(enum severity s);
unsigned trivy_severity_number(enum severity s); /* 0 unknown to 4 critical */
str trivy_source(struct arena *a, str source);   /* "ghsa" of "GitHub" */

struct trivy_data_source {
	str ecosystem; /* what ours starts with */
	const char *id, *name, *url;
};
const struct trivy_data_source *trivy_data_source(const struct finding *f);

/* [epoch:]version[-release] in its parts, where the type has them. */
struct trivy_version {
	uint64_t epoch;
	str version, release;
};
struct trivy_version trivy_version_of(enum package_type type, str version);
