#include "center/factrows.h"
#include "center/rowtake.h"

enum { CHUNK = 200 };

void factrows_want(struct fact_rows *f, const struct digest *digest, str doc)
{
	vec_add(f->a, &f->v, ((struct fact_row){ *digest, doc, 0 }));
}

static int compare(const void *x, const void *y)
{
	return memcmp(((const struct fact_row *)x)->digest.bytes,
	              ((const struct fact_row *)y)->digest.bytes, 32);
}

static struct fact_row *find(const struct fact_rows *f, const uint8_t bytes[32])
{
	struct fact_row key = { 0 };

	memcpy(key.digest.bytes, bytes, sizeof key.digest.bytes);
	return f->v.n ? bsearch(&key, f->v.v, f->v.n, sizeof key, compare) : NULL;
}

int64_t factrows_id(const struct fact_rows *f, const struct digest *digest)
{
	const struct fact_row *x = find(f, digest->bytes);

	return x ? x->id : 0;
}

static str bytes_of(const struct fact_row *x)
{
	return str_mem(x->digest.bytes, sizeof x->digest.bytes);
}

static int take_rows(struct fact_rows *f, struct query *q, struct db *d, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		str got = rows_text(r, 1);
		struct fact_row *x = got.n == 32 ? find(f, (const uint8_t *)got.p) : NULL;
		if (x)
			x->id = rows_int(r, 0);
	}
	return code;
}

static int look_up(struct fact_rows *f, struct db *d, struct error *e)
{
	size_t at = 0;
	int code = 0;

	while (at < f->v.n && code >= 0) {
		struct query q = QUERY(f->a);
		size_t some = 0;
		query_add(&q, "SELECT id, digest FROM fact WHERE digest IN (");
		for (; at < f->v.n && some < CHUNK; at++)
			if (!f->v.v[at].id)
				query_add(&q, some++ ? ", ?" : "?", V_BYTES(bytes_of(&f->v.v[at])));
		query_add(&q, ")");
		if (some)
			code = take_rows(f, &q, d, e);
		query_done(&q);
	}
	return code;
}

int factrows_use(struct fact_rows *f, struct db *d, struct error *e)
{
	struct value *v;
	size_t kept = 0, rows = 0;
	int code;

	if (f->v.n)
		qsort(f->v.v, f->v.n, sizeof *f->v.v, compare);
	for (size_t i = 0; i < f->v.n; i++)
		if (!kept || compare(&f->v.v[kept - 1], &f->v.v[i]))
			f->v.v[kept++] = f->v.v[i];
	f->v.n = kept;
	code = look_up(f, d, e);
	v = arena_many(f->a, f->v.n * 2, struct value);
	for (size_t i = 0; i < f->v.n && v; i++)
		if (!f->v.v[i].id) {
			v[rows * 2] = V_BYTES(bytes_of(&f->v.v[i]));
			v[rows++ * 2 + 1] = V_TEXT(f->v.v[i].doc);
		}
	if (code >= 0 && rows)
		code = db_run_many(d,
		                   "INSERT INTO fact (digest, doc) VALUES ($1, $2) ON CONFLICT "
		                   "(digest) DO NOTHING",
		                   v, 2, rows, e);
	if (code >= 0 && rows)
		code = look_up(f, d, e);
	return take_end(f->a, code, e);
}
