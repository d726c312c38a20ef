#include "inventory/npmlock.h"
#include "inventory/bunreach.h"
#include "inventory/jsname.h"
#include "inventory/jsonfile.h"

enum { DEPTH_MAX = 100, BUN_BYTES = 64 << 20 };

static int add(struct file *f, str name, str version, str license, bool dev, struct inventory *into,
               struct error *e)
{
	struct package p = {
		.type = PACKAGE_NPM,
		.name = name,
		.version = version,
		.license = license,
		.traits = PACKAGE_LOCKED | (dev ? PACKAGE_DEVELOPMENT : 0),
		.path = f->path,
		.evidence = str_base(f->path),
	};
	return name.n ? inventory_add(into, &p, e) : 0;
}

/* --- lockfileVersion 2 and 3: "packages", by the folder where npm puts each --- */

/* "a/node_modules/@s/b" is @s/b; what is in no such folder is the project's own. */
static str name_of_folder(str folder)
{
	static const str mark = STR_INIT("node_modules/");
	size_t at = folder.n;

	for (size_t i = 0; i + mark.n <= folder.n; i++)
		if ((!i || folder.p[i - 1] == '/') && str_starts(str_from(folder, i), mark))
			at = i;
	return str_from(folder, at + mark.n);
}

static int read_folders(struct file *f, const struct json *packages, struct inventory *into,
                        struct error *e)
{
	const struct json *v;
	void *it = NULL;
	str folder;
	int r = 0;

	while (r >= 0 && json_next(packages, &it, &folder, &v)) {
		str name = name_of_folder(folder), own = json_str(v, "name");
		if (!name.n || json_bool(v, "link"))
			continue;
		r = add(f, own.n ? own : name, json_str(v, "version"), json_str(v, "license"),
		        json_bool(v, "dev"), into, e);
	}
	return r;
}

/* --- lockfileVersion 1: "dependencies" in each other --- */

static int read_tree(struct file *f, const struct json *dependencies, unsigned depth,
                     struct inventory *into, struct error *e)
{
	const struct json *v;
	void *it = NULL;
	str name;
	int r = 0;

	if (depth > DEPTH_MAX) {
		inventory_gap(into, GAP_LIMIT, f->path, "more than %d dependencies in each other",
		              DEPTH_MAX);
		return 0;
	}
	while (r >= 0 && json_next(dependencies, &it, &name, &v)) {
		struct jsname real = jsname_of(name, json_str(v, "version"));
		if (!real.own)
			r = add(f, real.name, real.version, (str){ 0 }, json_bool(v, "dev"), into,
			        e);
		if (r >= 0)
			r = read_tree(f, json_get(v, "dependencies"), depth + 1, into, e);
	}
	return r;
}

int npmlock_read(struct file *f, struct inventory *into, struct error *e)
{
	struct json *lock = NULL;
	const struct json *packages;
	int r = jsonfile_read(f, NPMLOCK_BYTES_MAX, false, &lock, e);

	if (r < 0)
		return r;
	packages = json_get(lock, "packages");
	r = json_is_object(packages) ? read_folders(f, packages, into, e)
	                             : read_tree(f, json_get(lock, "dependencies"), 0, into, e);
	json_free(lock);
	return r;
}

/* --- bun: "packages", each an array that begins with "name@version" --- */

int npmlock_read_bun(struct file *f, struct inventory *into, struct error *e)
{
	struct json *lock = NULL;
	const struct json *v;
	void *it = NULL;
	str key;
	struct arena a cleanup(arena_done) = ARENA(BUN_BYTES);
	int r = jsonfile_read(f, NPMLOCK_BYTES_MAX, true, &lock, e);
	const struct bunreach *wanted = r < 0 ? NULL : bunreach_new(lock, &a);

	while (r >= 0 && json_next(json_get(lock, "packages"), &it, &key, &v)) {
		struct jsname real = jsname_split(json_text(json_at(v, 0)));
		if (!real.own)
			r = add(f, real.name, real.version, (str){ 0 },
			        wanted && !bunreach_has(wanted, key), into, e);
	}
	json_free(lock);
	return r;
}
