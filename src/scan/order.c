#include "scan/order.h"

static int package_order(const void *x, const void *y)
{
	const struct package *a = x, *b = y;
	int c = (int)a->type - (int)b->type;

	c = c ? c : str_cmp(a->name, b->name);
	c = c ? c : str_cmp(a->version, b->version);
	c = c ? c : str_cmp(a->path, b->path);
	c = c ? c : str_cmp(a->inner, b->inner);
	c = c ? c : str_cmp(a->arch, b->arch);
	return c ? c : (a->offset > b->offset) - (a->offset < b->offset);
}

static bool same_package(const struct package *a, const struct package *b)
{
	return a->type == b->type && str_eq(a->name, b->name) && str_eq(a->version, b->version) &&
	       str_eq(a->path, b->path) && str_eq(a->inner, b->inner) && str_eq(a->arch, b->arch);
}

void order_packages(struct scan_report *r)
{
	size_t kept = 0;

	if (r->packages.n)
		qsort(r->packages.v, r->packages.n, sizeof *r->packages.v, package_order);
	for (size_t i = 0; i < r->packages.n; i++)
		if (!kept || !same_package(&r->packages.v[kept - 1], &r->packages.v[i]))
			r->packages.v[kept++] = r->packages.v[i];
		else /* wanted for development, and otherwise */
			r->packages.v[kept - 1].traits &= r->packages.v[i].traits;
	r->packages.n = kept;
}

/* The higher percentile of EPSS first, unknown last */
static int by_likelihood(const struct exploitation *a, const struct exploitation *b)
{
	return (a->percentile < b->percentile) - (a->percentile > b->percentile);
}

static int finding_order(const void *x, const void *y)
{
	const struct finding *a = x, *b = y;
	int c = (int)finding_rank(b) - (int)finding_rank(a);

	c = c ? c : (int)b->exploited.known - (int)a->exploited.known;
	c = c ? c : by_likelihood(&a->exploited, &b->exploited);
	c = c ? c : str_cmp(a->id, b->id);
	return c ? c : (a->package > b->package) - (a->package < b->package);
}

static int gap_order(const void *x, const void *y)
{
	const struct gap *a = x, *b = y;
	int c = (int)a->kind - (int)b->kind;

	c = c ? c : a->layer - b->layer;
	c = c ? c : str_cmp(a->where, b->where);
	return c ? c : str_cmp(a->why, b->why);
}

void order_gaps(struct scan_report *r)
{
	size_t kept = 0;

	if (r->gaps.n)
		qsort(r->gaps.v, r->gaps.n, sizeof *r->gaps.v, gap_order);
	for (size_t i = 0; i < r->gaps.n; i++)
		if (!kept || gap_order(&r->gaps.v[kept - 1], &r->gaps.v[i]))
			r->gaps.v[kept++] = r->gaps.v[i];
	r->gaps.n = kept;
}

void order_report(struct scan_report *r)
{
	if (r->findings.n)
		qsort(r->findings.v, r->findings.n, sizeof *r->findings.v, finding_order);
	order_gaps(r);
}
