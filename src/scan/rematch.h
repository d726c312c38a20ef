/* scan/rematch.h — stored packages matched again, without their images: the same deciders as in a
 * scan, package by package. One thread. */
#pragma once
#include "model/scan_report.h"

struct vulndb;

struct rematch_package {
	struct package p;            /* path and layer play no part */
	const struct package *owner; /* the distribution's package that brought it; NULL: none */
};

struct rematch_result {                 /* of one package */
	size_t package;                 /* index */
	const struct finding *findings; /* hidden ones too, see finding.hidden */
	size_t n;
	str gap; /* why it cannot be matched; empty: it was */
};

/* All packages of one distribution (of language packages without an owner: any). Told in the order
 * of `v`, one call a package; what is told lives for the call, out of `a`, which is reset in
 * between. Below 0 what `each` gave, which ends it. */
typedef int rematch_each(void *ctx, const struct rematch_result *r, struct error *e);
int rematch_run(struct vulndb *db, const struct distro *distro, const struct rematch_package *v,
                size_t n, struct arena *a, rematch_each *each, void *ctx, struct error *e) must_use;

/* What data say of a kind of image, beside its findings: gaps that come and go with them (nobody
 * writes advisories for an ecosystem, the release ended, data are too old), as a scan would note
 * them at `now`. `types` is a set of 1 << package_type. *r gets gaps and eol; strings in `a`. */
int rematch_judge(struct vulndb *db, const struct distro *distro, unsigned types,
                  unsigned max_data_age_days, int64_t now, struct arena *a, struct scan_report *r,
                  struct error *e) must_use;
