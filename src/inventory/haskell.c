#include "inventory/haskell.h"
#include "format/yaml.h"
#include "inventory/lockfile.h"

struct reading {
	struct file *f;
	struct inventory *into;
	struct arena *scratch;
	str name; /* of a package that is no archive of Hackage */
};

static int add(struct reading *r, str name, str version, struct error *e)
{
	struct package p = { .type = PACKAGE_HACKAGE, .name = name, .version = version };

	return lockfile_add(r->f, &p, r->into, e);
}

/* "aeson-2.0.3.0@sha256:…,6821" */
static int add_archive(struct reading *r, str archive, struct error *e)
{
	str whole = str_upto(archive, str_chr(archive, '@'));
	size_t dash = str_rchr(whole, '-');

	return dash < whole.n ? add(r, str_upto(whole, dash), str_from(whole, dash + 1), e) : 0;
}

static int tell(void *ctx, str key, str value, unsigned line, struct error *e)
{
	struct reading *r = ctx;
	str name = r->name;

	(void)line;
	if (str_eq(key, STR("packages.completed.hackage")))
		return add_archive(r, value, e);
	if (str_eq(key, STR("packages.completed.name")))
		r->name = arena_str(r->scratch, value);
	if (!str_eq(key, STR("packages.completed.version")))
		return 0;
	r->name = (str){ 0 };
	return add(r, name, value, e);
}

int haskell_read_stack(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct reading r = { f, into, &scratch, { 0 } };
	str text;
	int code = lockfile_text(f, &scratch, &text, e);

	return code < 0 ? code : yaml_scalars("YAML", text, tell, &r, e);
}

/* Comments stand in lines of their own. */
static str without_comments(struct arena *a, str text)
{
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (str line; p && str_line(&text, &line);) {
		if (str_starts(str_trim(line), STR("--")))
			continue;
		memcpy(p + n, line.p, line.n);
		n += line.n;
		p[n++] = ' ';
	}
	return str_mem(p, n);
}

/* "any.aeson ==2.0.3.0"; others are flags: "aeson -ordered-keymap" */
static int take_constraint(struct reading *r, str one, struct error *e)
{
	size_t equal = str_find(one, STR("=="));
	str name = str_trim(str_upto(one, equal));

	if (equal == one.n)
		return 0;
	name = str_from(name, str_starts(name, STR("any.")) ? 4 : 0);
	one = str_trim(str_from(one, equal + 2));
	return add(r, name, str_upto(one, str_chr(one, ' ')), e); /* another field may follow */
}

int haskell_read_freeze(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct reading r = { f, into, &scratch, { 0 } };
	str text, one;
	int code = lockfile_text(f, &scratch, &text, e);

	if (code < 0)
		return code;
	text = without_comments(&scratch, text);
	if (scratch.failed)
		return error_set(e, ERR_LIMIT, "no memory for its lines");
	text = str_from(text, str_find(text, STR("constraints:")) + strlen("constraints:"));
	while (code >= 0 && str_split(&text, ',', &one))
		code = take_constraint(&r, str_trim(one), e);
	return code;
}
