#include "../test.h"
#include "net/router.h"

static const struct row {
	struct route_pattern pattern;
	const char *name;
} table[] = {
	{ { METHOD_GET, "/", false }, "root" },
	{ { METHOD_GET, "/api/v1/registries", false }, "registries" },
	{ { METHOD_POST, "/api/v1/registries", false }, "add" },
	{ { METHOD_GET, "/api/v1/registries/none", false }, "fixed" },
	{ { METHOD_GET, "/api/v1/registries/{registry}", false }, "one" },
	{ { METHOD_DELETE, "/api/v1/registries/{registry}", false }, "remove" },
	{ { METHOD_GET, "/api/v1/registries/{registry}/repositories/{repository*}/tags/{tag}",
	    false },
	  "tag" },
	{ { METHOD_GET, "/api/v1/registries/{registry}/repositories/{repository*}", false },
	  "repository" },
	{ { METHOD_GET, "/{scope*}/providers/Microsoft.Security/assessments/{name}", true },
	  "assessment" },
	{ { METHOD_GET, "/{scope*}/providers/Microsoft.Security/assessments", true },
	  "assessments" },
	{ { METHOD_GET, "/two/{a*}/mid/{b*}", false }, "two" },
	{ { METHOD_GET, "/nine/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}", false }, "nine" },
};

TEST(the_first_row_that_fits_answers)
{
	static const struct {
		enum method method;
		const char *path, *name, *part, *value;
	} rows[] = {
		{ METHOD_GET, "/", "root", "x", "" },
		{ METHOD_GET, "/api/v1/registries", "registries", "", "" },
		{ METHOD_GET, "/api/v1/registries/", "registries", "", "" },
		{ METHOD_HEAD, "/api/v1/registries", "registries", "", "" },
		{ METHOD_POST, "/api/v1/registries", "add", "", "" },
		{ METHOD_GET, "/api/v1/registries/none", "fixed", "", "" },
		{ METHOD_GET, "/api/v1/registries/None", "one", "registry", "None" },
		{ METHOD_DELETE, "/api/v1/registries/none", "remove", "registry", "none" },
		{ METHOD_GET, "/API/v1/registries", NULL, "", "" },
		{ METHOD_GET, "/api/v1/registries/a/b", NULL, "", "" },
		{ METHOD_GET, "/api/v1", NULL, "", "" },
		{ METHOD_GET, "", "root", "", "" },
		{ METHOD_GET, "/api/v1/registries/r/repositories/app", "repository", "repository",
		  "app" },
		{ METHOD_GET, "/api/v1/registries/r/repositories/a/b/c/", "repository",
		  "repository", "a/b/c" },
		{ METHOD_GET, "/api/v1/registries/r/repositories", NULL, "", "" },
		{ METHOD_GET, "/api/v1/registries/r/repositories/a/b/tags/1", "tag", "repository",
		  "a/b" },
		{ METHOD_GET, "/api/v1/registries/r/repositories/a/tags/tags/1", "tag",
		  "repository", "a/tags" },
		{ METHOD_GET, "/api/v1/registries/r/repositories/tags/1", "repository",
		  "repository", "tags/1" },
		{ METHOD_GET, "/subscriptions/1/PROVIDERS/microsoft.security/Assessments/Abc",
		  "assessment", "name", "Abc" },
		{ METHOD_GET,
		  "/subscriptions/1/resourceGroups/g/providers/Microsoft.ContainerRegistry/"
		  "registries/r/providers/"
		  "Microsoft.Security/assessments",
		  "assessments", "scope",
		  "subscriptions/1/resourceGroups/g/providers/Microsoft.ContainerRegistry/"
		  "registries/r" },
		{ METHOD_GET, "/providers/Microsoft.Security/assessments", NULL, "", "" },
		{ METHOD_GET, "/two/x/mid/mid/y", "two", "a", "x" },
		{ METHOD_GET, "/two/x/mid/mid/y", "two", "b", "mid/y" },
		{ METHOD_GET, "/nine/1/2/3/4/5/6/7/8/9", NULL, "", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct route_match m;
		int r = route_find(table, sizeof table[0], LEN(table), rows[i].method,
		                   str_c(rows[i].path), &m);
		if (r != (rows[i].name != NULL))
			test_fail(__FILE__, __LINE__, "%s %s: %d", method_name(rows[i].method),
			          rows[i].path, r);
		if (!r || !rows[i].name)
			continue;
		EXPECT_STR(str_c(table[m.row].name), str_c(rows[i].name));
		EXPECT_STR(route_part(&m, rows[i].part), str_c(rows[i].value));
	}
}

TEST(a_path_with_other_methods_names_them)
{
	struct route_match m;
	unsigned get = 1u << METHOD_GET | 1u << METHOD_HEAD;
	EXPECT_INT(route_find(table, sizeof table[0], LEN(table), METHOD_PUT,
	                      STR("/api/v1/registries"), &m),
	           0);
	EXPECT_INT(m.allowed, get | 1u << METHOD_POST);
	EXPECT_INT(route_find(table, sizeof table[0], LEN(table), METHOD_POST,
	                      STR("/api/v1/registries/x"), &m),
	           0);
	EXPECT_INT(m.allowed, get | 1u << METHOD_DELETE);
	EXPECT_INT(route_find(table, sizeof table[0], LEN(table), METHOD_PUT, STR("/nowhere"), &m),
	           0);
	EXPECT_INT(m.allowed, 0);
}

TEST(parameters_are_decoded_and_the_first_counts)
{
	static const struct {
		const char *query, *name, *value; /* value NULL: refused */
	} rows[] = {
		{ "a=1&b=2", "b", "2" },
		{ "a=1&a=2", "a", "1" },
		{ "a", "a", "" },
		{ "a=", "a", "" },
		{ "", "a", "" },
		{ "&&a=1&", "a", "1" },
		{ "a=b=c", "a", "b=c" },
		{ "a=x+y%2Bz", "a", "x y+z" },
		{ "%24filter=x", "$filter", "x" },
		{ "$filter=name%20eq%20%27x%27", "$filter", "name eq 'x'" },
		{ "api-version=2020-01-01", "api-version", "2020-01-01" },
		{ "A=1", "a", "" },
		{ "ab=1", "a", "" },
		{ "a=%C3%A9", "a", "\xc3\xa9" },
		{ "a=%EF%BF%BD", "a", "\xef\xbf\xbd" },
		{ "a=%", "a", NULL },
		{ "a=%4", "a", NULL },
		{ "a=%4g", "a", NULL },
		{ "a=%00", "a", NULL },
		{ "a=%ff", "a", NULL },
		{ "a=%C3", "a", NULL },
		{ "a=%ED%A0%80", "a", NULL }, /* a surrogate */
		{ "b=%&a=1", "a", "1" },      /* what nobody asks for is nobody's business */
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(4096);
		struct error e = { 0 };
		str value = STR("untouched");
		int r = query_param(str_c(rows[i].query), rows[i].name, &a, &value, &e);
		EXPECT_INT(r, rows[i].value ? 0 : ERR_USAGE);
		EXPECT_STR(value, rows[i].value ? str_c(rows[i].value) : STR("untouched"));
	}
}

TEST(a_parameter_without_a_value_is_there)
{
	EXPECT(query_has(STR("a&b=1"), "a"));
	EXPECT(query_has(STR("x=1&%61=2"), "a"));
	EXPECT(!query_has(STR("a=b"), "b"));
	EXPECT(!query_has(STR(""), ""));
}

TEST(all_parameters_in_their_order)
{
	struct arena a cleanup(arena_done) = ARENA(4096);
	struct error e = { 0 };
	str rest = STR("a=1&&b&c%20d=%41+"), name, value;
	EXPECT_INT(query_next(&rest, &a, &name, &value, &e), 1);
	EXPECT_STR(name, STR("a"));
	EXPECT_STR(value, STR("1"));
	EXPECT_INT(query_next(&rest, &a, &name, &value, &e), 1);
	EXPECT_STR(name, STR("b"));
	EXPECT_STR(value, STR(""));
	EXPECT_INT(query_next(&rest, &a, &name, &value, &e), 1);
	EXPECT_STR(name, STR("c d"));
	EXPECT_STR(value, STR("A "));
	EXPECT_INT(query_next(&rest, &a, &name, &value, &e), 0);
	rest = STR("a=%0");
	EXPECT_INT(query_next(&rest, &a, &name, &value, &e), ERR_USAGE);
}
