/* Whatever a path is, parts lie within it and a row that fits has all of its own; parameters that
 * are found one by one are those a walk finds. The first line is the path, the rest the query. */
#include "net/router.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct route_pattern rows[] = {
	{ METHOD_GET, "/", false },
	{ METHOD_GET, "/a/{b}", false },
	{ METHOD_POST, "/a/{b}/", false },
	{ METHOD_GET, "/a/{b}/{c*}/tags/{d}", true },
	{ METHOD_GET, "/{scope*}/providers/Microsoft.Security/{kind}", true },
	{ METHOD_PUT, "/x/{a*}/y/{b*}", false },
	{ METHOD_GET, "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}", false },
};

static void walk_path(str path)
{
	for (enum method m = 0; m < METHOD_COUNT; m++) {
		struct route_match found;
		if (!route_find(rows, sizeof rows[0], LEN(rows), m, path, &found))
			continue;
		assert(found.row < LEN(rows) && found.n <= ROUTE_PARTS_MAX);
		for (size_t i = 0; i < found.n; i++) {
			str v = found.parts[i].value;
			assert(v.n && v.p >= path.p && v.p + v.n <= path.p + path.n);
			assert(v.p[0] != '/' && v.p[v.n - 1] != '/');
			assert(route_part(&found, "none").n == 0);
		}
	}
}

static void walk_query(str query)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct error e = { 0 };
	str rest = query, name, value, again;
	int r;
	for (size_t i = 0; i < 50 && (r = query_next(&rest, &a, &name, &value, &e)) > 0; i++) {
		char z[200];
		assert(!memchr(value.n ? value.p : "x", 0, value.n));
		if (name.n >= sizeof z)
			continue;
		memcpy(z, name.n ? name.p : "", name.n);
		z[name.n] = 0;
		assert(query_has(query, z));
		struct error ignored = { 0 };
		if (i == 0)
			assert(query_param(query, z, &a, &again, &ignored) == 0 &&
			       str_eq(again, value));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str all = str_mem(data, n);
	size_t line = str_chr(all, '\n');
	walk_path(str_upto(all, line));
	walk_query(str_from(all, line + 1));
	return 0;
}
