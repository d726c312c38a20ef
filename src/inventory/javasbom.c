#include "inventory/javasbom.h"
#include "base/json.h"

static bool is_maven(const struct json *component)
{
	str purl = json_str(component, "purl");
	return str_starts(purl, STR("pkg:maven/")) || (!purl.n && json_str(component, "group").n);
}

static int add(const struct package *like, const struct json *component, unsigned traits,
               struct inventory *into, struct error *e)
{
	char name[2 * 1024 + 2];
	str group = str_upto(json_str(component, "group"), 1024);
	str artifact = str_upto(json_str(component, "name"), 1024);
	struct package p = *like;

	if (!artifact.n || !is_maven(component))
		return 0;
	memcpy(name, group.n ? group.p : "", group.n);
	name[group.n] = ':';
	memcpy(name + group.n + 1, artifact.p, artifact.n);
	p.type = PACKAGE_MAVEN;
	p.name = str_mem(name, group.n + 1 + artifact.n);
	p.version = json_str(component, "version");
	p.traits |= traits;
	return inventory_add(into, &p, e);
}

int javasbom_read(const struct package *like, struct stream *from, struct inventory *into,
                  struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(JAVASBOM_MAX + KIB(64));
	struct file f = { like->path, 0, 0, from };
	struct json *document = NULL;
	str text;
	int r = file_read_all(&f, JAVASBOM_MAX, &scratch, &text, e);

	if (r >= 0)
		r = json_parse("SBOM", text, &document, e);
	if (r < 0)
		return r;
	const struct json *components = json_get(document, "components");
	r = add(like, json_get(json_get(document, "metadata"), "component"), PACKAGE_MAIN, into, e);
	for (size_t i = 0; i < json_len(components) && r >= 0; i++)
		r = add(like, json_at(components, i), 0, into, e);
	json_free(document);
	return r;
}
