#include "inventory/dartlock.h"
#include "format/yaml.h"
#include "inventory/lockfile.h"

struct reading {
	struct file *f;
	struct inventory *into;
	struct arena *scratch;
	struct package p; /* the one whose keys are being told */
};

static int end_package(struct reading *r, struct error *e)
{
	int code = lockfile_add(r->f, &r->p, r->into, e);

	r->p = (struct package){ .type = PACKAGE_PUB };
	return code;
}

/* "packages.NAME.version"; no name has a dot */
static int tell(void *ctx, str key, str value, unsigned line, struct error *e)
{
	struct reading *r = ctx;
	str part, name, field;
	int code = 0;

	(void)line;
	if (!str_split(&key, '.', &part) || !str_eq(part, STR("packages")) ||
	    !str_split(&key, '.', &name) || !str_split(&key, '.', &field) || key.n)
		return 0;
	if (!str_eq(name, r->p.name)) {
		code = end_package(r, e);
		r->p.name = arena_str(r->scratch, name);
	}
	if (str_eq(field, STR("version")))
		r->p.version = arena_str(r->scratch, value);
	else if (str_eq(field, STR("dependency")) && str_eq(value, STR("direct dev")))
		r->p.traits |= PACKAGE_DEVELOPMENT;
	else if (str_eq(field, STR("source")) && str_eq(value, STR("path")))
		r->p.traits |= PACKAGE_MAIN;
	return code;
}

int dartlock_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct reading r = { f, into, &scratch, { .type = PACKAGE_PUB } };
	str text;
	int code = lockfile_text(f, &scratch, &text, e);

	if (code >= 0)
		code = yaml_scalars("YAML", text, tell, &r, e);
	return code < 0 ? code : end_package(&r, e);
}
