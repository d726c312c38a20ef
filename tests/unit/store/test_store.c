/* the promises of store/db.h, on the store of PLIMSOLL_TEST_STORE or on SQLite */
#include "base/time.h"
#include "stores.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

static struct error err;

static struct store *with_table(unsigned connections)
{
	struct store *s = store_new(connections);

	EXPECT_OK(store_exec(s,
	                     "CREATE TABLE t (id {id}, n BIGINT UNIQUE, f DOUBLE PRECISION,"
	                     " s {text}, b {bytes})",
	                     &err),
	          &err);
	return s;
}

/* --- values --- */

static int values_there_and_back(void *ctx, struct db *d, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	(void)ctx;

	EXPECT_INT(db_run(d, e, "INSERT INTO t (n, f, s, b) VALUES ($1, $2, $3, $4)",
	                  V_INT(INT64_MIN), V_REAL(0.1), V_TEXT(STR("a\nž")),
	                  V_BYTES(STR("\0\xff'"))),
	           1);
	EXPECT_INT(db_run(d, e, "INSERT INTO t (n, f, s, b) VALUES ($1, $2, $3, $4)", V_NULL,
	                  V_NULL, V_NULL, V_NULL),
	           1);
	EXPECT_INT(db_run(d, e, "INSERT INTO t (n, f, s, b) VALUES ($1, $2, $3, $4)",
	                  V_INT(INT64_MAX), V_INT(3), V_TEXT(((str){ 0 })), V_BYTES(((str){ 0 }))),
	           1);
	EXPECT_OK(db_ask(d, e, &r, "SELECT n, f, s, b, id FROM t ORDER BY id"), e);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT(rows_int(r, 0) == INT64_MIN);
	EXPECT(rows_real(r, 1) == 0.1);
	EXPECT_STR(rows_text(r, 2), STR("a\nž"));
	EXPECT_STR(rows_text(r, 3), STR("\0\xff'"));
	EXPECT_INT(rows_int(r, 4), 1);
	EXPECT(!rows_null(r, 0));
	EXPECT_INT(rows_next(r, e), 1);
	for (int i = 0; i < 4; i++)
		EXPECT(rows_null(r, i));
	EXPECT_INT(rows_int(r, 0), 0);
	EXPECT(rows_real(r, 1) == 0.0);
	EXPECT_INT(rows_text(r, 2).n, 0);
	EXPECT_INT(rows_text(r, 3).n, 0);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT(rows_int(r, 0) == INT64_MAX);
	EXPECT(rows_real(r, 1) == 3.0);
	EXPECT(!rows_null(r, 2) && !rows_text(r, 2).n);
	EXPECT(!rows_null(r, 3) && !rows_text(r, 3).n);
	EXPECT_INT(rows_next(r, e), 0);
	return 0;
}

TEST(store_values_there_and_back)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, values_there_and_back, NULL, &err), &err);
	store_drop(s);
}

static int other_types(void *ctx, struct db *d, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	(void)ctx;

	EXPECT_OK(db_run(d, e, "INSERT INTO t (n, f, s) VALUES (12, 1.5, '7'), (30, -2.25, 'x')"),
	          e);
	EXPECT_OK(db_ask(d, e, &r,
	                 "SELECT COUNT(*), SUM(n), AVG(f), n, s, f FROM t"
	                 " GROUP BY n, s, f ORDER BY n"),
	          e);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT_INT(rows_int(r, 0), 1);
	EXPECT_INT(rows_int(r, 1), 12); /* PostgreSQL's NUMERIC */
	EXPECT(rows_real(r, 1) == 12.0);
	EXPECT(rows_real(r, 2) == 1.5);
	EXPECT_STR(rows_text(r, 3), STR("12"));
	EXPECT_INT(rows_int(r, 4), 7);
	EXPECT(rows_real(r, 4) == 7.0);
	EXPECT_INT(rows_int(r, 5), 1);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT(rows_real(r, 2) == -2.25);
	EXPECT_INT(rows_int(r, 4), 0);
	rows_free(take(r));
	EXPECT_OK(db_ask(d, e, &r,
	                 "SELECT SUM(n) * 100000000000, SUM(n), SUM(n) * -1 FROM t"
	                 " WHERE n > $1",
	                 V_INT(0)),
	          e);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT(rows_int(r, 0) == 4200000000000);
	EXPECT_INT(rows_int(r, 1), 42);
	EXPECT_INT(rows_int(r, 2), -42);
	rows_free(take(r));
	EXPECT_OK(db_ask(d, e, &r, "SELECT SUM(n) FROM t WHERE n > 100"), e);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT(rows_null(r, 0));
	return 0;
}

TEST(store_reads_sums_and_texts_as_numbers)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, other_types, NULL, &err), &err);
	store_drop(s);
}

static int mend(void *ctx, struct db *d, struct error *e)
{
	static const struct {
		str in, want;
	} rows[] = {
		{ STR_INIT("plain"), STR_INIT("plain") },
		{ STR_INIT("a\0b"), STR_INIT("a\xef\xbf\xbd"
		                             "b") },
		{ STR_INIT("\xff"), STR_INIT("\xef\xbf\xbd") },
		{ STR_INIT("é\xc3"), STR_INIT("é\xef\xbf\xbd") },
		{ STR_INIT("\xed\xa0\x80"), STR_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
		{ STR_INIT("𝕩"), STR_INIT("𝕩") },
	};
	(void)ctx;

	for (size_t i = 0; i < LEN(rows); i++) {
		struct rows *r cleanup(rows_cleanup) = NULL;
		EXPECT_OK(db_run(d, e, "DELETE FROM t"), e);
		EXPECT_OK(db_run(d, e, "INSERT INTO t (s, b) VALUES ($1, $2)", V_TEXT(rows[i].in),
		                 V_BYTES(rows[i].in)),
		          e);
		EXPECT_OK(db_ask(d, e, &r, "SELECT s, b FROM t WHERE s = $1", V_TEXT(rows[i].in)),
		          e);
		EXPECT_INT(rows_next(r, e), 1);
		EXPECT_STR(rows_text(r, 0), rows[i].want);
		EXPECT_STR(rows_text(r, 1), rows[i].in);
	}
	return 0;
}

TEST(store_mends_what_is_not_utf8)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, mend, NULL, &err), &err);
	store_drop(s);
}

static int sorts(void *ctx, struct db *d, struct error *e)
{
	static const char *const sorted[] = { "", "A", "B", "_", "a", "a b", "ab", "b", "é" };
	struct rows *r cleanup(rows_cleanup) = NULL;
	(void)ctx;

	for (size_t i = LEN(sorted); i-- > 0;)
		EXPECT_OK(db_run(d, e, "INSERT INTO t (s) VALUES ($1)", V_C(sorted[i])), e);
	EXPECT_OK(db_ask(d, e, &r, "SELECT s FROM t ORDER BY s"), e);
	for (size_t i = 0; i < LEN(sorted); i++) {
		EXPECT_INT(rows_next(r, e), 1);
		EXPECT_STR(rows_text(r, 0), str_c(sorted[i]));
	}
	return 0;
}

TEST(store_sorts_text_by_bytes)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, sorts, NULL, &err), &err);
	store_drop(s);
}

/* --- statements --- */

static int many(void *ctx, struct db *d, struct error *e)
{
	struct value v[2000];
	int64_t n = 0;
	(void)ctx;

	for (int i = 0; i < 1000; i++) {
		v[2 * i] = V_INT(i);
		v[2 * i + 1] = i % 2 ? V_C("odd") : V_SOME(((str){ 0 }));
	}
	EXPECT_OK(db_run_many(d, "INSERT INTO t (n, s) VALUES ($1, $2)", v, 2, 1000, e), e);
	EXPECT_OK(db_run_many(d, "INSERT INTO t (n, s) VALUES ($1, $2)", v, 2, 0, e), e);
	EXPECT_INT(db_int(d, e, &n, "SELECT COUNT(*) FROM t WHERE s IS NULL"), 1);
	EXPECT_INT(n, 500);
	EXPECT_INT(db_run(d, e, "UPDATE t SET s = $1 WHERE n < $2", V_C("x"), V_INT(10)), 10);
	EXPECT_INT(db_run(d, e, "DELETE FROM t WHERE n < $1", V_INT(0)), 0);
	EXPECT_INT(
	        db_run(d, e, "INSERT INTO t (n) VALUES ($1) ON CONFLICT (n) DO NOTHING", V_INT(5)),
	        0);
	EXPECT_INT(db_run(d, e,
	                  "INSERT INTO t (n) VALUES ($1) ON CONFLICT (n) DO UPDATE SET"
	                  " s = excluded.s",
	                  V_INT(5)),
	           1);
	EXPECT_INT(db_int(d, e, &n, "INSERT INTO t (n) VALUES ($1) RETURNING n + 1", V_INT(5000)),
	           1);
	EXPECT_INT(n, 5001);
	EXPECT_INT(db_int(d, e, &n, "SELECT n FROM t WHERE n = $1", V_INT(-1)), 0);
	EXPECT_INT(db_int(d, e, &n, "SELECT n FROM t WHERE s = $1 AND n = $2 OR s = $1 AND n = $2",
	                  V_C("x"), V_INT(7)),
	           1);
	EXPECT_INT(n, 7);
	return 0;
}

TEST(store_counts_what_was_changed)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, many, NULL, &err), &err);
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM t"), 1001);
	store_drop(s);
}

static int within(void *ctx, struct db *d, struct error *e)
{
	static const char sql[] = "SELECT n FROM t WHERE n > $1 ORDER BY n";
	struct rows *outer cleanup(rows_cleanup) = NULL;
	int64_t pairs = 0;
	(void)ctx;

	EXPECT_OK(db_run(d, e, "INSERT INTO t (n) VALUES (1), (2), (3), (4)"), e);
	EXPECT_OK(db_ask(d, e, &outer, sql, V_INT(0)), e);
	while (rows_next(outer, e) > 0) { /* the same statement within its own rows */
		struct rows *inner cleanup(rows_cleanup) = NULL;
		EXPECT_OK(db_ask(d, e, &inner, sql, V_INT(rows_int(outer, 0))), e);
		while (rows_next(inner, e) > 0)
			pairs++;
	}
	EXPECT_INT(pairs, 6);
	return 0;
}

TEST(store_has_several_rows_open)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, within, NULL, &err), &err);
	store_drop(s);
}

static int many_statements(void *ctx, struct db *d, struct error *e)
{
	(void)ctx;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 500; i++) { /* more than are kept prepared */
			char sql[64];
			int64_t n = -1;
			snprintf(sql, sizeof sql, "SELECT CAST($1 AS BIGINT) + %d", i);
			EXPECT_INT(db_int(d, e, &n, sql, V_INT(1)), 1);
			EXPECT_INT(n, i + 1);
		}
	return 0;
}

TEST(store_takes_more_statements_than_it_keeps)
{
	struct store *s = store_new(0);
	EXPECT_OK(store_do(s, STORE_READ, many_statements, NULL, &err), &err);
	store_drop(s);
}

static int kinds(void *ctx, struct db *d, struct error *e)
{
	static const char sql[] = "SELECT COUNT(*) FROM t WHERE ($1 IS NULL OR n = $1)"
	                          " AND ($2 IS NULL OR s = $2)";
	int64_t n = -1;
	(void)ctx;

	EXPECT_OK(db_run(d, e, "INSERT INTO t (n, s) VALUES (1, 'a'), (2, 'b')"), e);
	EXPECT_INT(db_int(d, e, &n, sql, V_TIME(0), V_SOME(((str){ 0 }))), 1);
	EXPECT_INT(n, 2);
	EXPECT_INT(db_int(d, e, &n, sql, V_INT(2), V_SOME(((str){ 0 }))), 1);
	EXPECT_INT(n, 1);
	EXPECT_INT(db_int(d, e, &n, sql, V_TIME(0), V_C("a")), 1);
	EXPECT_INT(n, 1);
	return 0;
}

TEST(store_tells_a_placeholder_of_null_by_its_kind)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, kinds, NULL, &err), &err);
	store_drop(s);
}

static int put_together(void *ctx, struct db *d, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct query q cleanup(query_done) = QUERY(&a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int64_t ids[] = { 1, 3, 99 };
	(void)ctx;

	EXPECT_OK(db_run(d, e, "INSERT INTO t (n, s) VALUES (1, 'a?'), (2, 'a?'), (3, 'b')"), e);
	query_add(&q,
	          "SELECT id FROM t WHERE n < ? AND s <> 'b?"
	          "?'",
	          V_INT(10));
	query_add(&q, " AND s LIKE ? AND id IN ", V_C("a%"));
	query_ids(&q, ids, LEN(ids));
	query_add(&q, " AND s = 'a?"
	              "?'");
	EXPECT_OK(query_ask(&q, d, &r, e), e);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT_INT(rows_int(r, 0), 1);
	EXPECT_INT(rows_next(r, e), 0);
	rows_free(take(r));
	query_add(&q, " AND id IN ");
	query_ids(&q, NULL, 0);
	EXPECT_OK(query_ask(&q, d, &r, e), e);
	EXPECT_INT(rows_next(r, e), 0);
	return 0;
}

TEST(query_numbers_its_placeholders)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, put_together, NULL, &err), &err);
	store_drop(s);
}

static int ten_thousand_ids(void *ctx, struct db *d, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(8 << 20);
	struct query q cleanup(query_done) = QUERY(&a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int64_t ids[10000];
	(void)ctx;

	for (size_t i = 0; i < LEN(ids); i++)
		ids[i] = (int64_t)i;
	EXPECT_OK(db_run(d, e, "INSERT INTO t (n) VALUES (1), (2), (3)"), e);
	query_add(&q, "SELECT COUNT(*) FROM t WHERE id IN ");
	query_ids(&q, ids, LEN(ids));
	EXPECT_OK(query_ask(&q, d, &r, e), e);
	EXPECT_INT(rows_next(r, e), 1);
	EXPECT_INT(rows_int(r, 0), 3);
	return 0;
}

TEST(query_takes_ten_thousand_ids)
{
	struct store *s = with_table(0);
	EXPECT_OK(store_do(s, STORE_WRITE, ten_thousand_ids, NULL, &err), &err);
	store_drop(s);
}

/* --- transactions --- */

static int insert_and_fail(void *ctx, struct db *d, struct error *e)
{
	(void)ctx;
	EXPECT_INT(db_run(d, e, "INSERT INTO t (n) VALUES (1)"), 1);
	return error_set(e, ERR_NOTFOUND, "no");
}

static int swallow(void *ctx, struct db *d, struct error *e)
{
	struct error unseen = { 0 };
	(void)ctx;
	EXPECT_INT(db_run(d, e, "INSERT INTO t (n) VALUES (2)"), 1);
	EXPECT_INT(db_run(d, &unseen, "INSERT INTO t (n) VALUES (2)"), ERR_CONFLICT);
	EXPECT_INT(db_run(d, &unseen, "INSERT INTO t (n) VALUES (3)"), ERR_CONFLICT);
	return 0;
}

TEST(store_keeps_nothing_of_what_failed)
{
	struct store *s = with_table(0);

	EXPECT_INT(store_do(s, STORE_WRITE, insert_and_fail, NULL, &err), ERR_NOTFOUND);
	EXPECT_STR(str_c(err.msg), STR("no"));
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM t"), 0);
	EXPECT_INT(store_do(s, STORE_WRITE, swallow, NULL, &err), ERR_CONFLICT);
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM t"), 0);
	EXPECT_INT(store_exec(s, "INSERT INTO t (n) VALUES (4)", &err), 1);
	store_drop(s);
}

TEST(store_names_what_it_refuses)
{
	struct store *s = with_table(0);

	EXPECT_OK(store_exec(s,
	                     "CREATE TABLE u (id BIGINT NOT NULL REFERENCES t (id),"
	                     " k BIGINT CHECK (k > 0))",
	                     &err),
	          &err);
	EXPECT_OK(store_exec(s, "INSERT INTO t (n) VALUES (1)", &err), &err);
	EXPECT_INT(store_exec(s, "INSERT INTO t (n) VALUES (1)", &err), ERR_CONFLICT);
	EXPECT_INT(store_exec(s, "INSERT INTO t (id) VALUES (1)", &err), ERR_CONFLICT);
	EXPECT_INT(store_exec(s, "INSERT INTO u (id, k) VALUES (9, 1)", &err), ERR_CONFLICT);
	EXPECT_INT(store_exec(s, "INSERT INTO u (id, k) VALUES (1, 0)", &err), ERR_USAGE);
	EXPECT_INT(store_exec(s, "INSERT INTO u (k) VALUES (1)", &err), ERR_USAGE);
	EXPECT_INT(store_exec(s, "INSERT INTO nothing VALUES (1)", &err), ERR_SYSTEM);
	EXPECT(strstr(err.msg, "nothing"));
	store_drop(s);
}

static int write_in_read(void *ctx, struct db *d, struct error *e)
{
	(void)ctx;
	return db_run(d, e, "INSERT INTO t (n) VALUES (1)") < 0 ? e->code : 0;
}

TEST(store_read_refuses_writes)
{
	struct store *s = with_table(1);

	for (int i = 0; i < 3; i++) {
		EXPECT_INT(store_do(s, STORE_READ, write_in_read, NULL, &err), ERR_USAGE);
		EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM t"), i);
		EXPECT_INT(store_exec(s, "INSERT INTO t (n) SELECT COUNT(*) FROM t", &err), 1);
	}
	store_drop(s);
}

static int look_twice(void *other, struct db *d, struct error *e)
{
	int64_t before, after;

	EXPECT_INT(db_int(d, e, &before, "SELECT COUNT(*) FROM t"), 1);
	EXPECT_OK(store_exec(other, "INSERT INTO t (s) VALUES ('new')", &err), &err);
	EXPECT_INT(db_int(d, e, &after, "SELECT COUNT(*) FROM t"), 1);
	EXPECT_INT(after, before);
	return 0;
}

TEST(store_read_is_a_snapshot)
{
	struct store *s = with_table(0), *other = store_more(1);

	EXPECT_OK(store_do(s, STORE_READ, look_twice, other, &err), &err);
	EXPECT_INT(store_number(s, "SELECT COUNT(*) FROM t"), 1);
	store_close(other);
	store_drop(s);
}

/* --- threads and processes --- */

enum { THREADS = 8, ROUNDS = 25 };

static int count_up(void *ctx, struct db *d, struct error *e)
{
	int64_t n = 0;
	(void)ctx;

	if (db_int(d, e, &n, "SELECT f FROM t WHERE id = 1") < 0)
		return e->code;
	return db_run(d, e, "UPDATE t SET f = $1 WHERE id = 1", V_INT(n + 1)) < 0 ? e->code : 0;
}

static void *count_often(void *s)
{
	struct error e = { 0 };
	for (int i = 0; i < ROUNDS; i++)
		EXPECT_OK(store_do(s, STORE_WRITE, count_up, NULL, &e), &e);
	return NULL;
}

static void *read_often(void *s)
{
	for (int i = 0; i < ROUNDS; i++)
		EXPECT(store_number(s, "SELECT COUNT(*) FROM t") == 1);
	return NULL;
}

/* Read and written on in one transaction: none of them is lost, whoever else does the same. */
TEST(store_writers_come_one_after_the_other)
{
	struct store *s = with_table(4), *other = store_more(4);
	pthread_t threads[THREADS], readers[2];

	EXPECT_OK(store_exec(s, "INSERT INTO t (f) VALUES (0)", &err), &err);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, count_often, i % 2 ? s : other);
	for (int i = 0; i < 2; i++)
		pthread_create(&readers[i], NULL, read_often, i % 2 ? s : other);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	EXPECT_INT(store_number(s, "SELECT f FROM t"), THREADS * ROUNDS);
	store_close(other);
	store_drop(s);
}

static int hold(void *other, struct db *d, struct error *e)
{
	struct error o = { 0 };
	int64_t began = time_mono_ms();

	EXPECT_INT(db_run(d, e, "INSERT INTO t (n) VALUES (1)"), 1);
	EXPECT(store_exec(other, "INSERT INTO t (n) VALUES (1)", &o) < 0); /* waits for this one */
	EXPECT(time_mono_ms() - began < 5000);
	EXPECT(o.msg[0]);
	return 0;
}

TEST(store_gives_up_waiting_for_a_lock)
{
	struct store_options o = { .wait_ms = 300 };
	struct store *s = with_table(0), *other = NULL;

	o.url = stores_are_postgres() ? getenv("PLIMSOLL_TEST_STORE") : store_file();
	EXPECT_OK(pool_open(&o, &other, &err), &err);
	EXPECT_OK(store_do(s, STORE_WRITE, hold, other, &err), &err);
	store_close(other);
	store_drop(s);
}

static int ask_inside(void *other, struct db *d, struct error *e)
{
	struct error o = { 0 };
	(void)d, (void)e;
	EXPECT_INT(store_do(other, STORE_READ, count_up, NULL, &o), ERR_THROTTLED);
	return 0;
}

TEST(store_gives_up_waiting_for_a_connection)
{
	struct store_options o = { .connections = 1, .wait_ms = 100 };
	struct store *s = with_table(0), *one = NULL;

	o.url = stores_are_postgres() ? getenv("PLIMSOLL_TEST_STORE") : store_file();
	EXPECT_OK(pool_open(&o, &one, &err), &err);
	EXPECT_OK(store_do(one, STORE_READ, ask_inside, one, &err), &err);
	store_close(one);
	store_drop(s);
}

TEST(store_check_answers)
{
	struct store *s = store_new(0);
	EXPECT_OK(store_check(s, &err), &err);
	EXPECT_OK(store_verify(s, &err), &err);
	store_drop(s);
}

/* --- addresses and files --- */

TEST(store_names_an_address_it_does_not_know)
{
	static const struct {
		const char *url;
		int code;
	} rows[] = {
		{ "", ERR_USAGE },
		{ NULL, ERR_USAGE },
		{ "sqlite:", ERR_USAGE },
		{ "mysql://u:hunter2@h/d", ERR_UNSUPPORTED },
		{ "sqlite:/nowhere/at/all/x.db", ERR_NOTFOUND },
		{ "/nowhere/at/all/x.db", ERR_NOTFOUND },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct store_options o = { .url = rows[i].url };
		struct store *s = NULL;
		EXPECT_INT(store_open(&o, &s, &err), rows[i].code);
		EXPECT(!strstr(err.msg, "hunter2"));
	}
}

TEST(sqlite_file_is_its_owners)
{
	struct stat st = { 0 };
	struct store *s;

	if (stores_are_postgres()) {
		test_skip("SQLite's");
		return;
	}
	s = with_table(0);
	EXPECT_INT(stat(store_file(), &st), 0);
	EXPECT_INT(st.st_mode & 07777, 0600);
	store_drop(s);
}

static void damage(const char *path)
{
	FILE *f = fopen(path, "r+b");

	if (!f)
		abort();
	fseek(f, 4096, SEEK_SET);
	for (int i = 0; i < 16384; i++)
		fputc(0xa5, f);
	fclose(f);
}

TEST(sqlite_names_damage)
{
	struct store *s;

	if (stores_are_postgres()) {
		test_skip("SQLite's");
		return;
	}
	s = with_table(0);
	for (int i = 0; i < 400; i++)
		EXPECT_OK(store_exec(s, "INSERT INTO t (s) VALUES ('a row that takes some room')",
		                     &err),
		          &err);
	store_close(s); /* the log is in the file now */
	damage(store_file());
	s = store_more(0);
	EXPECT_INT(store_verify(s, &err), ERR_SYSTEM);
	EXPECT(strstr(err.msg, "damaged") && strstr(err.msg, store_file()));
	EXPECT_INT(store_exec(s, "INSERT INTO t (n) VALUES (1)", &err), ERR_SYSTEM);
	EXPECT(strstr(err.msg, "damaged") && strstr(err.msg, store_file()));
	store_drop(s);
}

TEST(store_backup_is_whole_and_its_owners)
{
	struct stat st = { 0 };
	struct store *s = with_table(0), *copy = NULL;
	char path[128];

	snprintf(path, sizeof path, "%s.copy", store_file());
	EXPECT_OK(store_exec(s, "INSERT INTO t (n) VALUES (7)", &err), &err);
	if (stores_are_postgres()) {
		EXPECT_INT(store_backup(s, path, &err), ERR_UNSUPPORTED);
		EXPECT(strstr(err.msg, "pg_dump"));
		store_drop(s);
		return;
	}
	for (int i = 0; i < 2; i++) /* the second replaces the first */
		EXPECT_OK(store_backup(s, path, &err), &err);
	EXPECT_INT(stat(path, &st), 0);
	EXPECT_INT(st.st_mode & 07777, 0600);
	EXPECT_OK(store_exec(s, "INSERT INTO t (n) VALUES (8)", &err), &err);
	EXPECT_OK(pool_open(&(struct store_options){ .url = path }, &copy, &err), &err);
	EXPECT_INT(store_number(copy, "SELECT SUM(n) FROM t"), 7);
	store_close(copy);
	unlink(path);
	EXPECT_INT(store_backup(s, "/nowhere/at/all.db", &err), ERR_NOTFOUND);
	store_drop(s);
}
