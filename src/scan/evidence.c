#include "scan/evidence.h"
#include "vulndb/own.h"
#include "vulndb/vulndb.h"
#include <assert.h>

int evidence_open(const struct scan_options *o, struct arena *a, struct evidence **out,
                  struct error *e)
{
	struct evidence *x = calloc(1, sizeof *x);
	str skipped;
	int r = o->db_path ? vulndb_open(o->db_path, &x->db[0], e) : ERR_NODATA;

	assert(x);
	if (r == 0)
		x->n = 1;
	else if (r == ERR_NODATA) /* the report has a gap that says so */
		r = 0;
	if (r == 0 && o->advisories) {
		r = own_open(&(struct own_options){ o->advisories, o->temp_dir, false }, a,
		             &x->db[x->n], &skipped, e);
		x->n += r == 0;
	}
	if (r < 0) {
		evidence_close(x);
		return r;
	}
	*out = x;
	return 0;
}

void evidence_close(struct evidence *x)
{
	for (size_t i = 0; x && i < x->n; i++)
		vulndb_close(x->db[i]);
	free(x);
}

int evidence_learn(struct evidence *x, str id, struct arena *a, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < x->n && r == 0; i++) {
		x->flaw[i] = (struct trace_flaw){ 0 };
		r = trace_flaw(x->db[i], id, a, &x->flaw[i], e);
	}
	return r;
}

int evidence_judge(struct evidence *x, const struct package *p, const struct distro *d,
                   struct arena *a, struct judgements *out, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < x->n && r == 0; i++)
		r = trace_package(x->db[i], p, d, &x->flaw[i], a, out, e);
	return r;
}

bool evidence_among(const str *v, size_t n, str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(v[i], id))
			return true;
	return false;
}

bool evidence_is(const struct finding *f, str id)
{
	return str_eq_nocase(f->id, id) || evidence_among(f->aliases.v, f->aliases.n, id) ||
	       evidence_among(f->advisories.v, f->advisories.n, id);
}
