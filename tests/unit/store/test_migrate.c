/* versions of a schema: the program's own, and small ones made up for the rules */
#include "store/migrate.h"
#include "stores.h"
#include <pthread.h>

static struct error err;

static const struct migration steps[] = {
	{ "001_first", STR_INIT("CREATE TABLE a (id {id}, n BIGINT NOT NULL);\n"
	                        "INSERT INTO a (n) VALUES (1), (2); -- it's two; {id}\n") },
	{ "002_more", STR_INIT("ALTER TABLE a ADD COLUMN s {text} NOT NULL DEFAULT 'a;b';\n"
	                       "UPDATE a SET s = 'two' WHERE n = 2;\n") },
	{ "003_other", STR_INIT("CREATE TABLE b (id BIGINT REFERENCES a (id), d {bytes});\n"
	                        "CREATE INDEX b_by_id ON b (id);\n"
	                        "INSERT INTO b (id) SELECT id FROM a;\n") },
	{ "004_broken", STR_INIT("CREATE TABLE c (n BIGINT);\nINSERT INTO c VALUES (1);\n"
	                         "INSERT INTO nothing VALUES (1);\n") },
};
enum { WELL = 3, BROKEN = 4 };

static unsigned version(struct store *s)
{
	return (unsigned)store_number(s, "SELECT MAX(version) FROM schema_version");
}

static void expect_moved(struct store *s)
{
	EXPECT_INT(version(s), WELL);
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM schema_version"), WELL + 1);
	EXPECT_INT(store_number(s, "SELECT SUM(n) FROM a"), 3);
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM a WHERE s = 'two'"), 1);
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM a WHERE s = 'a;b'"), 1);
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM b"), 2);
}

TEST(migrate_goes_on_from_every_earlier_version)
{
	for (unsigned from = 1; from <= WELL; from++) {
		struct store *s = store_new(2);
		EXPECT_OK(migrate_list(s, steps, WELL, from, &err), &err);
		EXPECT_INT(version(s), from);
		EXPECT_OK(migrate_list(s, steps, WELL, 0, &err), &err);
		expect_moved(s);
		EXPECT_OK(migrate_list(s, steps, WELL, 0, &err), &err); /* nothing to do */
		expect_moved(s);
		store_drop(s);
	}
}

TEST(migrate_keeps_nothing_of_a_version_that_fails)
{
	struct store *s = store_new(2);

	EXPECT(migrate_list(s, steps, BROKEN, 0, &err) < 0);
	EXPECT(strstr(err.msg, "004_broken"));
	expect_moved(s);
	EXPECT(store_exec(s, "INSERT INTO c VALUES (1)", &err) < 0);
	store_drop(s);
}

TEST(migrate_refuses_what_it_does_not_know)
{
	struct migration changed[2] = { steps[0], steps[1] };
	struct store *s = store_new(2);

	EXPECT_OK(migrate_list(s, steps, WELL, 0, &err), &err);
	EXPECT_INT(migrate_list(s, steps, 2, 0, &err), ERR_UNSUPPORTED);
	EXPECT(strstr(err.msg, "version 3") && strstr(err.msg, "knows 2"));
	store_drop(s);
	s = store_new(2);
	EXPECT_OK(migrate_list(s, steps, 2, 0, &err), &err);
	changed[1].text = STR("ALTER TABLE a ADD COLUMN other BIGINT");
	EXPECT_INT(migrate_list(s, changed, 2, 0, &err), ERR_UNSUPPORTED);
	EXPECT(strstr(err.msg, "002_more"));
	store_drop(s);
}

static void *move(void *s)
{
	struct error e = { 0 };
	EXPECT_OK(migrate_list(s, steps, WELL, 0, &e), &e);
	return NULL;
}

TEST(migrate_once_whoever_starts_at_the_same_time)
{
	for (int round = 0; round < 5; round++) {
		struct store *s[4] = { store_new(2) };
		pthread_t threads[LEN(s)];

		for (size_t i = 1; i < LEN(s); i++)
			s[i] = store_more(2);
		for (size_t i = 0; i < LEN(s); i++)
			pthread_create(&threads[i], NULL, move, s[i]);
		for (size_t i = 0; i < LEN(s); i++)
			pthread_join(threads[i], NULL);
		expect_moved(s[0]);
		for (size_t i = 1; i < LEN(s); i++)
			store_close(s[i]);
		store_drop(s[0]);
	}
}

/* what a store says of its own tables and columns, row by row */
static int describe(void *ctx, struct db *d, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct buf *out = ctx;
	int more, r2;

	buf_clear(out);
	if (db_is_sqlite(d))
		r2 = db_ask(d, e, &r,
		            "SELECT type, name, COALESCE(sql, '') FROM sqlite_schema"
		            " ORDER BY type, name");
	else
		r2 = db_ask(d, e, &r,
		            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT),"
		            " data_type || COALESCE(column_default, '') || is_nullable"
		            " FROM information_schema.columns WHERE table_schema = 'public'"
		            " UNION ALL SELECT 'index', indexname::text, indexdef"
		            " FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2");
	if (r2 < 0)
		return r2;
	while ((more = rows_next(r, e)) > 0)
		for (int i = 0; i < 3; i++) {
			buf_add(out, rows_text(r, i));
			buf_addc(out, '\n');
		}
	return more;
}

TEST(migrate_the_programs_own_versions)
{
	struct buf fresh cleanup(buf_done) = BUF(1 << 20), moved cleanup(buf_done) = BUF(1 << 20);
	struct store *s = store_new(2);

	EXPECT_OK(migrate_run(s, 0, &err), &err);
	EXPECT_OK(store_do(s, STORE_READ, describe, &fresh, &err), &err);
	EXPECT(fresh.n > 1000);
	EXPECT_INT(version(s), migrate_newest());
	store_drop(s);
	for (unsigned from = 1; from < migrate_newest(); from++) {
		s = store_new(2);
		EXPECT_OK(migrate_run(s, from, &err), &err);
		EXPECT_INT(version(s), from);
		EXPECT_OK(migrate_run(s, 0, &err), &err);
		EXPECT_OK(store_do(s, STORE_READ, describe, &moved, &err), &err);
		EXPECT_STR(buf_view(&moved), buf_view(&fresh));
		store_drop(s);
	}
}
