/* vulndb/trace.c — see the header. A flaw has at most a few dozen records, a kernel's in some
 * hundred packages. */
#include "vulndb/trace.h"
#include "vulndb/database.h"
#include "vulndb/lookup.h"
#include "vulndb/names.h"
#include "vulndb/subject.h"
#include "vulndb/trackers.h"
#include "vulndb/weigh.h"

enum { IDS_MAX = 64, ID_BYTES = 256, SCRATCH_BYTES = 64 << 20 };

/* --- what is known of an id --- */

struct learning {
	struct arena *a;
	struct trace_flaw *flaw;
	str asked;
};

static int order_strs(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

static int order_names(const void *x, const void *y)
{
	const struct trace_name *a = x, *b = y;
	int c = str_cmp(a->ecosystem, b->ecosystem);
	return c ? c : str_cmp(a->name, b->name);
}

static bool has(const str *v, size_t n, str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

static void add_id(struct learning *l, str id)
{
	if (l->flaw->ids.n < IDS_MAX && !has(l->flaw->ids.v, l->flaw->ids.n, id))
		vec_add(l->a, &l->flaw->ids, arena_str(l->a, id));
}

static int take_record(void *ctx, const struct lookup_row *row, struct error *e)
{
	struct learning *l = ctx;
	const struct advisory *x = row->advisory;
	struct trace_flaw *f = l->flaw;

	(void)e;
	if (!has(f->records.v, f->records.n, x->id))
		vec_add(l->a, &f->records, arena_str(l->a, x->id));
	if (!x->notice || str_eq(x->id, l->asked)) {
		add_id(l, x->id);
		for (size_t i = 0; !x->withdrawn.n && i < x->aliases.n; i++)
			add_id(l, x->aliases.v[i]);
	}
	for (size_t i = 0; i < x->affected.n; i++)
		vec_add(l->a, &f->names,
		        ((struct trace_name){ arena_str(l->a, x->affected.v[i].ecosystem),
		                              arena_str(l->a, x->affected.v[i].name) }));
	return 0;
}

/* The spelling in which the database has the id: as it was given, or CVE, GHSA in capitals */
static str spell(struct arena *a, str id, unsigned way)
{
	char *text = arena_alloc(a, id.n);
	size_t first = str_chr(id, '-');

	for (size_t i = 0; text && i < id.n; i++) {
		char c = id.p[i], up = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c,
		     low = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		text[i] = way == 0 ? c : way == 1 || i < first ? up : low;
	}
	return (str){ text, text ? id.n : 0 };
}

/* Sorted, without repetitions */
static void tidy(struct trace_flaw *f)
{
	size_t kept = 0;

	if (f->ids.n)
		qsort(f->ids.v, f->ids.n, sizeof *f->ids.v, order_strs);
	if (f->records.n)
		qsort(f->records.v, f->records.n, sizeof *f->records.v, order_strs);
	if (f->names.n)
		qsort(f->names.v, f->names.n, sizeof *f->names.v, order_names);
	for (size_t i = 0; i < f->names.n; i++)
		if (!kept || order_names(&f->names.v[kept - 1], &f->names.v[i]) != 0)
			f->names.v[kept++] = f->names.v[i];
	f->names.n = kept;
}

int trace_flaw(struct vulndb *db, str id, struct arena *a, struct trace_flaw *into, struct error *e)
{
	struct learning l = { .a = a, .flaw = into };
	str first;
	int r = 0;

	if (id.n > ID_BYTES)
		return 0;
	for (unsigned way = 0; way < 3 && r == 0; way++) {
		l.asked = spell(a, id, way);
		r = lookup_id(db, l.asked, take_record, &l, e);
		if (r > 0)
			add_id(&l, l.asked);
	}
	first = l.asked;
	for (size_t i = 0; r >= 0 && i < into->ids.n; i++) { /* grows as other names turn up */
		l.asked = into->ids.v[i];
		if (!str_eq(l.asked, first))
			r = lookup_id(db, l.asked, take_record, &l, e);
	}
	tidy(into);
	if (r >= 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "%.*s: too many records", STR_FMT(id));
	return MIN(r, 0);
}

/* --- one package --- */

struct tracing {
	struct look look;
	struct arena *a, scratch;
	struct subject s;
	str name; /* whose rows */
	const struct trace_flaw *flaw;
	struct judgements *out;
	bool decided; /* a tracker has a row for this package and flaw */
	struct error *e;
};

static bool speaks_for(enum event_kind kind, int order)
{
	return kind == EVENT_INTRODUCED      ? order >= 0
	       : kind == EVENT_LAST_AFFECTED ? order <= 0
	                                     : order < 0;
}

static void compare(struct tracing *t, const struct range_event *x, unsigned range,
                    struct judged *out)
{
	static const char *const words[EVENT_KINDS] = { "introduced", "fixed", "last_affected",
		                                        "limit" };
	struct compared c = { .event = words[x->kind], .sign = '?', .range = range };
	int order = 0;

	if (out->comparisons.n == COMPARED_MAX) {
		out->left_out++;
		return;
	}
	c.version = arena_str(t->a, x->version);
	if (t->s.readable && range_compare(t->s.eco, t->s.version, x, &order)) {
		c.sign = order > 0 ? '<' : order < 0 ? '>' : '=';
		c.holds = speaks_for(x->kind, order);
	}
	vec_add(t->a, &out->comparisons, c);
}

static void compare_all(struct tracing *t, const struct weighed *w, bool listed, struct judged *out)
{
	for (size_t i = 0; i < w->ranges.n; i++)
		for (size_t k = 0; k < w->ranges.v[i].n; k++)
			compare(t, &w->ranges.v[i].events[k], (unsigned)i, out);
	if (w->versions.n && out->comparisons.n < COMPARED_MAX)
		vec_add(t->a, &out->comparisons,
		        ((struct compared){
		                .event = "listed",
		                .version = arena_printf(t->a, "%zu versions", w->versions.n),
		                .sign = '=',
		                .holds = listed,
		                .range = (unsigned)w->ranges.n }));
}

/* Outside: behind a fix, before the first affected version, or in between */
static enum reason_code place(const struct judged *j)
{
	bool fixed = false, introduced = false, any = false;

	for (size_t i = 0; i < j->comparisons.n; i++) {
		const struct compared *c = &j->comparisons.v[i];
		if (!strcmp(c->event, "fixed"))
			fixed |= c->sign != '>' && c->sign != '?';
		if (!strcmp(c->event, "introduced")) {
			any = true;
			introduced |= c->holds;
		}
	}
	return fixed ? REASON_FIXED : any && !introduced ? REASON_BEFORE : REASON_OUTSIDE;
}

static void judge(struct tracing *t, const struct weighed *w, struct judged *out)
{
	const struct subject *s = &t->s;
	struct range_verdict v = weigh_judge(s, w);

	compare_all(t, w, v.listed, out);
	out->fixed = v.fixed ? arena_str(t->a, v.fixed->version) : (str){ 0 };
	if (v.affected)
		out->code = REASON_AFFECTED;
	else if (!w->fits)
		out->code = REASON_OTHER_MODULE;
	else if (!s->readable)
		out->code = s->version.n ? REASON_UNREADABLE : REASON_NO_VERSION;
	else if (v.unordered)
		out->code = REASON_UNORDERED;
	else
		out->code = place(out);
	for (size_t i = 0; !out->fixed.n && out->code == REASON_FIXED && i < out->comparisons.n;
	     i++)
		if (!strcmp(out->comparisons.v[i].event, "fixed") && !out->comparisons.v[i].holds)
			out->fixed = out->comparisons.v[i].version;
}

/* What the head adds: dates, names, and whether this copy counts */
static int take_head(struct tracing *t, str id, str feed, struct judged *out)
{
	struct advisory head = { 0 };
	struct cursor rest;
	char row[LMDB_KEY_BYTES];
	str newest = feed, value;
	bool tracker = tracker_of(feed);
	int r = lmdb_get(t->look.txn, TABLE_ADVISORIES, shelf_pair(row, id, feed), &value, t->e);

	if (r <= 0 || (r = shelf_get_head(value, &t->scratch, &head, &rest, t->e)) < 0)
		return r;
	if (!tracker &&
	    shelf_newest(t->look.advisories, id, head.origin, &newest, &value, t->e) < 0)
		return t->e->code;
	out->date = arena_str(t->a, head.modified);
	for (size_t i = 0; i < head.aliases.n; i++)
		vec_add(t->a, &out->aliases, arena_str(t->a, head.aliases.v[i]));
	if (!str_eq(newest, feed))
		out->code = REASON_SUPERSEDED;
	else if (out->code == REASON_AFFECTED && head.withdrawn.n)
		out->code = REASON_WITHDRAWN;
	else if (out->code == REASON_AFFECTED && head.origin == ORIGIN_OSV && !tracker &&
	         (vulndb_decides(t->look.db, t->s.ecosystem) || (head.notice && t->decided)))
		out->code = REASON_DECIDED;
	return 0;
}

static int take_row(struct tracing *t, str id, str feed, str value)
{
	struct weighed w = { 0 };
	struct judged j = { .advisory = arena_str(t->a, id),
		            .feed = arena_str(t->a, feed),
		            .ecosystem = arena_str(t->a, t->s.ecosystem),
		            .name = arena_str(t->a, t->name),
		            .version = arena_str(t->a, t->s.version),
		            .order = t->s.eco->order };
	int r = weigh_read(&t->s, value, &t->scratch, &w, t->e);

	if (r < 0)
		return r;
	judge(t, &w, &j);
	r = take_head(t, id, feed, &j);
	if (r == 0)
		vec_add(t->a, t->out, j);
	return r;
}

/* The feeds' rows of one record for this package */
static int take_id(struct tracing *t, str id, bool trackers_only)
{
	struct buf key cleanup(buf_done) = BUF(2 * LMDB_KEY_BYTES);
	char prefix[LMDB_KEY_BYTES];
	str found, value;
	int r;

	buf_add(&key, shelf_package_prefix(prefix, t->s.ecosystem, t->name));
	buf_add(&key, id);
	buf_addc(&key, 0);
	if (key.n > LMDB_KEY_BYTES)
		return 0;
	for (r = lmdb_seek(t->look.packages, buf_view(&key), &found, &value, t->e);
	     r == 1 && str_starts(found, buf_view(&key));
	     r = lmdb_next(t->look.packages, &found, &value, t->e)) {
		str feed = str_from(found, key.n);
		t->decided |= tracker_of(feed) != NULL;
		if (!trackers_only && take_row(t, id, feed, value) < 0)
			return t->e->code;
	}
	return r < 0 ? r : 0;
}

static int take_name(struct tracing *t, str name)
{
	int r = 0;

	t->name = name;
	for (unsigned pass = 0; pass < 2; pass++) /* is there a tracker's word? then all */
		for (size_t i = 0; r == 0 && i < t->flaw->records.n; i++)
			r = take_id(t, t->flaw->records.v[i], pass == 0);
	return r;
}

int trace_package(struct vulndb *db, const struct package *p, const struct distro *d,
                  const struct trace_flaw *flaw, struct arena *a, struct judgements *out,
                  struct error *e)
{
	struct tracing t = {
		.a = a, .scratch = ARENA(SCRATCH_BYTES), .flaw = flaw, .out = out, .e = e
	};
	int r = 0;

	if (subject_describe(a, p, d, &t.s)) {
		r = look_open(db, &t.look, e);
		r = r < 0 ? r : take_name(&t, t.s.name);
		if (r == 0 && p->type == PACKAGE_RPM &&
		    str_eq(names_base(t.s.ecosystem), STR("Red Hat")))
			r = take_name(&t, arena_concat(a, STR("src:"),
			                               p->source.n ? p->source : t.s.name));
		look_done(&t.look);
	}
	if (r == 0 && (a->failed || t.scratch.failed))
		r = error_set(e, ERR_LIMIT, "%.*s: too many records", STR_FMT(p->name));
	arena_done(&t.scratch);
	return r;
}
