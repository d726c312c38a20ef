/* A version is applied and noted in one transaction that first writes the row of version 0: whoever
 * else wants to move the store waits there, and then sees what was done. */
#include "store/migrate.h"
#include "base/digest.h"
#include "base/time.h"
#include "store/pool.h"
#include "store/schema.h" /* the build makes it from sql/: struct migration migrations[] */

static const char note_table[] =
        "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY,"
        " name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)";

struct step {
	const struct migration *list;
	unsigned n, target;
};

static const char *sum(str text, char out[DIGEST_TEXT_BYTES])
{
	struct digest d = digest_of(text);
	return digest_text(&d, out) + strlen("sha256:");
}

/* --- what is there --- */

static int check_row(const struct step *s, struct rows *r, struct error *e)
{
	int64_t version = rows_int(r, 0);
	const struct migration *m = &s->list[version - 1];
	char want[DIGEST_TEXT_BYTES];

	if (str_eq(rows_text(r, 1), str_c(sum(m->text, want))))
		return 0;
	return error_set(e, ERR_UNSUPPORTED,
	                 "schema version %s was applied with another text than this program's",
	                 m->name);
}

/* the version the store has; one that this program does not know is refused */
static int at_version(const struct step *s, struct db *d, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int64_t newest = 0;
	int more;

	if (db_int(d, e, &newest, "SELECT MAX(version) FROM schema_version") < 0)
		return e->code;
	if (newest > s->n)
		return error_set(e, ERR_UNSUPPORTED,
		                 "the store has schema version %lld, this program knows %u: "
		                 "a later plimsoll has used it",
		                 (long long)newest, s->n);
	if (db_ask(d, e, &r, "SELECT version, sha256 FROM schema_version WHERE version > 0") < 0)
		return e->code;
	while ((more = rows_next(r, e)) > 0)
		if (check_row(s, r, e) < 0)
			return e->code;
	return more < 0 ? more : (int)newest;
}

/* 1 when nothing is to be done; 0 when there is, or when it cannot be told yet */
static int is_there(void *ctx, struct db *d, struct error *e)
{
	const struct step *s = ctx;
	int r = at_version(s, d, e);

	return r < 0 ? r : (unsigned)r >= s->target;
}

/* --- moving on --- */

static int make_notes(void *ctx, struct db *d, struct error *e)
{
	(void)ctx;
	if (db_run(d, e, note_table) < 0)
		return e->code;
	return db_run(d, e,
	              "INSERT INTO schema_version (version, name, sha256, applied_at)"
	              " VALUES (0, '', '', 0) ON CONFLICT (version) DO NOTHING") < 0
	               ? e->code
	               : 0;
}

static int apply(struct db *d, const struct migration *m, int64_t version, struct error *e)
{
	char hex[DIGEST_TEXT_BYTES];
	struct buf text cleanup(buf_done) = BUF(m->text.n + 1);

	buf_add(&text, m->text);
	buf_addc(&text, '\0');
	if (text.failed)
		return error_set(e, ERR_SYSTEM, "no memory for a schema");
	if (pool_script(d, text.p, e) < 0)
		return error_in(e, "schema version %s", m->name);
	return db_run(d, e,
	              "INSERT INTO schema_version (version, name, sha256, applied_at)"
	              " VALUES ($1, $2, $3, $4)",
	              V_INT(version), V_C(m->name), V_C(sum(m->text, hex)), V_INT(time_now())) < 0
	               ? e->code
	               : 0;
}

/* one version; 1 when there was none to apply */
static int move_one(void *ctx, struct db *d, struct error *e)
{
	const struct step *s = ctx;
	int at;

	if (db_run(d, e,
	           "UPDATE schema_version SET applied_at = applied_at + 1"
	           " WHERE version = 0") < 0)
		return e->code;
	at = at_version(s, d, e);
	if (at < 0)
		return at;
	if ((unsigned)at >= s->target)
		return 1;
	return apply(d, &s->list[at], at + 1, e) < 0 ? e->code : 0;
}

int migrate_list(struct store *st, const struct migration *list, unsigned n, unsigned target,
                 struct error *e)
{
	struct step s = { list, n, target ? MIN(target, n) : n };
	struct error quiet = { 0 };
	int r = store_do(st, STORE_READ, is_there, &s, &quiet); /* the usual start writes nothing */

	if (r > 0)
		return 0;
	if (r == ERR_UNSUPPORTED || r == ERR_UPSTREAM || r == ERR_DENIED) {
		*e = quiet;
		return r;
	}
	/* two that make the table at once may break PostgreSQL's own keys: the second finds it made
	 */
	r = pool_migrate(st, make_notes, NULL, e);
	if (r == ERR_CONFLICT)
		r = pool_migrate(st, make_notes, NULL, e);
	while (r == 0)
		r = pool_migrate(st, move_one, &s, e);
	return r < 0 ? r : 0;
}

int migrate_run(struct store *s, unsigned target, struct error *e)
{
	return migrate_list(s, migrations, LEN(migrations), target, e);
}

unsigned migrate_newest(void)
{
	return LEN(migrations);
}

int store_open(const struct store_options *o, struct store **out, struct error *e)
{
	struct store *s;
	int r = pool_open(o, &s, e);

	if (r < 0)
		return r;
	r = migrate_run(s, 0, e);
	if (r < 0)
		store_close(s);
	else
		*out = s;
	return r;
}
