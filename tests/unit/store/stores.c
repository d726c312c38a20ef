#include "stores.h"
#include <fcntl.h>
#include <stdio.h>

static char folder[64], file[96];
static struct error said;

bool stores_are_postgres(void)
{
	const char *url = getenv("PLIMSOLL_TEST_STORE");
	return url && *url;
}

const char *store_file(void)
{
	return file;
}

struct store *store_more(unsigned connections)
{
	struct store_options o = { .url = stores_are_postgres() ? getenv("PLIMSOLL_TEST_STORE")
		                                                : file,
		                   .connections = connections };
	struct store *s = NULL;

	EXPECT_OK(pool_open(&o, &s, &said), &said);
	return s;
}

static int exec(void *sql, struct db *d, struct error *e)
{
	return pool_script(d, sql, e);
}

struct store *store_new(unsigned connections)
{
	static char again[] = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
	struct store *s;

	snprintf(folder, sizeof folder, "/tmp/plimsoll-store-XXXXXX");
	if (!stores_are_postgres() && !mkdtemp(folder))
		abort();
	snprintf(file, sizeof file, "%s/center.db", folder);
	if (stores_are_postgres()) {
		s = store_more(1);
		EXPECT_OK(store_do(s, STORE_WRITE, exec, again, &said), &said);
		store_close(s);
	}
	s = store_more(connections);
	return s;
}

void store_drop(struct store *s)
{
	char name[128];

	store_close(s);
	if (stores_are_postgres())
		return;
	for (const char **end = (const char *[]){ "", "-wal", "-shm", NULL }; *end; end++) {
		snprintf(name, sizeof name, "%s%s", file, *end);
		unlink(name);
	}
	EXPECT_INT(rmdir(folder), 0);
}

struct sentence {
	const char *sql;
	int64_t out;
};

static int run_one(void *ctx, struct db *d, struct error *e)
{
	struct sentence *s = ctx;
	s->out = db_run(d, e, s->sql);
	return s->out < 0 ? e->code : 0;
}

int64_t store_exec(struct store *st, const char *sql, struct error *e)
{
	struct sentence s = { .sql = sql };
	int r = store_do(st, STORE_WRITE, run_one, &s, e);
	return r < 0 ? r : s.out;
}

static int ask_number(void *ctx, struct db *d, struct error *e)
{
	struct sentence *s = ctx;
	s->out = -1;
	return db_int(d, e, &s->out, s->sql);
}

int64_t store_number(struct store *st, const char *sql)
{
	struct sentence s = { .sql = sql };
	EXPECT_OK(store_do(st, STORE_READ, ask_number, &s, &said), &said);
	return s.out;
}
