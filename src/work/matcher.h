/* work/matcher.h — packages of the store held against the advisory data, and what data say of kinds
 * of images. One thread a call. */
#pragma once
#include "center/matches.h"
#include "center/packages.h"
#include "work/data.h"

struct matcher {
	const struct center *c;
	const struct data_hold *data;
	unsigned max_data_age_days;
	struct match_counts counts; /* added to */
	bool (*stop)(void *ctx);    /* asked between batches; may be NULL */
	void *stop_ctx;
};

/* All packages that `ask` names, in batches; its after_id and limit are moved. */
int matcher_run(struct matcher *m, struct package_ask *ask, struct error *e) must_use;
/* Profiles that were not judged with this generation yet, or all. How many. */
int matcher_judge(struct matcher *m, bool all, struct error *e) must_use;
/* Profiles that nobody judged yet have no advisory data: said of them, until there are some. How
 * many. */
int matcher_judge_none(const struct center *c, struct error *e) must_use;
/* As struct inventory_order asks for them */
struct watch_keys;
int matcher_keys(void *ctx, const struct package *p, const struct distro *distro, struct arena *a,
                 struct watch_keys *out, struct error *e);
