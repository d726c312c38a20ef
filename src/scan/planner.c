#include "scan/planner.h"
#include "version/ecosystem.h"

struct planning {
	struct arena *a;
	const struct scan_report *r;
	struct plan *out;
	VEC(struct unit) units;
};

struct unit {
	struct plan_step step;
	const struct ecosystem *eco;
	const struct finding *highest; /* its fix is step.to */
	VEC(const struct finding *) findings;
};

static bool is_of_system(enum package_type t)
{
	return t == PACKAGE_DEB || t == PACKAGE_APK || t == PACKAGE_RPM;
}

static uint64_t weight_of(const struct finding *f)
{
	static const uint64_t weights[SEVERITY_COUNT] = {
		[SEVERITY_UNKNOWN] = 4, [SEVERITY_NEGLIGIBLE] = 1, [SEVERITY_LOW] = 2,
		[SEVERITY_MEDIUM] = 8,  [SEVERITY_HIGH] = 30,      [SEVERITY_CRITICAL] = 100,
	};
	double epss = f->exploited.epss;
	uint64_t more = f->exploited.known ? 300
	                : epss > 0         ? (uint64_t)(MIN(epss, 1.0) * 100 + 0.5)
	                                   : 0;
	return weights[f->severity] + more;
}

/* --- units --- */

static str name_of(const struct finding *f)
{
	const struct package *p = f->package;
	return is_of_system(p->type) && p->source.n ? p->source : p->name;
}

static str version_of(const struct finding *f)
{
	return f->compared_version.n ? f->compared_version : f->package->version;
}

/* The findings of a unit may name the binary package (rpm) or the source: its version is then the
 * same. */
static bool is_same(const struct plan_step *s, const struct plan_step *x)
{
	return s->type == x->type && plan_same_place(s, x) && str_eq(s->name, x->name) &&
	       (is_of_system(s->type) || str_eq(s->from, x->from));
}

static struct unit *unit_of(struct planning *p, const struct finding *f)
{
	const struct package *k = f->package;
	struct plan_step s = { .type = k->type,
		               .name = name_of(f),
		               .from = version_of(f),
		               .layer = k->layer,
		               .claimed = k->traits & PACKAGE_CLAIMED,
		               .base = !(k->traits & PACKAGE_CLAIMED) &&
		                       k->layer < p->r->base.layers };
	struct unit *u;

	for (size_t i = 0; i < p->units.n; i++)
		if (is_same(&p->units.v[i].step, &s))
			return &p->units.v[i];
	u = vec_push(p->a, &p->units);
	if (u)
		*u = (struct unit){ .step = s, .eco = ecosystem_find(f->ecosystem) };
	return u;
}

static void add_package(struct planning *p, struct plan_step *s, const struct package *k)
{
	for (size_t i = 0; i < s->packages.n; i++)
		if (s->packages.v[i] == k)
			return;
	vec_add(p->a, &s->packages, k);
}

static void take_finding(struct planning *p, const struct finding *f)
{
	const struct ecosystem *eco = ecosystem_find(f->ecosystem);
	bool fixable = f->status == FIX_AVAILABLE && f->fixed_version.n && eco &&
	               eco->valid(f->fixed_version);
	struct unit *u = fixable ? unit_of(p, f) : NULL;

	p->out->findings++;
	p->out->weight += weight_of(f);
	if (!u) {
		p->out->remaining[f->status]++;
		return;
	}
	vec_add(p->a, &u->findings, f);
	add_package(p, &u->step, f->package);
	u->step.found[f->severity]++;
	u->step.findings++;
	u->step.exploited += f->exploited.known;
	u->step.weight += weight_of(f);
	if (!u->highest || eco->compare(f->fixed_version, u->step.to) > 0) {
		u->highest = f;
		u->step.to = f->fixed_version;
	}
}

/* --- is it a jump --- */

/* The number that begins at *at, past an epoch or a v; *at is moved behind it and its dot */
static uint64_t number_at(str v, size_t *at)
{
	uint64_t n = 0;
	while (*at < v.n && v.p[*at] >= '0' && v.p[*at] <= '9')
		n = n * 10 + (uint64_t)(v.p[(*at)++] - '0');
	*at += *at < v.n && v.p[*at] == '.';
	return n;
}

static uint64_t major_of(str v)
{
	size_t at = str_chr(v, ':') < v.n ? str_chr(v, ':') + 1 : v.n && v.p[0] == 'v';
	uint64_t first = number_at(v, &at);
	return first ? first << 32 : number_at(v, &at) & UINT32_MAX;
}

/* What can be had without it */
static void tell_jump(struct unit *u)
{
	struct plan_step *s = &u->step;
	uint64_t now = major_of(s->from);

	s->major = major_of(s->to) != now;
	for (size_t i = 0; s->major && i < u->findings.n; i++) {
		str fix = u->findings.v[i]->fixed_version;
		if (major_of(fix) == now && (!s->within.n || u->eco->compare(fix, s->within) > 0))
			s->within = fix;
	}
	for (size_t i = 0; s->within.n && i < u->findings.n; i++)
		s->within_findings +=
		        u->eco->compare(u->findings.v[i]->fixed_version, s->within) <= 0;
}

/* Of a@1.0 in a command only what is no part of a longer version */
static str replaced(struct arena *a, str text, str old, str now)
{
	size_t at = str_find(text, old);
	size_t end = at + old.n;

	if (!old.n || at == text.n ||
	    (end < text.n && text.p[end] != ' ' && text.p[end] != '"' && text.p[end] != '\''))
		return text;
	return arena_join(a, str_upto(text, at), now, str_from(text, end));
}

void planner_raise(struct plan_step *s, str to, struct arena *a)
{
	s->how = replaced(a, s->how, s->to, to);
	s->to = to;
	s->major = major_of(to) != major_of(s->from);
}

/* --- how --- */

/* The command of a remedy, "Upgrade a to 2 or later: npm install a@2"; empty when there is none */
static str command_of(const struct finding *f)
{
	str mark = STR(" or later: ");
	size_t at = str_find(f->remediation, mark);
	return at < f->remediation.n ? str_from(f->remediation, at + mark.n) : (str){ 0 };
}

/* Of a system's packages one command takes them all: the last word is the package's name. */
static str tell_how(struct planning *p, const struct unit *u)
{
	str how = command_of(u->highest);

	for (size_t i = 0; how.n && is_of_system(u->step.type) && i < u->findings.n; i++) {
		str other = command_of(u->findings.v[i]);
		str word = str_from(other, str_rchr(other, ' '));
		bool there = false;
		for (str rest = how, piece; word.n && !there && str_split(&rest, ' ', &piece);)
			there = str_eq(piece, str_from(word, 1));
		if (word.n && !there)
			how = arena_concat(p->a, how, word);
	}
	return how;
}

/* --- the order --- */

static int by_weight(const void *x, const void *y)
{
	const struct plan_step *a = &((const struct unit *)x)->step,
	                       *b = &((const struct unit *)y)->step;
	int c;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->findings != b->findings)
		return a->findings > b->findings ? -1 : 1;
	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	if (a->type != b->type)
		return (int)a->type - (int)b->type;
	c = str_cmp(a->name, b->name);
	return c ? c : str_cmp(a->from, b->from);
}

void planner_make(struct arena *a, const struct scan_report *r, struct plan *out)
{
	struct planning p = { .a = a, .r = r, .out = out };
	uint64_t cleared = 0, weight = 0;

	*out = (struct plan){ .hidden = r->suppressed.n };
	for (size_t i = 0; i < r->findings.n && !a->failed; i++)
		take_finding(&p, &r->findings.v[i]);
	if (a->failed)
		return;
	if (p.units.n)
		qsort(p.units.v, p.units.n, sizeof *p.units.v, by_weight);
	for (size_t i = 0; i < p.units.n; i++) {
		struct unit *u = &p.units.v[i];
		tell_jump(u);
		u->step.how = tell_how(&p, u);
		u->step.cleared = cleared += u->step.findings;
		u->step.cleared_weight = weight += u->step.weight;
		vec_add(a, &out->steps, u->step);
	}
}
