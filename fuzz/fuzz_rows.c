/* fuzz/fuzz_rows.c — the rows of a bundle, whose maker signs whatever he likes: u8 table, key and
 * value with their lengths. Each is refused with a reason or kept; the database that they make is
 * opened, matched and asked without harm. */
#include "mutate_rows.h"
#include "scratch.h"
#include "vulndb/builder.h"
#include "vulndb/lookup.h"
#include "vulndb/vulndb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int count(void *ctx, const struct lookup_row *row, struct error *e)
{
	unsigned *n = ctx;
	(void)e;
	assert(row->advisory && row->feed.n);
	return ++*n < 1000 ? 0 : error_set(e, ERR_LIMIT, "enough");
}

static void ask(const char *path)
{
	static const struct package wanted[] = {
		{ .type = PACKAGE_NPM, .name = STR_INIT("a"), .version = STR_INIT("1.0.0") },
		{ .type = PACKAGE_DEB, .name = STR_INIT("b"), .version = STR_INIT("1:1-1") },
	};
	static const struct distro debian = { .id = STR_INIT("debian"),
		                              .version_id = STR_INIT("12"),
		                              .ecosystem = STR_INIT("Debian:12") };
	struct arena a cleanup(arena_done) = ARENA(64u << 20);
	struct scan_report report = { 0 };
	struct vulndb *db = NULL;
	struct error e = { 0 };
	unsigned rows = 0;

	if (vulndb_open(path, &db, &e) < 0) {
		assert(e.msg[0]);
		return;
	}
	for (size_t i = 0; i < LEN(wanted); i++) {
		e = (struct error){ 0 };
		assert(vulndb_match(db, &wanted[i], &debian, &a, &report, &e) >= 0 || e.msg[0]);
	}
	e = (struct error){ 0 };
	assert(vulndb_describe(db, &a, &report, &e) >= 0 || e.msg[0]);
	assert(lookup_id(db, STR("CVE-2024-1111"), count, &rows, &e) >= 0 || e.msg[0]);
	assert(lookup_package(db, (str){ 0 }, STR("a"), count, &rows, &e) >= 0 || e.msg[0]);
	vulndb_close(db);
}

/* 0, or below 0 at the first row that is refused, as an import ends there */
static int put_rows(struct builder *b, struct cursor *c, struct error *e)
{
	int r = 0;
	while (r == 0 && cur_left(c)) {
		unsigned table = cur_u8(c);
		str key = record_get_str(c), value = record_get_str(c);
		if (cur_bad(c) || table >= TABLE_COUNT)
			return cur_error(c, e, "a damaged row");
		r = builder_put_row(b, (enum lmdb_table)table, key, value, e);
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(64u << 20);
	struct shelf_head head = { .schema = RECORD_SCHEMA, .generation = 1, .records = 1 };
	struct cursor c = CURSOR("rows", data, n);
	struct changes changes;
	struct builder *b = NULL;
	struct error e = { 0 };
	uint64_t bytes;
	char building[256], path[256];

	scratch_open(NULL, 0);
	assert(builder_open(scratch_path(building, "db.building"), &b, &e) == 0);
	int r = put_rows(b, &c, &e);
	if (r == 0)
		r = builder_finish(b, NULL, NULL, &a, &head, &changes, &e);
	if (r == 0)
		r = builder_install(b, scratch_path(path, "db"), &bytes, &e);
	assert(r >= 0 || e.msg[0]);
	builder_free(b);
	if (r == 0)
		ask(path);
	return 0;
}

MUTATOR(mutate_rows)
