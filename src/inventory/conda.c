#include "inventory/conda.h"
#include "base/json.h"
#include "inventory/lockfile.h"

/* "https://conda.anaconda.org/conda-forge/linux-64" and "conda-forge/linux-64" are "conda-forge" */
static str channel_of(const struct json *top)
{
	str channel = json_str(top, "channel"), subdir = json_str(top, "subdir");

	while (str_ends(channel, STR("/")))
		channel = str_upto(channel, channel.n - 1);
	if (subdir.n && str_ends(channel, subdir) && channel.n > subdir.n &&
	    channel.p[channel.n - subdir.n - 1] == '/')
		channel = str_upto(channel, channel.n - subdir.n - 1);
	return str_base(channel);
}

int conda_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct json *top = NULL;
	int r = lockfile_json(f, &scratch, &top, e);

	if (r < 0)
		return r;
	struct package p = {
		.type = PACKAGE_CONDA,
		.name = json_str(top, "name"),
		.version = json_str(top, "version"),
		.arch = json_str(top, "subdir"),
		.module = json_str(top, "build"),
		.license = json_str(top, "license"),
		.maintainer = channel_of(top),
		.path = f->path,
		.evidence = STR("conda-meta"),
	};
	if (p.name.n)
		r = inventory_add(into, &p, e);
	json_free(top);
	return r;
}
