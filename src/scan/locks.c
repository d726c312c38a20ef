#include "scan/locks.h"
#include <ctype.h>

/* One character of a name as its ecosystem compares it, past it: PyPI takes runs of - _ . for one
 * and case for nothing (PEP 503), NuGet and Packagist have no case either. 0 at the end. */
static int next_char(enum package_type t, str *rest)
{
	unsigned char c = rest->n ? (unsigned char)rest->p[0] : 0;

	if (!rest->n)
		return 0;
	*rest = str_from(*rest, 1);
	if (t != PACKAGE_PYPI)
		return t == PACKAGE_NUGET || t == PACKAGE_COMPOSER ? tolower(c) : c;
	if (!strchr("-_.", c))
		return tolower(c);
	while (rest->n && strchr("-_.", rest->p[0]) && rest->p[0])
		*rest = str_from(*rest, 1);
	return '-';
}

static int name_order(enum package_type t, str a, str b)
{
	while (a.n || b.n) {
		int x = next_char(t, &a), y = next_char(t, &b);
		if (x != y)
			return x - y;
	}
	return 0;
}

static int unit_order(const void *x, const void *y)
{
	const struct package *a = *(const struct package *const *)x;
	const struct package *b = *(const struct package *const *)y;
	int c = (int)a->type - (int)b->type;

	c = c ? c : str_cmp(a->version, b->version);
	return c ? c : name_order(a->type, a->name, b->name);
}

int locks_settle(struct arena *a, struct scan_report *r, struct error *e)
{
	const struct package **installed;
	struct package *out;
	size_t n = 0, kept = 0, locked = 0;

	for (size_t i = 0; i < r->packages.n; i++)
		locked += !!(r->packages.v[i].traits & PACKAGE_LOCKED);
	if (!locked)
		return 0;
	installed = arena_many(a, r->packages.n - locked, const struct package *);
	out = arena_many(a, r->packages.n, struct package);
	if (!installed || !out)
		return error_set(e, ERR_LIMIT, "no memory for %zu packages", r->packages.n);
	for (size_t i = 0; i < r->packages.n; i++)
		if (!(r->packages.v[i].traits & PACKAGE_LOCKED) && !r->packages.v[i].owner.n)
			installed[n++] = &r->packages.v[i];
	qsort(installed, n, sizeof *installed, unit_order);
	for (size_t i = 0; i < r->packages.n; i++) {
		const struct package *p = &r->packages.v[i];
		if (!(p->traits & PACKAGE_LOCKED) ||
		    !bsearch(&p, installed, n, sizeof *installed, unit_order))
			out[kept++] = *p;
		else
			vec_add(a, &r->repeated, *p);
	}
	r->packages.v = out;
	r->packages.n = kept;
	r->packages.room = kept;
	return 0;
}

bool locks_is_own(const struct package *p)
{
	return p->traits & PACKAGE_LOCKED && p->traits & PACKAGE_MAIN;
}
