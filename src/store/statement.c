/* db_… and rows_…: what both kinds of store share. A statement that fails ends its transaction on
 * both, as it does with PostgreSQL by itself: what follows is refused with the first failure's
 * words. */
#include "base/text.h"
#include "store/driver.h"

enum { MENDED_BYTES_MAX = 256 << 20 };

/* --- texts as they must be: UTF-8 without NUL --- */

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((signed char)s.p[i] <= 0)
			return false;
	return true;
}

static void mend(str s, struct buf *out)
{
	while (s.n) {
		char bytes[TEXT_RUNE_BYTES];
		uint32_t rune = text_rune(&s);
		size_t n = text_encode(rune ? rune : (uint32_t)TEXT_REPLACEMENT, bytes);
		buf_add(out, (str){ bytes, n });
	}
}

struct mended { /* values, of which some texts were written anew */
	struct value *v;
	struct buf text;
};

static void mended_done(struct mended *m)
{
	free(m->v);
	buf_done(&m->text);
}

/* *v as it is when all are well, else the copy in `m`. Malformed texts are rare, so they may cost.
 */
static int values_mend(const struct value **v, size_t n, struct mended *m, struct error *e)
{
	size_t odd = 0;

	for (size_t i = 0; i < n; i++)
		odd += (*v)[i].kind == VALUE_TEXT && !is_plain((*v)[i].s);
	if (!odd)
		return 0;
	m->v = calloc(n, sizeof *m->v);
	if (!m->v)
		return error_set(e, ERR_SYSTEM, "no memory for %zu values", n);
	memcpy(m->v, *v, n * sizeof *m->v);
	for (size_t i = 0; i < n; i++)
		if (m->v[i].kind == VALUE_TEXT && !is_plain(m->v[i].s)) {
			size_t at = m->text.n;
			mend(m->v[i].s, &m->text);
			m->v[i].s = (str){ NULL, m->text.n - at }; /* the place follows */
		}
	if (m->text.failed)
		return error_set(e, ERR_LIMIT, "texts of more than %d bytes", MENDED_BYTES_MAX);
	for (size_t i = 0, at = 0; i < n; i++)
		if (m->v[i].kind == VALUE_TEXT && m->v[i].s.n && !m->v[i].s.p) {
			m->v[i].s.p = m->text.p + at;
			at += m->v[i].s.n;
		}
	*v = m->v;
	return 0;
}
#define MENDED                                \
	{                                     \
		.text = BUF(MENDED_BYTES_MAX) \
	}

/* --- statements --- */

static int refuse_failed(const struct db *d, struct error *e)
{
	return error_set(e, d->first.code, "after a failed statement: %s", d->first.msg);
}

static int note(struct db *d, const struct error *e)
{
	if (!d->failed)
		d->first = *e;
	d->failed = true;
	return e->code;
}

int64_t db_run_n(struct db *d, const char *sql, const struct value *v, size_t n, struct error *e)
{
	struct mended m cleanup(mended_done) = MENDED;
	int64_t changed;

	if (d->failed)
		return refuse_failed(d, e);
	if (values_mend(&v, n, &m, e) < 0)
		return note(d, e);
	changed = d->driver->run(d, sql, v, n, e);
	return changed < 0 ? note(d, e) : changed;
}

int db_run_many(struct db *d, const char *sql, const struct value *v, size_t n, size_t rows,
                struct error *e)
{
	struct mended m cleanup(mended_done) = MENDED;

	if (d->failed)
		return refuse_failed(d, e);
	if (!rows)
		return 0;
	if (values_mend(&v, n * rows, &m, e) < 0 || d->driver->run_many(d, sql, v, n, rows, e) < 0)
		return note(d, e);
	return 0;
}

int db_ask_n(struct db *d, const char *sql, const struct value *v, size_t n, struct rows **out,
             struct error *e)
{
	struct mended m cleanup(mended_done) = MENDED;

	if (d->failed)
		return refuse_failed(d, e);
	if (values_mend(&v, n, &m, e) < 0 || d->driver->ask(d, sql, v, n, out, e) < 0)
		return note(d, e);
	d->rows_open++;
	return 0;
}

int db_int_n(struct db *d, const char *sql, const struct value *v, size_t n, int64_t *out,
             struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int found;

	if (db_ask_n(d, sql, v, n, &r, e) < 0 || !r)
		return e->code;
	found = rows_next(r, e);
	if (found > 0)
		*out = rows_int(r, 0);
	return found;
}

bool db_is_sqlite(const struct db *d)
{
	return d->driver->is_sqlite;
}

/* --- rows --- */

int rows_next(struct rows *r, struct error *e)
{
	int more;

	if (r->d->failed)
		return refuse_failed(r->d, e);
	more = r->d->driver->next(r, e);
	return more < 0 ? note(r->d, e) : more;
}

int64_t rows_int(struct rows *r, int column)
{
	return r->d->driver->as_int(r, column);
}

double rows_real(struct rows *r, int column)
{
	return r->d->driver->as_real(r, column);
}

str rows_text(struct rows *r, int column)
{
	return r->d->driver->as_text(r, column);
}

bool rows_null(struct rows *r, int column)
{
	return r->d->driver->is_null(r, column);
}

void rows_free(struct rows *r)
{
	if (!r)
		return;
	r->d->rows_open--;
	r->d->driver->rows_free(r);
}
