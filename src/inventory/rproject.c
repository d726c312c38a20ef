#include "inventory/rproject.h"
#include "base/json.h"
#include "format/deb822.h"
#include "inventory/lockfile.h"

enum field { PACKAGE, VERSION, LICENSE, MAINTAINER, BUILT, FIELD_COUNT };

static const str fields[FIELD_COUNT] = {
	[PACKAGE] = STR_INIT("Package"), [VERSION] = STR_INIT("Version"),
	[LICENSE] = STR_INIT("License"), [MAINTAINER] = STR_INIT("Maintainer"),
	[BUILT] = STR_INIT("Built"),
};

int rproject_read_description(struct file *f, struct inventory *into, struct error *e)
{
	struct deb822 *d cleanup(deb822_cleanup) = deb822_new(f->bytes, fields, FIELD_COUNT);
	struct deb822_stanza s = { 0 };
	int r = deb822_next(d, &s, e);

	if (r <= 0 || !s.values[PACKAGE].n || !s.values[VERSION].n || !s.values[BUILT].n)
		return MIN(r, 0);
	struct package p = {
		.type = PACKAGE_CRAN,
		.name = str_trim(s.values[PACKAGE]),
		.version = str_trim(s.values[VERSION]),
		.license = s.values[LICENSE],
		.maintainer = s.values[MAINTAINER],
		.path = f->path,
		.evidence = STR("DESCRIPTION"),
		.offset = s.offset,
	};
	return inventory_add(into, &p, e);
}

int rproject_read_renv(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct json *top = NULL;
	const struct json *package;
	void *it = NULL;
	str name;
	int r = lockfile_json(f, &scratch, &top, e);

	if (r < 0)
		return r;
	while (r >= 0 && json_next(json_get(top, "Packages"), &it, &name, &package) > 0) {
		struct package p = {
			.type = PACKAGE_CRAN,
			.name = name,
			.version = json_str(package, "Version"),
		};
		r = lockfile_add(f, &p, into, e);
	}
	json_free(top);
	return r;
}
