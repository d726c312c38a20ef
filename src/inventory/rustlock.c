#include "inventory/rustlock.h"
#include "inventory/lockfile.h"

static int add_crate(const struct toml *crate, const struct file *f, struct inventory *into,
                     struct error *e)
{
	struct package p = {
		.type = PACKAGE_CARGO,
		.name = toml_str(crate, "name"),
		.version = toml_str(crate, "version"),
		.traits = toml_get(crate, "source") ? 0 : PACKAGE_MAIN,
		.offset = crate->offset,
	};

	return lockfile_add(f, &p, into, e);
}

int rustlock_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	const struct toml *top = NULL, *root;
	int r = lockfile_toml(f, &scratch, &top, e);

	if (r < 0)
		return r;
	root = toml_table(top, "root"); /* of the first version: the project itself */
	if (root)
		r = add_crate(root, f, into, e);
	for (const struct toml *c = toml_first(toml_array(top, "package")); c && r >= 0;
	     c = c->next)
		r = add_crate(c, f, into, e);
	return r;
}
