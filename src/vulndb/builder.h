/* vulndb/builder.h — the new database while it grows: feeds' rows go in, are taken over from the
 * last generation or thrown away again, then it is compared with that and closed. One thread. */
#pragma once
#include "vulndb/changes.h"

struct builder;

int builder_open(const char *path, struct builder **out, struct error *e) must_use;
void builder_free(struct builder *b); /* NULL is fine; the file goes too */

int builder_put(struct builder *b, str feed, const struct advisory *a, struct error *e) must_use;
int builder_put_fact(struct builder *b, str feed, str key, str value, uint64_t *n,
                     struct error *e) must_use;
/* A row as another database holds it: see shelf_put_row. */
int builder_put_row(struct builder *b, enum lmdb_table table, str key, str value,
                    struct error *e) must_use;
int builder_put_source(struct builder *b, const struct shelf_source *s, struct error *e) must_use;
int builder_sources(struct builder *b, struct arena *a, struct shelf_sources *out,
                    struct error *e) must_use;
/* Throw all rows of a feed away again. */
int builder_erase(struct builder *b, str feed, struct error *e) must_use;
/* All rows of the named feeds, as they are in `old`. */
int builder_take_over(struct builder *b, struct lmdb *old, const str *feeds, size_t n,
                      struct error *e) must_use;
/* Count, compare with `old` (may be NULL, `last` is its head then) and note what changed; completes
 * *head, whose generation is set, and whose lineage may be. Strings in `a`. */
int builder_finish(struct builder *b, struct lmdb *old, const struct shelf_head *last,
                   struct arena *a, struct shelf_head *head, struct changes *out,
                   struct error *e) must_use;
/* The finished file, compact and synced, to path. */
int builder_install(struct builder *b, const char *path, uint64_t *bytes, struct error *e) must_use;
/* Nobody else writes beside this database until *out is closed; ERR_DENIED when somebody does. */
int builder_lock(const char *db_path, int *out, struct error *e) must_use;
