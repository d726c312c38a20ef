#include "vulndb/weigh.h"
#include "vulndb/subject.h"

/* A build for a module stream is compared with builds of that stream only, and others with none. */
static bool fits_module(const struct affected *f, const struct package *p)
{
	if (p->type != PACKAGE_RPM)
		return true;
	if (!f->module.n || !p->module.n)
		return !f->module.n == !p->module.n;
	return str_eq(f->module, STR("*")) ||
	       (str_starts(p->module, f->module) &&
	        (p->module.n == f->module.n || p->module.p[f->module.n] == ':'));
}

/* Bitnami's "1.2.3-4" is a build of 1.2.3, and what an advisory says of the last affected 1.2.3
 * holds for all of them. */
static struct range_verdict judge_upstream(const struct subject *s, const struct weighed *w)
{
	str version = str_upto(s->version, str_chr(s->version, '-'));
	struct range_verdict v = range_evaluate(s->eco, version, w->ranges.v, w->ranges.n,
	                                        w->versions.v, w->versions.n);
	v.affected = v.affected && (v.listed || v.last_affected);
	return v;
}

static void take_body(struct weighed *w, struct arena *a, const struct affected *f)
{
	if (!w->fits)
		w->open = f->open;
	w->fits = true;
	vec_reserve(a, &w->ranges, f->ranges.n);
	for (size_t i = 0; i < f->ranges.n; i++)
		vec_add(a, &w->ranges,
		        ((struct range){ f->ranges.v[i].events.v, f->ranges.v[i].events.n }));
	if (!w->versions.n) /* most rows have one body, and some list thousands */
		w->versions.v = f->versions.v, w->versions.n = w->versions.room = f->versions.n;
	else
		for (size_t i = 0; i < f->versions.n; i++)
			vec_add(a, &w->versions, f->versions.v[i]);
	for (size_t i = 0; i < f->opinions.n; i++)
		vec_add(a, &w->opinions, f->opinions.v[i]);
}

int weigh_read(const struct subject *s, str row, struct arena *a, struct weighed *out,
               struct error *e)
{
	struct cursor c = CURSOR("advisory database", row.p, row.n);
	while (cur_left(&c)) {
		struct affected f = { 0 };
		int r = record_get_body(&c, a, &f, e);
		if (r < 0)
			return r;
		if (fits_module(&f, s->package))
			take_body(out, a, &f);
	}
	return 0;
}

struct range_verdict weigh_judge(const struct subject *s, const struct weighed *w)
{
	size_t n = s->readable ? w->ranges.n : 0;
	struct range_verdict v =
	        range_evaluate(s->eco, s->version, w->ranges.v, n, w->versions.v, w->versions.n);
	return s->package->type == PACKAGE_BITNAMI && !v.affected ? judge_upstream(s, w) : v;
}
