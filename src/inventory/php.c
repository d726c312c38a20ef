#include "inventory/php.h"
#include "base/buf.h"
#include "inventory/jsonfile.h"

/* Several licences are a choice (getcomposer.org/doc/04-schema.md, "license"). */
static void add_licenses(struct buf *out, const struct json *v)
{
	size_t n = json_len(v);

	buf_add(out, json_text(v));
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add(out, STR(" OR "));
		buf_add(out, json_text(json_at(v, i)));
	}
}

/* "v1.2.3" is 1.2.3; "dev-main" is a branch, whose version nobody knows */
static str version_of(const struct json *package)
{
	str s = json_str(package, "version");

	if (s.n > 1 && (s.p[0] == 'v' || s.p[0] == 'V'))
		s = str_from(s, 1);
	return s;
}

static int add_all(struct file *f, const struct json *packages, unsigned traits,
                   struct inventory *into, struct error *e)
{
	struct buf license cleanup(buf_done) = BUF(KIB(16));
	int r = 0;

	for (size_t i = 0; i < json_len(packages) && r >= 0; i++) {
		const struct json *v = json_at(packages, i);
		struct package p = {
			.type = PACKAGE_COMPOSER,
			.name = json_str(v, "name"),
			.version = version_of(v),
			.maintainer = json_str(json_at(json_get(v, "authors"), 0), "name"),
			.traits = traits,
			.path = f->path,
			.evidence = str_base(f->path),
		};
		buf_clear(&license);
		add_licenses(&license, json_get(v, "license"));
		p.license = buf_view(&license);
		if (p.name.n)
			r = inventory_add(into, &p, e);
	}
	return r;
}

int php_read(struct file *f, struct inventory *into, struct error *e)
{
	struct json *installed = NULL;
	int r = jsonfile_read(f, PHP_BYTES_MAX, false, &installed, e);

	if (r >= 0)
		r = add_all(f,
		            json_is_array(installed) ? installed : json_get(installed, "packages"),
		            0, into, e);
	json_free(installed);
	return r;
}

int php_read_lock(struct file *f, struct inventory *into, struct error *e)
{
	struct json *lock = NULL;
	int r = jsonfile_read(f, PHP_BYTES_MAX, false, &lock, e);

	if (r >= 0)
		r = add_all(f, json_get(lock, "packages"), PACKAGE_LOCKED, into, e);
	if (r >= 0)
		r = add_all(f, json_get(lock, "packages-dev"), PACKAGE_LOCKED | PACKAGE_DEVELOPMENT,
		            into, e);
	json_free(lock);
	return r;
}
