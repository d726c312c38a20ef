#include "inventory/dotnet.h"
#include "inventory/jsonfile.h"
#include <stdio.h>

static int add(struct file *f, str name, str version, unsigned traits, uint64_t offset,
               struct inventory *into, struct error *e)
{
	struct package p = {
		.type = PACKAGE_NUGET,
		.name = name,
		.version = version,
		.traits = traits,
		.path = f->path,
		.evidence =
		        str_ends(f->path, STR(".deps.json")) ? STR("deps.json") : str_base(f->path),
		.offset = offset,
	};
	return name.n ? inventory_add(into, &p, e) : 0;
}

/* --- deps.json: what a target has no files of is not shipped, as the shared framework brings a
 * newer one, or only the compiler wanted it. One without files counts by those it depends on. ---
 */

enum { DEPENDENCIES_LOOKED_AT = 256, DEPENDENCIES_DEEP = 8 }; /* of one library */

static bool has_files(const struct json *entry)
{
	static const char *const kinds[] = { "runtime", "runtimeTargets", "native", "resources" };
	const struct json *v;
	str path;

	for (size_t i = 0; i < LEN(kinds); i++) {
		void *it = NULL;
		if (json_next(json_get(entry, kinds[i]), &it, &path, &v))
			return true;
	}
	return false;
}

/* Whether this entry of a target, or one below it, has files; with too many below it is taken for
 * shipped. */
static bool is_shipped(const struct json *target, const struct json *entry, int depth, int *left)
{
	const struct json *v;
	void *it = NULL;
	str name;

	if (json_bool(entry, "compileOnly"))
		return false;
	if (has_files(entry) || depth == DEPENDENCIES_DEEP)
		return true;
	while (json_next(json_get(entry, "dependencies"), &it, &name, &v)) {
		char key[512];
		str version = json_text(v);
		const struct json *below;
		if ((*left)-- <= 0 || name.n + version.n + 2 > sizeof key)
			return true;
		snprintf(key, sizeof key, "%.*s/%.*s", STR_FMT(name), STR_FMT(version));
		below = json_get(target, key);
		if (below && is_shipped(target, below, depth + 1, left))
			return true;
	}
	return false;
}

/* No target speaks of it: nothing says that it is not there. */
static bool is_left_out(const struct json *deps, str library)
{
	const struct json *target, *entry;
	void *it = NULL;
	str name;
	bool spoken = false;

	while (json_next(json_get(deps, "targets"), &it, &name, &target)) {
		int left = DEPENDENCIES_LOOKED_AT;
		entry = json_get(target, library.p); /* a key of the document, so it ends in NUL */
		if (entry && is_shipped(target, entry, 0, &left))
			return false;
		spoken |= entry != NULL;
	}
	return spoken;
}

static int take_library(struct file *f, const struct json *deps, str key, const struct json *v,
                        struct inventory *into, struct error *e)
{
	static const str pack = STR_INIT("runtimepack.");
	size_t slash = str_chr(key, '/');
	str type = json_str(v, "type"), name = str_upto(key, slash);
	str version = str_from(key, slash + 1);

	if (str_eq(type, STR("runtimepack")) && str_starts(name, pack))
		return add(f, str_from(name, pack.n), version, 0, 0, into, e);
	if (str_eq(type, STR("project")))
		return add(f, name, version, PACKAGE_MAIN, 0, into, e);
	if (!str_eq(type, STR("package")) || is_left_out(deps, key))
		return 0;
	return add(f, name, version, 0, 0, into, e);
}

int dotnet_read(struct file *f, struct inventory *into, struct error *e)
{
	struct json *deps = NULL;
	const struct json *v;
	void *it = NULL;
	str key;
	int r = jsonfile_read(f, DOTNET_BYTES_MAX, false, &deps, e);

	while (r >= 0 && json_next(json_get(deps, "libraries"), &it, &key, &v))
		r = take_library(f, deps, key, v, into, e);
	json_free(deps);
	return r;
}

/* --- packages.lock.json --- */

int dotnet_read_lock(struct file *f, struct inventory *into, struct error *e)
{
	struct json *lock = NULL;
	const struct json *packages, *v;
	void *it = NULL, *inner;
	str framework, name;
	int r = jsonfile_read(f, DOTNET_BYTES_MAX, false, &lock, e);

	while (r >= 0 && json_next(json_get(lock, "dependencies"), &it, &framework, &packages)) {
		inner = NULL;
		while (r >= 0 && json_next(packages, &inner, &name, &v))
			if (!str_eq(json_str(v, "type"), STR("Project")))
				r = add(f, name, json_str(v, "resolved"), PACKAGE_LOCKED, 0, into,
				        e);
	}
	json_free(lock);
	return r;
}

/* --- packages.config: <package id="A" version="1.0" developmentDependency="true" /> --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The value of an attribute of the tag, without its quotes; entities are in no name or version */
static str attribute(str tag, str name)
{
	for (size_t i = 1; i + name.n < tag.n; i++) {
		str rest = str_from(tag, i);
		char quote;
		if (!is_blank(tag.p[i - 1]) || !str_starts(rest, name))
			continue;
		rest = str_trim(str_from(rest, name.n));
		if (!str_starts(rest, STR("=")))
			continue;
		rest = str_trim(str_from(rest, 1));
		quote = rest.n ? rest.p[0] : 0;
		if (quote == '"' || quote == '\'')
			return str_upto(str_from(rest, 1), str_chr(str_from(rest, 1), quote));
	}
	return (str){ 0 };
}

/* The next <package …> from *at on; comments are passed over. */
static bool next_tag(str text, size_t *at, str *tag)
{
	while (*at < text.n) {
		str rest = str_from(text, *at);
		if (str_starts(rest, STR("<!--"))) {
			*at += str_find(rest, STR("-->"));
			continue;
		}
		if (str_starts(rest, STR("<package")) && rest.n > 8 && is_blank(rest.p[8])) {
			*tag = str_upto(rest, str_chr(rest, '>'));
			*at += tag->n;
			return true;
		}
		(*at)++;
	}
	return false;
}

int dotnet_read_config(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(DOTNET_BYTES_MAX + KIB(64));
	str text, tag;
	size_t at = 0;
	int r = file_read_all(f, DOTNET_BYTES_MAX, &scratch, &text, e);

	while (r >= 0 && next_tag(text, &at, &tag)) {
		bool dev = str_eq_nocase(attribute(tag, STR("developmentDependency")), STR("true"));
		r = add(f, attribute(tag, STR("id")), attribute(tag, STR("version")),
		        PACKAGE_LOCKED | (dev ? PACKAGE_DEVELOPMENT : 0),
		        (uint64_t)(tag.p - text.p), into, e);
	}
	return r;
}
