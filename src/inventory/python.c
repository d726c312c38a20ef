#include "inventory/python.h"
#include "format/deb822.h"
#include "inventory/archive.h"

enum { EGG_BYTES = 1 << 30 };

enum field { NAME, VERSION, EXPRESSION, LICENSE, AUTHOR, FIELD_COUNT };

static const str fields[FIELD_COUNT] = {
	[NAME] = STR_INIT("Name"),
	[VERSION] = STR_INIT("Version"),
	[EXPRESSION] = STR_INIT("License-Expression"),
	[LICENSE] = STR_INIT("License"),
	[AUTHOR] = STR_INIT("Author"),
};

/* What setuptools writes where nothing was given; of a whole license text the first line. */
static str known(str value)
{
	value = str_trim(str_upto(value, str_chr(value, '\n')));
	return str_eq(value, STR("UNKNOWN")) ? (str){ 0 } : value;
}

static int read_headers(struct stream *bytes, struct package like, struct inventory *into,
                        struct error *e)
{
	struct deb822 *d cleanup(deb822_cleanup) = deb822_new(bytes, fields, FIELD_COUNT);
	struct deb822_stanza s = { 0 };
	int r = deb822_next(d, &s, e);

	if (r < 0)
		return r;
	/* descriptions in old PKG-INFO files are not always indented: no matter, it is not read */
	like.type = PACKAGE_PYPI;
	like.name = known(s.values[NAME]);
	like.version = known(s.values[VERSION]);
	like.license = known(s.values[EXPRESSION].n ? s.values[EXPRESSION] : s.values[LICENSE]);
	like.maintainer = known(s.values[AUTHOR]);
	if (!like.name.n || !like.version.n)
		inventory_gap(into, GAP_NO_IDENTITY, like.path, "no %s",
		              like.name.n ? "Version" : "Name");
	return like.name.n ? inventory_add(into, &like, e) : 0;
}

int python_read(struct file *f, struct inventory *into, struct error *e)
{
	struct package like = { .path = f->path, .evidence = str_base(f->path) };

	if (!str_eq(like.evidence, STR("METADATA")) && !str_eq(like.evidence, STR("PKG-INFO")))
		like.evidence = STR("egg-info");
	return read_headers(f->bytes, like, into, e);
}

int python_read_egg(struct file *f, struct inventory *into, struct error *e)
{
	struct package like = { .path = f->path,
		                .inner = STR("EGG-INFO/PKG-INFO"),
		                .evidence = STR("PKG-INFO") };
	uint64_t budget = EGG_BYTES;
	struct members *egg = NULL;
	struct member m;
	int r = archive_open(f->bytes, &budget, &egg, e);

	if (r <= 0)
		return r;
	while ((r = members_next(egg, &m, e)) > 0)
		if (m.type == MEMBER_FILE && str_eq(m.path, like.inner)) {
			r = read_headers(members_stream(egg), like, into, e);
			break;
		}
	members_free(egg);
	return MIN(r, 0);
}
