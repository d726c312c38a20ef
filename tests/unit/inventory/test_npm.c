#include "inventory/npm.h"
#include "reader.h"

TEST(npm_reads_name_version_license)
{
	static const struct {
		const char *rule, *text, *name, *version, *license;
	} rows[] = {
		{ "plain", "{\"name\":\"lodash\",\"version\":\"4.17.11\",\"license\":\"MIT\"}", "lodash",
		  "4.17.11", "MIT" },
		{ "scope, author", "{\"name\":\"@a/b\",\"version\":\"1.0.0\",\"author\":{\"name\":\"x\"}}", "@a/b",
		  "1.0.0", "" },
		{ "license as an object", "{\"name\":\"a\",\"version\":\"1.0.0\",\"license\":{\"type\":\"ISC\"}}", "a",
		  "1.0.0", "ISC" },
		{ "licenses as an array",
		  "{\"name\":\"a\",\"version\":\"1.0.0\",\"licenses\":[{\"type\":\"MIT\"},\"BSD\"]}", "a", "1.0.0",
		  "MIT, BSD" },
		{ "no version", "{\"name\":\"a\",\"license\":\"MIT\"}", "a", "", "MIT" },
		{ "a generator's template", "{\"name\":\"a\",\"version\":\"{{v}}\"}", "a", "", "" },
		{ "byte order mark", "\xef\xbb\xbf{\"name\":\"a\",\"version\":\"2.0.0\"}", "a", "2.0.0", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_bytes(&r, npm_read, "app/node_modules/x/package.json", str_c(rows[i].text));
		EXPECT_OK(r.result, &r.e);
		const struct package *p = find(&r, rows[i].name);
		EXPECT_STR(p->version, str_c(rows[i].version));
		EXPECT_STR(p->license, str_c(rows[i].license));
	}
}

TEST(npm_which_files_are_packages)
{
	static const struct {
		const char *rule, *path, *text;
		int packages, result;
	} rows[] = {
		{ "module type of a folder", "node_modules/a/esm/package.json", "{\"type\":\"module\"}", 0, 0 },
		{ "no version", "node_modules/a/package.json", "{\"name\":\"a\"}", 1, 0 },
		{ "neither name nor version", "node_modules/a/package.json", "{\"private\":true}", 0, 0 },
		{ "no name", "node_modules/a/package.json", "{\"version\":\"1.0.0\"}", 0, 0 },
		{ "version is a number", "node_modules/a/package.json", "{\"name\":\"a\",\"version\":1}", 1, 0 },
		{ "template", "x/package.json", "{\"name\":\"{{n}}\",\"version\":\"{{v}}\"}", 1, 0 },
		{ "no object", "node_modules/a/package.json", "[]", 0, 0 },
		{ "packed into another one", "node_modules/a/dist/compiled/ws/package.json",
		  "{\"name\":\"ws\",\"version\":\"7.0.0\"}", 1, 0 },
		{ "broken where npm installs", "node_modules/a/package.json", "{\"name\":", 0, ERR_FORMAT },
		{ "broken, scoped", "usr/lib/node_modules/@s/a/package.json", "{", 0, ERR_FORMAT },
		{ "broken, pnpm", "node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", "", 0, ERR_FORMAT },
		{ "broken fixture of a test", "node_modules/resolve/test/a/package.json", "{ oops", 0, 0 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_bytes(&r, npm_read, rows[i].path, str_c(rows[i].text));
		EXPECT_INT(r.result, rows[i].result);
		EXPECT_INT(r.found.packages.n, rows[i].packages);
		EXPECT_INT(r.found.gaps.n, 0);
	}
}

TEST(npm_a_manifest_larger_than_the_limit)
{
	struct reading r cleanup(reading_done);
	char *text = malloc(NPM_MANIFEST_MAX + 1);
	memset(text, ' ', NPM_MANIFEST_MAX + 1);
	read_bytes(&r, npm_read, "node_modules/a/package.json", str_mem(text, NPM_MANIFEST_MAX + 1));
	EXPECT_INT(r.result, ERR_LIMIT);
	free(text);
}
