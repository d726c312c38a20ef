#include "inventory/npm.h"
#include "base/buf.h"
#include "base/json.h"

/* The folder is node_modules/NAME or node_modules/@SCOPE/NAME */
static bool is_installed(str path)
{
	str parent = str_dir(str_dir(path));

	if (str_base(parent).n && str_base(parent).p[0] == '@')
		parent = str_dir(parent);
	return str_eq(str_base(parent), STR("node_modules"));
}

/* "MIT", or { "type": "MIT" } of before 2015 */
static str license_word(const struct json *v)
{
	return json_is_object(v) ? json_str(v, "type") : json_text(v);
}

static void add_licenses(struct buf *out, const struct json *v)
{
	size_t n = json_is_array(v) ? json_len(v) : 1;

	for (size_t i = 0; i < n; i++) {
		str word = license_word(json_is_array(v) ? json_at(v, i) : v);
		if (word.n && out->n)
			buf_add(out, STR(", "));
		buf_add(out, word);
	}
}

static str author_of(const struct json *package)
{
	const struct json *author = json_get(package, "author");
	return json_is_object(author) ? json_str(author, "name") : json_text(author);
}

/* Private packages need none (package.json, "version"), templates of generators have
 * "{{version}}" there: an unknown one is empty. */
static str version_of(const struct json *package)
{
	str s = json_str(package, "version");
	bool any = s.n && ((s.p[0] >= '0' && s.p[0] <= '9') || s.p[0] == 'v' || s.p[0] == '=');

	return any ? s : (str){ 0 };
}

static int add(const struct json *package, str path, struct inventory *into, struct error *e)
{
	struct buf licenses cleanup(buf_done) = BUF(KIB(64));
	struct package p = {
		.type = PACKAGE_NPM,
		.name = json_str(package, "name"),
		.version = version_of(package),
		.maintainer = author_of(package),
		.path = path,
		.evidence = STR("package.json"),
	};

	if (!p.name.n)
		return 0;
	add_licenses(&licenses, json_get(package, "license"));
	add_licenses(&licenses, json_get(package, "licenses"));
	p.license = buf_view(&licenses);
	return inventory_add(into, &p, e);
}

int npm_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(NPM_MANIFEST_MAX + KIB(64));
	struct json *package = NULL;
	str text;
	int r = file_read_all(f, NPM_MANIFEST_MAX, &scratch, &text, e);

	if (r < 0 && f->bytes->failed)
		return r;
	if (!r && str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3); /* npm takes a byte order mark off, too */
	if (!r)
		r = json_parse("package.json", text, &package, e);
	if (r < 0)
		return is_installed(f->path) ? r : 0;
	r = add(package, f->path, into, e);
	json_free(package);
	return r;
}
