#include "inventory/lockfile.h"
#include "base/json.h"

int lockfile_text(struct file *f, struct arena *scratch, str *out, struct error *e)
{
	int r = file_read_all(f, LOCKFILE_MAX, scratch, out, e);

	if (r >= 0 && str_starts(*out, STR("\xef\xbb\xbf")))
		*out = str_from(*out, 3);
	return r;
}

int lockfile_toml(struct file *f, struct arena *scratch, const struct toml **out, struct error *e)
{
	str text;
	int r = file_read_all(f, LOCKFILE_MAX, scratch, &text, e);

	return r < 0 ? r : toml_parse("TOML", text, scratch, out, e);
}

int lockfile_json(struct file *f, struct arena *scratch, struct json **out, struct error *e)
{
	struct json *top = NULL;
	str text;
	int r = lockfile_text(f, scratch, &text, e);

	if (r >= 0)
		r = json_parse("JSON", text, &top, e);
	if (r >= 0 && !json_is_object(top)) {
		json_free(top);
		return error_set(e, ERR_FORMAT, "JSON: byte 0: no object");
	}
	if (r >= 0)
		*out = top;
	return r;
}

int lockfile_add(const struct file *f, const struct package *p, struct inventory *into,
                 struct error *e)
{
	struct package copy = *p;

	if (!p->name.n)
		return 0;
	copy.traits |= PACKAGE_LOCKED;
	copy.path = f->path;
	copy.evidence = str_base(f->path);
	return inventory_add(into, &copy, e);
}

/* Where the path has one of these folders (or this folder in that one), it is somebody else's code.
 */
static const struct {
	const char *folder, *in;
} foreign[] = {
	{ "node_modules", "" },
	{ "bower_components", "" },
	{ "site-packages", "" },
	{ "dist-packages", "" },
	{ "vendor", "" },
	{ "gems", "" },
	{ "Pods", "" },
	{ ".pub-cache", "" },
	{ "SourcePackages", "" },  /* Xcode's checkouts */
	{ "checkouts", ".build" }, /* Swift's */
	{ "checkouts", "git" },    /* Cargo's */
	{ "src", "registry" },     /* Cargo's */
	{ "mod", "pkg" },          /* Go's */
	{ "doc", "share" },
};

bool lockfile_is_foreign(str path)
{
	str rest = str_dir(path), folder, in = { 0 };

	while (str_split(&rest, '/', &folder)) {
		for (size_t i = 0; i < LEN(foreign); i++)
			if (str_eq(folder, str_c(foreign[i].folder)) &&
			    (!foreign[i].in[0] || str_eq(in, str_c(foreign[i].in))))
				return true;
		in = folder;
	}
	return false;
}
