#include "scan/differ.h"
#include "version/ecosystem.h"

/* --- packages: sorted by type, name and version, a run of one name at a time --- */

struct unit {
	const struct package *package;
	const struct ecosystem *order; /* NULL: no order is known */
};

typedef VEC(struct unit) units;

static const struct ecosystem *order_of(const struct scan_report *r, const struct package *p)
{
	const char *own = package_ecosystem(p->type);
	const struct ecosystem *eco = ecosystem_find(*own ? str_c(own) : r->distro.ecosystem);

	if (eco && !strcmp(eco->purl_type, package_purl_type(p->type)))
		return eco;
	for (size_t i = 0; (eco = ecosystem_at(i)); i++)
		if (!strcmp(eco->purl_type, package_purl_type(p->type)))
			return eco;
	return NULL;
}

static int by_name(const struct package *a, const struct package *b)
{
	return a->type != b->type ? (int)a->type - (int)b->type : str_cmp(a->name, b->name);
}

static int by_version(const struct unit *a, const struct unit *b)
{
	int c = a->order ? a->order->compare(a->package->version, b->package->version) : 0;
	return c ? c : str_cmp(a->package->version, b->package->version);
}

static int by_unit(const void *x, const void *y)
{
	const struct unit *a = x, *b = y;
	int c = by_name(a->package, b->package);
	return c ? c : by_version(a, b);
}

/* One of each name and version */
static bool list(const struct scan_report *r, struct arena *a, units *out)
{
	size_t kept = 0;

	out->v = arena_many(a, r->packages.n, struct unit);
	if (!out->v)
		return false;
	for (size_t i = 0; i < r->packages.n; i++)
		out->v[i] = (struct unit){ &r->packages.v[i], order_of(r, &r->packages.v[i]) };
	qsort(out->v, r->packages.n, sizeof *out->v, by_unit);
	for (size_t i = 0; i < r->packages.n; i++)
		if (!kept || by_name(out->v[kept - 1].package, out->v[i].package) != 0 ||
		    !str_eq(out->v[kept - 1].package->version, out->v[i].package->version))
			out->v[kept++] = out->v[i];
	out->n = out->room = kept;
	return true;
}

static size_t run_end(const units *u, size_t from)
{
	size_t end = from;
	while (end < u->n && by_name(u->v[end].package, u->v[from].package) == 0)
		end++;
	return end;
}

static void add_package(struct arena *arena, struct difference *d, const struct unit *before,
                        const struct unit *after)
{
	enum change kind = !before ? CHANGE_NEW : !after ? CHANGE_GONE : CHANGE_CHANGED;

	if (before && after && before->order) {
		int c = before->order->compare(before->package->version, after->package->version);
		kind = c < 0 ? CHANGE_UPGRADED : c > 0 ? CHANGE_DOWNGRADED : CHANGE_CHANGED;
	}
	vec_add(arena, &d->packages,
	        ((struct package_change){ kind, before ? before->package : NULL,
	                                  after ? after->package : NULL }));
}

/* Takes what both runs have out of them; returns how many are left of `u`. */
static size_t left_of(const struct unit *u, size_t n, const struct unit *other, size_t other_n,
                      struct unit *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k < other_n && !str_eq(u[i].package->version, other[k].package->version))
			k++;
		if (k == other_n)
			out[kept++] = u[i];
	}
	return kept;
}

static void pair(struct arena *arena, const struct unit *a, size_t a_n, const struct unit *b,
                 size_t b_n, struct difference *d)
{
	struct unit *before = arena_many(arena, a_n, struct unit),
	            *after = arena_many(arena, b_n, struct unit);

	if (!before || !after)
		return;
	size_t m = left_of(a, a_n, b, b_n, before), n = left_of(b, b_n, a, a_n, after);
	d->same_packages += a_n - m;
	for (size_t i = 0; i < MAX(m, n); i++)
		add_package(arena, d, i < m ? &before[i] : NULL, i < n ? &after[i] : NULL);
}

static void pair_all(struct arena *arena, const units *a, const units *b, struct difference *d)
{
	size_t i = 0, k = 0;

	while (i < a->n || k < b->n) {
		int c = i == a->n ? 1 : k == b->n ? -1 : by_name(a->v[i].package, b->v[k].package);
		size_t i_end = c <= 0 ? run_end(a, i) : i, k_end = c >= 0 ? run_end(b, k) : k;
		pair(arena, a->v + i, i_end - i, b->v + k, k_end - k, d);
		i = i_end;
		k = k_end;
	}
}

/* --- findings --- */

struct flaw {
	const struct finding *finding;
	bool taken;
};

struct flaws {
	struct flaw *v;
	size_t n;
};

static int by_flaw(const void *x, const void *y)
{
	const struct finding *a = ((const struct flaw *)x)->finding,
	                     *b = ((const struct flaw *)y)->finding;
	int c = by_name(a->package, b->package);
	c = c ? c : str_cmp(a->id, b->id);
	return c ? c : (int)finding_rank(b) - (int)finding_rank(a);
}

/* One of each package name and id, the gravest */
static bool list_flaws(const struct finding *v, size_t n, struct arena *a, struct flaws *out)
{
	out->v = arena_many(a, n, struct flaw);
	out->n = 0;
	if (!out->v)
		return false;
	for (size_t i = 0; i < n; i++)
		out->v[i] = (struct flaw){ &v[i], false };
	qsort(out->v, n, sizeof *out->v, by_flaw);
	for (size_t i = 0; i < n; i++) {
		const struct finding *last = out->n ? out->v[out->n - 1].finding : NULL,
		                     *f = out->v[i].finding;
		if (!last || by_name(last->package, f->package) != 0 || !str_eq(last->id, f->id))
			out->v[out->n++] = out->v[i];
	}
	return true;
}

static bool calls(const struct finding *f, str id)
{
	bool any = str_eq(f->id, id);
	for (size_t i = 0; i < f->aliases.n && !any; i++)
		any = str_eq(f->aliases.v[i], id);
	return any;
}

/* Where the findings of that package begin */
static size_t first_of(const struct flaws *l, const struct package *p)
{
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_name(l->v[middle].finding->package, p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The same flaw of the same package: by its id, else by what one side calls it */
static struct flaw *same_in(const struct flaws *l, const struct finding *f)
{
	struct flaw *alias = NULL;
	for (size_t i = first_of(l, f->package);
	     i < l->n && by_name(l->v[i].finding->package, f->package) == 0; i++) {
		const struct finding *other = l->v[i].finding;
		if (str_eq(other->id, f->id))
			return &l->v[i];
		if (!alias && !l->v[i].taken && (calls(other, f->id) || calls(f, other->id)))
			alias = &l->v[i];
	}
	return alias;
}

static str tell_hiding(struct arena *a, const struct finding *f, const char *before)
{
	return arena_printf(a, "%s (%s) by %.*s", before, hiding_word(f->hidden.kind),
	                    STR_FMT(f->hidden.by));
}

/* Why one side has a finding and the other none: the package, its version, a decision, or the data
 */
static str why(struct arena *a, const struct difference *d, const struct finding *f,
               const struct flaws *hidden, bool is_new)
{
	const struct flaw *h = same_in(hidden, f);

	if (h)
		return tell_hiding(a, h->finding, is_new ? "was hidden" : "hidden");
	for (size_t i = 0; i < d->packages.n; i++) {
		const struct package_change *c = &d->packages.v[i];
		const struct package *mine = is_new ? c->after : c->before;
		if (!mine || by_name(mine, f->package) != 0 ||
		    !str_eq(mine->version, f->package->version))
			continue;
		if (!c->before || !c->after)
			return is_new ? STR("with the new package") : STR("with the package");
		return arena_printf(a, "%s: %.*s -> %.*s", change_word(c->kind),
		                    STR_FMT(c->before->version), STR_FMT(c->after->version));
	}
	if (!str_eq(d->a->distro.ecosystem, d->b->distro.ecosystem))
		return STR("the release changed");
	return is_new ? STR("newly known") : STR("the advisory data changed");
}

static str what_changed(struct arena *a, const struct finding *x, const struct finding *y)
{
	str out = { 0 };
	if (x->severity != y->severity)
		out = arena_printf(a, "severity %s -> %s", severity_word(x->severity),
		                   severity_word(y->severity));
	if (x->status != y->status)
		out = arena_printf(a, "%.*s%sstatus %s -> %s", STR_FMT(out), out.n ? ", " : "",
		                   fix_status_word(x->status), fix_status_word(y->status));
	if (!str_eq(x->fixed_version, y->fixed_version))
		out = arena_printf(a, "%.*s%sfix %.*s -> %.*s", STR_FMT(out), out.n ? ", " : "",
		                   STR_FMT(x->fixed_version.n ? x->fixed_version : STR("none")),
		                   STR_FMT(y->fixed_version.n ? y->fixed_version : STR("none")));
	if (x->exploited.known != y->exploited.known)
		out = arena_printf(a, "%.*s%s%s to be exploited", STR_FMT(out), out.n ? ", " : "",
		                   y->exploited.known ? "now known" : "no longer known");
	return out;
}

static void pair_findings(struct arena *arena, struct flaws *a, struct flaws *b,
                          const struct flaws *a_hidden, const struct flaws *b_hidden,
                          struct difference *d)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct finding *f = a->v[i].finding;
		struct flaw *other = same_in(b, f);
		str text = other ? what_changed(arena, f, other->finding) : (str){ 0 };
		if (other)
			other->taken = true;
		if (!other)
			vec_add(arena, &d->findings,
			        ((struct finding_change){ CHANGE_GONE, f, NULL,
			                                  why(arena, d, f, b_hidden, false) }));
		else if (text.n)
			vec_add(arena, &d->findings,
			        ((struct finding_change){ CHANGE_CHANGED, f, other->finding,
			                                  text }));
		else
			d->same_findings++;
	}
	for (size_t i = 0; i < b->n; i++) {
		const struct finding *f = b->v[i].finding;
		if (b->v[i].taken)
			continue;
		vec_add(arena, &d->findings,
		        ((struct finding_change){ CHANGE_NEW, NULL, f,
		                                  why(arena, d, f, a_hidden, true) }));
		d->worst_new = MAX(d->worst_new, f->severity);
		d->any_new = true;
	}
}

/* --- gaps, and the order of it all --- */

static bool has_gap(const struct scan_report *r, const struct gap *g)
{
	for (size_t i = 0; i < r->gaps.n; i++)
		if (r->gaps.v[i].kind == g->kind && str_eq(r->gaps.v[i].where, g->where) &&
		    str_eq(r->gaps.v[i].why, g->why))
			return true;
	return false;
}

static void pair_gaps(struct arena *arena, struct difference *d)
{
	for (size_t i = 0; i < d->b->gaps.n; i++)
		if (!has_gap(d->a, &d->b->gaps.v[i]))
			vec_add(arena, &d->gaps,
			        ((struct gap_change){ CHANGE_NEW, &d->b->gaps.v[i] }));
	for (size_t i = 0; i < d->a->gaps.n; i++)
		if (!has_gap(d->b, &d->a->gaps.v[i]))
			vec_add(arena, &d->gaps,
			        ((struct gap_change){ CHANGE_GONE, &d->a->gaps.v[i] }));
}

static int by_package_change(const void *x, const void *y)
{
	const struct package_change *a = x, *b = y;
	const struct package *p = a->after ? a->after : a->before,
	                     *q = b->after ? b->after : b->before;
	int c = (int)a->kind - (int)b->kind;

	c = c ? c : by_name(p, q);
	return c ? c : str_cmp(p->version, q->version);
}

static int by_finding_change(const void *x, const void *y)
{
	const struct finding_change *a = x, *b = y;
	const struct finding *f = a->after ? a->after : a->before,
	                     *g = b->after ? b->after : b->before;
	int c = (int)a->kind - (int)b->kind;

	c = c ? c : (int)finding_rank(g) - (int)finding_rank(f);
	c = c ? c : str_cmp(f->id, g->id);
	return c ? c : by_name(f->package, g->package);
}

int differ_reports(const struct scan_report *a, const struct scan_report *b, struct arena *arena,
                   struct difference *out, struct error *e)
{
	struct difference d = { .a = a, .b = b };
	struct flaws found[2], hidden[2];
	units before = { 0 }, after = { 0 };

	d.same_data = a->generation == b->generation && str_eq(a->data_date, b->data_date);
	if (list(a, arena, &before) && list(b, arena, &after) &&
	    list_flaws(a->findings.v, a->findings.n, arena, &found[0]) &&
	    list_flaws(b->findings.v, b->findings.n, arena, &found[1]) &&
	    list_flaws(a->suppressed.v, a->suppressed.n, arena, &hidden[0]) &&
	    list_flaws(b->suppressed.v, b->suppressed.n, arena, &hidden[1])) {
		pair_all(arena, &before, &after, &d);
		pair_findings(arena, &found[0], &found[1], &hidden[0], &hidden[1], &d);
		pair_gaps(arena, &d);
	}
	if (arena->failed)
		return error_set(e, ERR_LIMIT, "the reports are too large to be compared");
	if (d.packages.n)
		qsort(d.packages.v, d.packages.n, sizeof *d.packages.v, by_package_change);
	if (d.findings.n)
		qsort(d.findings.v, d.findings.n, sizeof *d.findings.v, by_finding_change);
	*out = d;
	return 0;
}
