/* A store under load, for tests/e2e/test_store.py and bench/store.
 *
 *   store_load URL accept THREADS SECONDS   a line for each key that was accepted, once it is;
 * refusals on stderr store_load URL bench THREADS SECONDS    operations a second store_load URL
 * count                    keys, different keys, and the counter store_load URL has reads keys,
 * prints those that are not there
 *
 * In the environment: STATEMENT_MS and WAIT_MS, the store's options; TALLY, how many rows are
 * counted in (4). */
#include "base/time.h"
#include "store/migrate.h"
#include "store/pool.h"
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

enum { BATCH = 1000, TALLY_ROWS = 4 };

static struct store *store;
static volatile sig_atomic_t stopped;
static int64_t until_ms;

static unsigned number(const char *text)
{
	return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static const struct migration schema[] = {
	{ "001_load",
	  STR_INIT("CREATE TABLE load (id {id}, name {text} NOT NULL UNIQUE, body {text} NOT NULL);"
	           "CREATE TABLE tally (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);"
	           "INSERT INTO tally (id, n) VALUES (0, 0), (1, 0), (2, 0), (3, 0);") },
};

/* --- accept --- */

struct key {
	char name[64];
	unsigned n;
};

/* idempotent: counted once however often it is run */
static int accept_key(void *ctx, struct db *d, struct error *e)
{
	const struct key *k = ctx;
	int64_t n = db_run(d, e,
	                   "INSERT INTO load (name, body) VALUES ($1, $2)"
	                   " ON CONFLICT (name) DO NOTHING",
	                   V_C(k->name), V_C("some words that stand for an event"));

	if (n <= 0)
		return (int)n;
	return db_run(d, e, "UPDATE tally SET n = n + 1 WHERE id = $1",
	              V_INT(k->n % (getenv("TALLY") ? number(getenv("TALLY")) : TALLY_ROWS))) < 0
	               ? e->code
	               : 0;
}

static void *accept_keys(void *number)
{
	struct key k = { .n = 0 };

	while (!stopped && time_mono_ms() < until_ms) {
		struct error e = { 0 };
		char line[80];
		int n;

		snprintf(k.name, sizeof k.name, "%ld-%d-%u", (long)getpid(), *(int *)number, k.n);
		if (store_do(store, STORE_WRITE, accept_key, &k, &e) < 0) {
			fprintf(stderr, "%s: %s\n", error_name(e.code), e.msg);
			usleep(20000);
			continue; /* the same one again */
		}
		n = snprintf(line, sizeof line, "%s\n", k.name);
		if (write(1, line, (size_t)n) != n)
			abort();
		k.n++;
	}
	return NULL;
}

/* --- bench --- */

static unsigned serial;
static uint64_t operations;

static int insert_one(void *ctx, struct db *d, struct error *e)
{
	char name[64];
	(void)ctx;
	snprintf(name, sizeof name, "one-%u", __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED));
	return (int)db_run(d, e, "INSERT INTO load (name, body) VALUES ($1, $2)", V_C(name),
	                   V_C("some words that stand for an event"));
}

static int insert_many(void *ctx, struct db *d, struct error *e)
{
	static _Thread_local char names[BATCH][64];
	static _Thread_local struct value v[BATCH * 2];
	(void)ctx;

	for (int i = 0; i < BATCH; i++) {
		snprintf(names[i], sizeof names[i], "many-%u",
		         __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED));
		v[2 * i] = V_C(names[i]);
		v[2 * i + 1] = V_C("some words that stand for an event");
	}
	return db_run_many(d, "INSERT INTO load (name, body) VALUES ($1, $2)", v, 2, BATCH, e) < 0
	               ? e->code
	               : BATCH;
}

static int read_one(void *ctx, struct db *d, struct error *e)
{
	char name[64];
	int64_t id;
	(void)ctx;
	snprintf(name, sizeof name, "one-%u",
	         __atomic_fetch_add(&serial, 7919, __ATOMIC_RELAXED) % 500);
	return db_int(d, e, &id, "SELECT id FROM load WHERE name = $1", V_C(name));
}

static int read_many(void *ctx, struct db *d, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int n = 0, more;
	(void)ctx;

	if (db_ask(d, e, &r, "SELECT id, name, body FROM load ORDER BY id LIMIT $1", V_INT(BATCH)) <
	    0)
		return e->code;
	while ((more = rows_next(r, e)) > 0)
		n += rows_int(r, 0) > 0 && rows_text(r, 1).n && rows_text(r, 2).n;
	return more < 0 ? more : n;
}

static const struct part {
	const char *name;
	enum store_mode mode;
	store_work *work;
} parts[] = {
	{ "insert, a row a transaction", STORE_WRITE, insert_one },
	{ "insert, 1,000 rows a transaction", STORE_WRITE, insert_many },
	{ "read by key, a row a transaction", STORE_READ, read_one },
	{ "read 1,000 rows a transaction", STORE_READ, read_many },
};

static void *repeat(void *part)
{
	const struct part *p = part;
	struct error e = { 0 };

	while (!stopped && time_mono_ms() < until_ms) {
		int n = store_do(store, p->mode, p->work, NULL, &e);
		if (n < 0) {
			fprintf(stderr, "%s\n", e.msg);
			exit(1);
		}
		__atomic_fetch_add(&operations, (uint64_t)n, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* --- reading back --- */

static int count_all(void *ctx, struct db *d, struct error *e)
{
	int64_t *n = ctx;

	if (db_int(d, e, &n[0], "SELECT COUNT(*) FROM load") < 0 ||
	    db_int(d, e, &n[1], "SELECT COUNT(DISTINCT name) FROM load") < 0)
		return e->code;
	return db_int(d, e, &n[2], "SELECT SUM(n) FROM tally");
}

static int print_missing(void *ctx, struct db *d, struct error *e)
{
	char name[80];
	(void)ctx;

	while (fgets(name, sizeof name, stdin)) {
		int64_t id;
		int r = db_int(d, e, &id, "SELECT id FROM load WHERE name = $1",
		               V_TEXT(str_trim(str_c(name))));
		if (r < 0)
			return r;
		if (!r)
			fputs(name, stdout);
	}
	return 0;
}

static void run_threads(unsigned n, void *(*what)(void *), void *same)
{
	pthread_t threads[64];
	int numbers[64];

	for (unsigned i = 0; i < MIN(n, 64u); i++) {
		numbers[i] = (int)i;
		pthread_create(&threads[i], NULL, what, same ? same : &numbers[i]);
	}
	for (unsigned i = 0; i < MIN(n, 64u); i++)
		pthread_join(threads[i], NULL);
}

static void bench(unsigned threads, int64_t seconds)
{
	for (size_t i = 0; i < LEN(parts); i++) {
		struct part p = parts[i];
		int64_t began = time_mono_ms();
		operations = 0;
		until_ms = began + seconds * 1000;
		run_threads(threads, repeat, &p);
		printf("%-34s %9.0f rows/s, %u threads\n", p.name,
		       (double)operations * 1000 / (double)(time_mono_ms() - began), threads);
	}
}

static int give_up(const struct error *e)
{
	fprintf(stderr, "%s: %s\n", error_name(e->code), e->msg);
	return 1;
}

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

int main(int argc, char **argv)
{
	struct store_options o = { .statement_ms = number(getenv("STATEMENT_MS")),
		                   .wait_ms = number(getenv("WAIT_MS")) };
	struct error e = { 0 };
	const char *verb = argc > 2 ? argv[2] : "";
	int64_t n[3] = { 0 };

	if (argc < 3)
		return 2;
	o.url = argv[1];
	signal(SIGTERM, stop); /* what is begun is ended */
	if (pool_open(&o, &store, &e) < 0 || migrate_list(store, schema, 1, 0, &e) < 0)
		return give_up(&e);
	if (!strcmp(verb, "accept") && argc == 5) {
		until_ms = time_mono_ms() + (int64_t)number(argv[4]) * 1000;
		run_threads(number(argv[3]), accept_keys, NULL);
	} else if (!strcmp(verb, "bench") && argc == 5) {
		bench(number(argv[3]), number(argv[4]));
	} else if (!strcmp(verb, "count")) {
		if (store_do(store, STORE_READ, count_all, n, &e) < 0)
			return give_up(&e);
		printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", n[0], n[1], n[2]);
	} else if (!strcmp(verb, "has")) {
		if (store_do(store, STORE_READ, print_missing, NULL, &e) < 0)
			return give_up(&e);
	} else {
		return 2;
	}
	store_close(store);
	return 0;
}
