#include "inventory/releasefile.h"
#include "base/buf.h"
#include "base/json.h"

/* The value of KEY="…" at a line's start; *offset is that of the line */
static str quoted_value(str text, str key, uint64_t *offset)
{
	str rest = text, line;

	while (str_line(&rest, &line)) {
		str value = str_from(line, key.n);
		if (!str_starts(line, key) || !str_starts(value, STR("=\"")))
			continue;
		*offset = (uint64_t)(line.p - text.p);
		value = str_from(value, 2);
		return str_upto(value, str_chr(value, '"'));
	}
	return (str){ 0 };
}

static int add(const struct file *f, struct package *p, struct inventory *into, struct error *e)
{
	p->path = f->path;
	return p->version.n ? inventory_add(into, p, e) : 0;
}

int releasefile_read_java(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(2 * RELEASEFILE_MAX);
	struct package p = { .type = PACKAGE_GENERIC,
		             .name = STR("openjdk"),
		             .evidence = STR("JAVA_VERSION") };
	uint64_t ignored;
	str text;

	if (f->size_bytes > RELEASEFILE_MAX) /* no such file */
		return 0;
	int r = file_read_all(f, RELEASEFILE_MAX, &scratch, &text, e);
	if (r < 0)
		return r;
	p.version = quoted_value(text, STR("JAVA_VERSION"), &p.offset);
	p.maintainer = quoted_value(text, STR("IMPLEMENTOR"), &ignored);
	return add(f, &p, into, e);
}

int releasefile_read_rabbitmq(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(2 * RELEASEFILE_MAX);
	struct package p = { .type = PACKAGE_GENERIC,
		             .name = STR("rabbitmq"),
		             .evidence = STR("vsn") };
	str text, value;
	int r = file_read_all(f, RELEASEFILE_MAX, &scratch, &text, e);

	if (r < 0)
		return r;
	p.offset = str_find(text, STR("{vsn,"));
	value = str_from(text, (size_t)p.offset + 5);
	value = str_from(value, str_chr(value, '"') + 1);
	p.version = str_upto(value, str_chr(value, '"'));
	return add(f, &p, into, e);
}

/* "pkg:bitnami/nginx@1.25.3-1?arch=amd64&distro=debian-12" */
static int add_bitnami(const struct file *f, const struct json *package, struct inventory *into,
                       struct error *e)
{
	static const str scheme = STR_INIT("pkg:bitnami/");
	const struct json *refs = json_get(package, "externalRefs");

	for (size_t i = 0; i < json_len(refs); i++) {
		str locator = json_str(json_at(refs, i), "referenceLocator");
		str name = str_from(locator, scheme.n);
		if (!str_starts(locator, scheme))
			continue;
		name = str_upto(name, str_chr(name, '?'));
		struct package p = {
			.type = PACKAGE_BITNAMI,
			.name = str_upto(name, str_chr(name, '@')),
			.version = str_from(name, str_chr(name, '@') + 1),
			.license = json_str(package, "licenseDeclared"),
			.evidence = STR("Bitnami SPDX"),
		};
		return p.name.n ? add(f, &p, into, e) : 0;
	}
	return 0;
}

int releasefile_read_bitnami(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(2 * RELEASEFILE_MAX);
	struct json *document = NULL;
	str text;
	int r = file_read_all(f, RELEASEFILE_MAX, &scratch, &text, e);

	if (r >= 0)
		r = json_parse("SPDX", text, &document, e);
	if (r < 0)
		return r;
	const struct json *packages = json_get(document, "packages");
	for (size_t i = 0; i < json_len(packages) && r >= 0; i++)
		r = add_bitnami(f, json_at(packages, i), into, e);
	json_free(document);
	return r;
}
