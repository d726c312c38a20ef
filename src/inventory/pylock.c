#include "inventory/pylock.h"
#include "base/json.h"
#include "inventory/lockfile.h"

typedef unsigned traits_of(const struct toml *package);

/* [[package]] tables, each with a name and a version */
static int read_list(struct file *f, const char *key, traits_of *traits, struct inventory *into,
                     struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	const struct toml *top = NULL;
	int r = lockfile_toml(f, &scratch, &top, e);

	if (r < 0)
		return r;
	for (const struct toml *p = toml_first(toml_array(top, key)); p && r >= 0; p = p->next) {
		struct package found = {
			.type = PACKAGE_PYPI,
			.name = toml_str(p, "name"),
			.version = toml_str(p, "version"),
			.traits = traits(p),
			.offset = p->offset,
		};
		r = lockfile_add(f, &found, into, e);
	}
	return r;
}

/* Groups are named, and the main one is not among them */
static unsigned development(const struct toml *groups, const char *main_group)
{
	const struct toml *g = toml_first(groups);

	if (!g)
		return 0;
	for (; g; g = g->next)
		if (str_eq(g->text, str_c(main_group)))
			return 0;
	return PACKAGE_DEVELOPMENT;
}

static unsigned poetry_traits(const struct toml *p)
{
	str category = toml_str(p, "category"); /* until Poetry 1.4 */
	bool own = str_eq(toml_str(toml_table(p, "source"), "type"), STR("directory"));

	return (own ? PACKAGE_MAIN : 0) | (str_eq(category, STR("dev")) ? PACKAGE_DEVELOPMENT : 0) |
	       development(toml_array(p, "groups"), "main");
}

static unsigned pdm_traits(const struct toml *p)
{
	bool own = toml_get(p, "editable") || (toml_get(p, "path") && !toml_get(p, "files"));

	return (own ? PACKAGE_MAIN : 0) | development(toml_array(p, "groups"), "default");
}

/* What a group wants has it in its marker: "'dev' in dependency_groups" */
static unsigned standard_traits(const struct toml *p)
{
	str marker = toml_str(p, "marker"), word = STR("in dependency_groups");
	bool grouped = str_find(marker, word) < marker.n &&
	               str_find(marker, STR("in extras")) == marker.n &&
	               str_find(marker, STR("'default' in")) == marker.n &&
	               str_find(marker, STR("\"default\" in")) == marker.n;

	return (toml_table(p, "directory") ? PACKAGE_MAIN : 0) |
	       (grouped ? PACKAGE_DEVELOPMENT : 0);
}

int pylock_read_poetry(struct file *f, struct inventory *into, struct error *e)
{
	return read_list(f, "package", poetry_traits, into, e);
}

int pylock_read_pdm(struct file *f, struct inventory *into, struct error *e)
{
	return read_list(f, "package", pdm_traits, into, e);
}

int pylock_read_standard(struct file *f, struct inventory *into, struct error *e)
{
	return read_list(f, "packages", standard_traits, into, e);
}

/* { "default": { "flask": { "version": "==2.0.1" } }, "develop": … } */
static int add_section(const struct file *f, const struct json *section, unsigned traits,
                       struct inventory *into, struct error *e)
{
	const struct json *value;
	void *it = NULL;
	str name;
	int r = 0;

	while (r >= 0 && json_next(section, &it, &name, &value) > 0) {
		struct package found = { .type = PACKAGE_PYPI, .name = name, .traits = traits };
		str version = json_str(value, "version");
		if (str_starts(version, STR("==")))
			found.version = str_trim(str_from(version, 2));
		if (json_get(value, "path") || json_bool(value, "editable"))
			found.traits |= PACKAGE_MAIN;
		r = lockfile_add(f, &found, into, e);
	}
	return r;
}

int pylock_read_pipfile(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct json *top = NULL;
	const struct json *section;
	void *it = NULL;
	str name;
	int r = lockfile_json(f, &scratch, &top, e);

	if (r < 0)
		return r;
	while (r >= 0 && json_next(top, &it, &name, &section) > 0)
		if (!str_starts(name, STR("_")))
			r = add_section(f, section,
			                str_eq(name, STR("default")) ? 0 : PACKAGE_DEVELOPMENT,
			                into, e);
	json_free(top);
	return r;
}
