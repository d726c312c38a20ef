/* store/migrate.h — the schema's versions: sql/NNN_name.sql, built into the program in their order.
 * Forward only, each in one transaction where the store allows, noted in the table schema_version
 * with the SHA-256 of its text; a version that was changed after it was applied is refused. One
 * process at a time moves a store: the others wait (the row of version 0 is locked). */
#pragma once
#include "store/db.h"

struct migration {
	const char *name; /* "001_center": its number is its place in the list, from 1 */
	str text;
};

/* Up to `target`, 0: the newest. For tests also from any earlier one. */
int migrate_run(struct store *s, unsigned target, struct error *e) must_use;
/* The same with other versions than the program's, for tests. */
int migrate_list(struct store *s, const struct migration *list, unsigned n, unsigned target,
                 struct error *e) must_use;
unsigned migrate_newest(void);
