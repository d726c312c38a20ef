/* store/pool.h — the connections of a store, beside what db.h says of them. Any thread. */
#pragma once
#include "store/db.h"

/* store_open without moving the schema */
int pool_open(const struct store_options *o, struct store **out, struct error *e) must_use;
/* store_do for a change of the schema: it waits for others as long as they take. */
int pool_migrate(struct store *s, store_work *work, void *ctx, struct error *e) must_use;
/* several statements in one text, inside of a transaction */
int pool_script(struct db *d, const char *sql, struct error *e) must_use;
