/* Lock files as npm 6 and 10, Yarn 1 and 4, pnpm 5 to 9 and Bun 1.2 write them, cut down by hand. */
#include "base/buf.h"
#include "inventory/npmlock.h"
#include "inventory/yarnlock.h"
#include "reader.h"

/* "name@version" of each, with ! for development */
static void expect_locked(detector_read *read, const char *path, const char *text, const char *want)
{
	struct reading r cleanup(reading_done);
	struct buf got cleanup(buf_done) = BUF(1 << 16);

	read_bytes(&r, read, path, str_c(text));
	EXPECT_OK(r.result, &r.e);
	for (size_t i = 0; i < r.found.packages.n; i++) {
		const struct package *p = &r.found.packages.v[i];
		EXPECT(p->type == PACKAGE_NPM && p->traits & PACKAGE_LOCKED);
		buf_printf(&got, "%s%.*s@%.*s%s", i ? " " : "", STR_FMT(p->name), STR_FMT(p->version),
			   p->traits & PACKAGE_DEVELOPMENT ? "!" : "");
	}
	EXPECT_STR(buf_view(&got), str_c(want));
}

TEST(npm_lock_versions_2_and_3_by_folder)
{
	expect_locked(npmlock_read, "app/package-lock.json",
		      "{\"name\":\"shop\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"shop\",\"version\":\"1.0.0\"},"
		      "\"node_modules/@s/a\":{\"version\":\"1.0.0\"},"
		      "\"node_modules/@s/a/node_modules/b\":{\"version\":\"2.0.0\",\"dev\":true},"
		      "\"node_modules/other\":{\"name\":\"real\",\"version\":\"3.0.0\"},"
		      "\"node_modules/ws\":{\"resolved\":\"packages/ws\",\"link\":true},"
		      "\"packages/ws\":{\"version\":\"0.1.0\"},"
		      "\"packages/ws/node_modules/c\":{\"version\":\"4.0.0\",\"devOptional\":true}},"
		      "\"dependencies\":{\"b\":{\"version\":\"9.9.9\"}}}",
		      "@s/a@1.0.0 b@2.0.0! real@3.0.0 c@4.0.0");
}

TEST(npm_lock_version_1_is_a_tree)
{
	expect_locked(npmlock_read, "app/npm-shrinkwrap.json",
		      "{\"lockfileVersion\":1,\"dependencies\":{\"a\":{\"version\":\"1.0.0\",\"requires\":{\"b\":\"^2\"},"
		      "\"dependencies\":{\"b\":{\"version\":\"2.0.0\",\"dev\":true}}},"
		      "\"alias\":{\"version\":\"npm:@s/real@3.0.0\"},"
		      "\"g\":{\"version\":\"git+ssh://git@github.com/x/g.git#abc\"}}}",
		      "a@1.0.0 b@2.0.0! @s/real@3.0.0 g@");
}

TEST(yarn_classic_and_berry)
{
	expect_locked(yarnlock_read, "yarn.lock",
		      "# yarn lockfile v1\n\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.2.0\"\n"
		      "  resolved \"https://registry.yarnpkg.com/@s/a/-/a-1.2.0.tgz#x\"\n  dependencies:\n    version \"^9\"\n\n"
		      "b@2.0.0, b@^2:\n  version \"2.0.0\"\n\n\"other@npm:real@^3\":\n  version \"3.1.0\"\n\n"
		      "\"l@link:../l\":\n  version \"0.0.0\"\n",
		      "@s/a@1.2.0 b@2.0.0 real@3.1.0");
	expect_locked(yarnlock_read, "yarn.lock",
		      "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0\":\n  version: 1.2.0\n"
		      "  resolution: \"@s/a@npm:1.2.0\"\n  languageName: node\n  linkType: hard\n\n"
		      "\"other@npm:real@^3\":\n  version: 3.1.0\n  resolution: \"real@npm:3.1.0\"\n  linkType: hard\n\n"
		      "\"p@patch:p@npm%3A1.0.0#~builtin\":\n  version: 1.0.0\n"
		      "  resolution: \"p@patch:p@npm%3A1.0.0#~builtin::version=1.0.0&hash=x\"\n  linkType: hard\n\n"
		      "\"shop@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"shop@workspace:.\"\n  linkType: soft\n",
		      "@s/a@1.2.0 real@3.1.0 p@1.0.0");
}

TEST(pnpm_versions_5_6_and_9)
{
	expect_locked(yarnlock_read_pnpm, "pnpm-lock.yaml",
		      "lockfileVersion: 5.4\n\nspecifiers:\n  a: ^1\n\npackages:\n\n  /@s/a/1.0.0:\n    resolution: {integrity: x}\n"
		      "    dev: true\n\n  /b/2.0.0_react@16.0.0:\n    resolution: {integrity: x}\n    dependencies:\n"
		      "      dev: true\n    dev: false\n\n  github.com/x/g/abc:\n    resolution: {tarball: y}\n    name: g\n"
		      "    version: 3.0.0\n    dev: false\n",
		      "@s/a@1.0.0! b@2.0.0 g@3.0.0");
	expect_locked(yarnlock_read_pnpm, "pnpm-lock.yaml",
		      "lockfileVersion: '6.0'\n\npackages:\n\n  /@s/a@1.0.0(b@2.0.0):\n    resolution: {integrity: x}\n    dev: true\n\n"
		      "  /2-thenable@1.0.0:\n    dev: false\n\n  /lodash._a@3.0.0:\n    dev: false\n",
		      "@s/a@1.0.0! 2-thenable@1.0.0 lodash._a@3.0.0");
	expect_locked(yarnlock_read_pnpm, "pnpm-lock.yaml",
		      "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      b:\n        version: 2.0.0\n\npackages:\n\n"
		      "  '@s/a@1.0.0':\n    resolution: {integrity: x}\n\n  b@2.0.0:\n    resolution: {integrity: x}\n\n"
		      "  g@https://codeload.github.com/x/g/tar.gz/abc:\n    resolution: {tarball: y}\n    version: 3.0.0\n\n"
		      "snapshots:\n\n  c@9.0.0:\n    dependencies:\n      b: 2.0.0\n",
		      "@s/a@1.0.0 b@2.0.0 g@3.0.0");
}

TEST(bun_lock_is_json_with_commas)
{
	expect_locked(npmlock_read_bun, "bun.lock",
		      "{\n  \"lockfileVersion\": 1, // one\n  \"packages\": {\n"
		      "    \"@s/a\": [\"@s/a@1.0.0\", \"\", { \"dependencies\": { \"b\": \"^2\", }, }, \"sha512-//x,]\"],\n"
		      "    \"ws\": [\"ws@workspace:packages/ws\"],\n    \"g\": [\"g@github:x/g#abc\", {}, \"x\"],\n"
		      "    \"other\": [\"real@3.0.0\", \"\", {}, \"\"],\n  }\n}\n",
		      "@s/a@1.0.0 g@ real@3.0.0");
}

/* Bun's documentation, "Lockfile": keys of packages are paths of names */
TEST(bun_development_is_what_no_project_leads_to_otherwise)
{
	static const char lock[] =
		"{ \"lockfileVersion\": 1, \"workspaces\": {\n"
		"  \"\": { \"name\": \"top\", \"dependencies\": { \"a\": \"1\" }, \"devDependencies\": { \"t\": \"1\", \"w\": \"workspace:*\" } },\n"
		"  \"packages/w\": { \"name\": \"w\", \"dependencies\": { \"@s/c\": \"2\" } } },\n"
		" \"packages\": {\n"
		"  \"a\": [\"a@1.0.0\", \"\", { \"dependencies\": { \"b\": \"1\" }, \"optionalDependencies\": { \"o\": \"1\" } }, \"\"],\n"
		"  \"a/b\": [\"b@1.0.0\", \"\", { \"dependencies\": { \"a\": \"1\", \"d\": \"1\" } }, \"\"],\n"
		"  \"b\": [\"b@2.0.0\", \"\", {}, \"\"],\n"
		"  \"o\": [\"o@1.0.0\", \"\", {}, \"\"],\n"
		"  \"d\": [\"d@1.0.0\", \"\", {}, \"\"],\n"
		"  \"t\": [\"t@1.0.0\", \"\", { \"dependencies\": { \"b\": \"2\", \"@s/c\": \"1\" } }, \"\"],\n"
		"  \"@s/c\": [\"@s/c@1.0.0\", \"\", {}, \"\"],\n"
		"  \"w\": [\"w@workspace:packages/w\"],\n"
		"  \"w/@s/c\": [\"@s/c@2.0.0\", \"\", {}, \"\"] } }\n";
	static const char *const development[] = { "@s/c@1.0.0", "b@2.0.0", "t@1.0.0" };
	struct reading r cleanup(reading_done);
	size_t n = 0;

	read_bytes(&r, npmlock_read_bun, "bun.lock", str_c(lock));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 8);
	for (size_t i = 0; i < r.found.packages.n; i++) {
		const struct package *p = &r.found.packages.v[i];
		char unit[64];
		bool is = false;
		snprintf(unit, sizeof unit, "%.*s@%.*s", STR_FMT(p->name), STR_FMT(p->version));
		for (size_t k = 0; k < LEN(development); k++)
			is = is || !strcmp(unit, development[k]);
		if (is != !!(p->traits & PACKAGE_DEVELOPMENT))
			test_fail(__FILE__, __LINE__, "%s: development is %d", unit, !is);
		n += is;
	}
	EXPECT_INT(n, LEN(development));
}
