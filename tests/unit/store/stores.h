/* tests/unit/store/stores.h — a store for a case: the PostgreSQL of PLIMSOLL_TEST_STORE, emptied,
 * or SQLite in a folder of its own, which store_drop removes. */
#pragma once
#include "../test.h"
#include "store/pool.h"

bool stores_are_postgres(void);
struct store *store_new(unsigned connections); /* with no table at all */
struct store *
store_more(unsigned connections); /* the same store once more, as another process would open it */
void store_drop(struct store *s); /* of store_new, after those of store_more */
const char *store_file(void);     /* SQLite's */

/* one statement in a transaction of its own; gives its result */
int64_t store_exec(struct store *s, const char *sql, struct error *e);
int64_t store_number(struct store *s, const char *sql); /* of one row; -1 without */
