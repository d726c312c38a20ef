/* scan/whynot.c — every package that a record of the flaw names is looked for in the image, and the
 * nearest miss is the answer. */
#include "scan/whynot.h"
#include "scan/evidence.h"
#include "scan/locks.h"
#include "version/ecosystem.h"
#include "vulndb/names.h"
#include "vulndb/subject.h"
#include "vulndb/vulndb.h"

enum { NAMES_SHOWN = 6 };

struct asking {
	struct evidence *x;
	const struct scan_report *r;
	const struct distro *distro;
	struct arena *a;
	struct explanation *out;
	struct trace_flaw all; /* of both databases */
	struct error *e;
};

static void add(struct asking *q, enum reason_code code, const struct package *p, str why)
{
	vec_add(q->a, &q->out->reasons,
	        ((struct reason){ .code = code, .package = p, .why = why }));
}

static void gather(struct asking *q)
{
	for (size_t i = 0; i < q->x->n; i++) {
		const struct trace_flaw *f = &q->x->flaw[i];
		for (size_t k = 0; k < f->ids.n; k++)
			vec_add(q->a, &q->all.ids, f->ids.v[k]);
		for (size_t k = 0; k < f->names.n; k++)
			vec_add(q->a, &q->all.names, f->names.v[k]);
		q->out->records += f->records.n;
	}
	for (size_t k = 0; k < q->all.ids.n; k++)
		vec_add(q->a, &q->out->ids, q->all.ids.v[k]);
}

/* --- what did match --- */

static bool is_called(const struct asking *q, const struct finding *f, str id)
{
	bool any = evidence_is(f, id);
	for (size_t i = 0; i < q->all.ids.n && !any; i++)
		any = evidence_is(f, q->all.ids.v[i]);
	return any;
}

static bool take_findings(struct asking *q, str id)
{
	const struct scan_report *r = q->r;
	size_t shown = r->findings.n, before = q->out->reasons.n;

	for (size_t i = 0; i < shown + r->suppressed.n; i++) {
		const struct finding *f =
		        i < shown ? &r->findings.v[i] : &r->suppressed.v[i - shown];
		const struct package *p = f->package;
		const struct hiding *h = &f->hidden;
		bool hidden = h->kind != HIDING_NONE;
		if (!is_called(q, f, id))
			continue;
		str why =
		        hidden ? arena_printf(q->a,
		                              "%.*s %.*s matched and is hidden (%s) by %.*s%s%.*s",
		                              STR_FMT(p->name), STR_FMT(p->version),
		                              hiding_word(h->kind), STR_FMT(h->by),
		                              h->why.n ? ": " : "", STR_FMT(h->why))
		               : arena_printf(q->a, "%.*s %.*s is affected: `explain` says why",
		                              STR_FMT(p->name), STR_FMT(p->version));
		add(q, hidden ? REASON_HIDDEN : REASON_AFFECTED, p, why);
		if (q->out->reasons.n)
			q->out->reasons.v[q->out->reasons.n - 1].finding = f;
	}
	return q->out->reasons.n > before;
}

static bool has_finding(const struct asking *q, const struct package *p)
{
	for (size_t i = 0; i < q->out->reasons.n; i++)
		if (q->out->reasons.v[i].package == p && q->out->reasons.v[i].finding)
			return true;
	return false;
}

/* --- packages that the records name --- */

static str sentence(struct arena *a, const struct package *p, const struct judged *j)
{
	str rec = arena_printf(a, "%.*s (%.*s)", STR_FMT(j->advisory), STR_FMT(j->feed));
	str what = arena_printf(a, "%.*s %.*s", STR_FMT(p->name), STR_FMT(j->version));

	switch (j->code) {
	case REASON_FIXED:
		return arena_printf(a, "%.*s has the fix of %.*s: %.*s (%s order)", STR_FMT(what),
		                    STR_FMT(rec), STR_FMT(j->fixed), j->order);
	case REASON_BEFORE:
		return arena_printf(a, "%.*s is older than what %.*s is about (%s order)",
		                    STR_FMT(what), STR_FMT(rec), j->order);
	case REASON_OTHER_MODULE:
		return arena_printf(a, "%.*s is of %s%.*s, %.*s is about builds of another",
		                    STR_FMT(what), p->module.n ? "the module " : "no module",
		                    STR_FMT(p->module), STR_FMT(rec));
	case REASON_NO_VERSION:
		return arena_printf(a,
		                    "no version of %.*s is known that %.*s could be held against",
		                    STR_FMT(p->name), STR_FMT(rec));
	case REASON_UNREADABLE:
		return arena_printf(a, "the version of %.*s has no place in %s order",
		                    STR_FMT(what), j->order);
	case REASON_DECIDED:
		return arena_printf(
		        a,
		        "%.*s would hold %.*s, but the distribution's own feed decides "
		        "about its packages, and it does not say that this one is affected",
		        STR_FMT(rec), STR_FMT(what));
	default:
		return arena_printf(a, "%.*s, %.*s: %s", STR_FMT(what), STR_FMT(rec),
		                    reason_text(j->code));
	}
}

/* A package with rows in the records: what the nearest of them says of it */
static int take_judged(struct asking *q, const struct package *p, bool *any)
{
	struct judgements judged = { 0 };
	const struct judged *best = NULL;
	int r = evidence_judge(q->x, p, q->distro, q->a, &judged, q->e);

	for (size_t i = 0; i < judged.n; i++)
		if (!best || judged.v[i].code < best->code)
			best = &judged.v[i];
	*any = best;
	if (r < 0 || !best)
		return r;
	if (best->code == REASON_AFFECTED && locks_is_own(p))
		add(q, REASON_OWN_PROJECT, p,
		    arena_printf(q->a,
		                 "%.*s is the project whose lock file that is (%.*s): a published "
		                 "package of its name is another",
		                 STR_FMT(p->name), STR_FMT(p->path)));
	else if (best->code != REASON_AFFECTED || !has_finding(q, p))
		add(q, best->code, p, sentence(q->a, p, best));
	else
		return 0;
	if (q->out->reasons.n)
		q->out->reasons.v[q->out->reasons.n - 1].judged = judged;
	return 0;
}

static bool covers(const struct asking *q, str ecosystem)
{
	for (size_t i = 0; i < q->x->n; i++)
		if (vulndb_covers(q->x->db[i], ecosystem))
			return true;
	return false;
}

static bool decides(const struct asking *q, str ecosystem)
{
	for (size_t i = 0; i < q->x->n; i++)
		if (vulndb_decides(q->x->db[i], ecosystem))
			return true;
	return false;
}

/* The name is there, for other releases of the same distribution */
static void take_release(struct asking *q, const struct package *p, const struct subject *s,
                         const struct trace_name *n)
{
	if (!covers(q, s->ecosystem))
		add(q, REASON_NOT_COVERED, p,
		    arena_printf(q->a,
		                 "the database has nothing for %.*s, of which %.*s is; it knows "
		                 "the flaw in %.*s",
		                 STR_FMT(s->ecosystem), STR_FMT(p->name), STR_FMT(n->ecosystem)));
	else if (decides(q, s->ecosystem))
		add(q, REASON_NOT_AFFECTED, p,
		    arena_printf(q->a,
		                 "the distribution's feed says of every flaw which releases have "
		                 "it: it names %.*s in %.*s, and not in %.*s",
		                 STR_FMT(n->name), STR_FMT(n->ecosystem), STR_FMT(s->ecosystem)));
	else
		add(q, REASON_OTHER_RELEASE, p,
		    arena_printf(q->a, "the records name %.*s in %.*s, and not in %.*s",
		                 STR_FMT(n->name), STR_FMT(n->ecosystem), STR_FMT(s->ecosystem)));
}

/* A package of a distribution whose release nobody knows */
static void take_unknown(struct asking *q, const struct package *p)
{
	for (size_t i = 0; i < q->all.names.n; i++) {
		const struct trace_name *n = &q->all.names.v[i];
		const struct ecosystem *eco = ecosystem_find(n->ecosystem);
		if (!eco || strcmp(eco->purl_type, package_purl_type(p->type)) != 0 ||
		    (!str_eq(n->name, p->name) && !str_eq(n->name, p->source)))
			continue;
		bool nothing = !q->r->distro.ecosystem.n;
		add(q, nothing ? REASON_RELEASE_UNKNOWN : REASON_OTHER_ECOSYSTEM, p,
		    nothing ? arena_printf(
		                      q->a,
		                      "%.*s %.*s is there, but it is not known of which release: "
		                      "the records name it in %.*s",
		                      STR_FMT(p->name), STR_FMT(p->version), STR_FMT(n->ecosystem))
		            : arena_printf(
		                      q->a,
		                      "%.*s is no package of %.*s, the records name one of %.*s",
		                      STR_FMT(p->name), STR_FMT(q->r->distro.ecosystem),
		                      STR_FMT(n->ecosystem)));
		return;
	}
}

static int take_package(struct asking *q, const struct package *p)
{
	const struct trace_name *release = NULL, *other = NULL;
	struct subject s;
	bool any = false;

	if (!subject_describe(q->a, p, q->distro, &s)) {
		take_unknown(q, p);
		return 0;
	}
	for (size_t i = 0; i < q->all.names.n && !any; i++) {
		const struct trace_name *n = &q->all.names.v[i];
		bool same = str_eq(n->name, s.name);
		if (same && str_eq(n->ecosystem, s.ecosystem))
			any = true;
		else if (same && str_eq(names_base(n->ecosystem), names_base(s.ecosystem)))
			release = n;
		else if (same || str_eq_nocase(n->name, p->name))
			other = n;
		else if (p->type == PACKAGE_RPM && str_starts(n->name, STR("src:")) &&
		         str_eq(n->ecosystem, s.ecosystem) &&
		         str_eq(str_from(n->name, 4), p->source.n ? p->source : s.name))
			any = true;
	}
	if (any)
		return take_judged(q, p, &any);
	if (release)
		take_release(q, p, &s, release);
	else if (other)
		add(q, REASON_OTHER_ECOSYSTEM, p,
		    arena_printf(q->a,
		                 "%.*s is there as a package of %.*s, the records name one of %.*s",
		                 STR_FMT(p->name), STR_FMT(s.ecosystem),
		                 STR_FMT(other->ecosystem)));
	return 0;
}

/* What a lock file wants and is installed too */
static void take_repeated(struct asking *q)
{
	for (size_t i = 0; i < q->r->repeated.n; i++) {
		const struct package *p = &q->r->repeated.v[i];
		struct subject s;
		if (!subject_describe(q->a, p, q->distro, &s))
			continue;
		for (size_t k = 0; k < q->all.names.n; k++)
			if (str_eq(q->all.names.v[k].ecosystem, s.ecosystem) &&
			    str_eq(q->all.names.v[k].name, s.name)) {
				add(q, REASON_REPEATED, p,
				    arena_printf(
				            q->a,
				            "%.*s wants %.*s %.*s, which is installed too: it is "
				            "told once, as installed",
				            STR_FMT(p->path), STR_FMT(p->name),
				            STR_FMT(p->version)));
				break;
			}
	}
}

/* --- nothing at all --- */

static bool is_distributions(str ecosystem)
{
	static const char *const types[] = { "deb", "apk", "rpm" };
	const struct ecosystem *eco = ecosystem_find(names_base(ecosystem));

	for (size_t i = 0; eco && i < LEN(types); i++)
		if (!strcmp(eco->purl_type, types[i]))
			return true;
	return false;
}

/* What other distributions call it is no name to look for here. */
static bool may_be_here(const struct asking *q, str ecosystem)
{
	str own = q->r->distro.ecosystem;

	return !own.n || !is_distributions(ecosystem) ||
	       str_eq(names_base(own), names_base(ecosystem));
}

static int order_by_text(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

/* "openssl, openssl1.1 and 3 more"; empty: none that may be in this image */
static str list_names(struct asking *q)
{
	VEC(str) names = { 0 };
	str out = { 0 }, last = { 0 };
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < q->all.names.n; i++)
		if (may_be_here(q, q->all.names.v[i].ecosystem))
			vec_add(q->a, &names, q->all.names.v[i].name);
	if (names.n)
		qsort(names.v, names.n, sizeof *names.v, order_by_text);
	for (size_t i = 0; i < names.n; i++) {
		str name = names.v[i];
		if (str_eq(name, last))
			continue;
		last = name;
		if (shown == NAMES_SHOWN) {
			more++;
			continue;
		}
		out = arena_printf(q->a, "%.*s%s%.*s", STR_FMT(out), shown++ ? ", " : "",
		                   STR_FMT(name));
	}
	return more ? arena_printf(q->a, "%.*s and %zu more", STR_FMT(out), more) : out;
}

static int order_by_name(const void *x, const void *y)
{
	const str *a = x, *b = y;
	int c = str_cmp(str_from(*a, str_chr(*a, ' ')), str_from(*b, str_chr(*b, ' ')));
	return c ? c : str_cmp(*a, *b);
}

static void tell_names(struct asking *q)
{
	struct explanation *out = q->out;

	for (size_t i = 0; i < q->all.names.n; i++) {
		str base = names_base(q->all.names.v[i].ecosystem);
		char *spaces = arena_alloc(q->a, base.n); /* the first space parts base and name */
		for (size_t k = 0; spaces && k < base.n; k++)
			spaces[k] = base.p[k] == ' ' ? '-' : base.p[k];
		vec_add(q->a, &out->names,
		        arena_printf(q->a, "%.*s %.*s", spaces ? (int)base.n : 0, spaces,
		                     STR_FMT(q->all.names.v[i].name)));
	}
	if (out->names.n)
		qsort(out->names.v, out->names.n, sizeof *out->names.v, order_by_name);
	size_t kept = 0;
	for (size_t i = 0; i < out->names.n; i++)
		if (!kept || !str_eq(out->names.v[i], out->names.v[kept - 1]))
			out->names.v[kept++] = out->names.v[i];
	out->names.n = kept;
}

static void tell_nothing(struct asking *q, str id)
{
	str names;

	if (!q->x->n)
		add(q, REASON_NOT_COVERED, NULL,
		    STR("there is no advisory database: `plimsoll db update` makes one"));
	else if (!q->out->records)
		add(q, REASON_UNKNOWN, NULL,
		    arena_printf(q->a, "the database does not know %.*s", STR_FMT(id)));
	else if (!q->all.names.n)
		add(q, REASON_UNNAMED, NULL,
		    arena_printf(
		            q->a,
		            "the database knows %.*s, but no record of it names a package that "
		            "is looked for",
		            STR_FMT(id)));
	else {
		names = list_names(q);
		add(q, REASON_NO_PACKAGE, NULL,
		    names.n ? arena_printf(q->a, "no package of these names is in the image: %.*s",
		                           STR_FMT(names))
		            : arena_printf(q->a,
		                           "the records of %.*s name packages of other "
		                           "distributions only",
		                           STR_FMT(id)));
	}
}

static int order_reasons(const void *x, const void *y)
{
	const struct reason *a = x, *b = y;
	if (a->code != b->code)
		return (int)a->code - (int)b->code;
	return a->package < b->package ? -1 : a->package > b->package; /* as the report has them */
}

int whynot_explain(struct evidence *x, const struct scan_report *r, str id, struct arena *a,
                   struct explanation *out, struct error *e)
{
	struct asking q = { .x = x,
		            .r = r,
		            .distro = r->distro.id.n ? &r->distro : NULL,
		            .a = a,
		            .out = out,
		            .e = e };
	int code = evidence_learn(x, id, a, e);

	if (code < 0)
		return code;
	out->report = r;
	out->why_not = true;
	gather(&q);
	tell_names(&q);
	take_findings(&q, id);
	for (size_t i = 0; code >= 0 && q.all.names.n && i < r->packages.n; i++)
		code = take_package(&q, &r->packages.v[i]);
	take_repeated(&q);
	if (!out->reasons.n)
		tell_nothing(&q, id);
	if (code >= 0 && a->failed)
		code = error_set(e, ERR_LIMIT, "too many records of %.*s", STR_FMT(id));
	if (code < 0)
		return code;
	qsort(out->reasons.v, out->reasons.n, sizeof *out->reasons.v, order_reasons);
	return 0;
}
