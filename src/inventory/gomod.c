#include "inventory/gomod.h"
#include "base/time.h"
#include <inttypes.h>
#include <stdio.h>

struct module {
	str path, version;
};

struct list { /* what was read of it so far */
	struct module main, pending; /* pending: a dep whose replacement may follow */
	str revision, time;          /* of version control, for a main module without a version */
};

/* "go1.21.3", "go1.22rc1 X:boringcrypto", "devel go1.22-3f2a1 Thu …" name a release; "devel +3f2a1"
 * does not. */
static str release_of(str version)
{
	str word;

	while (str_split(&version, ' ', &word))
		if (str_starts(word, STR("go1")))
			return str_from(word, 2);
	return (str){ 0 };
}

static int add(const struct package *like, struct module m, struct inventory *into, struct error *e)
{
	struct package p = *like;

	p.type = PACKAGE_GOLANG;
	p.name = m.path;
	p.version = m.version.n ? m.version : STR("(devel)");
	return m.path.n ? inventory_add(into, &p, e) : 0;
}

/* A pseudo-version (Go modules reference, "Pseudo-versions") of the commit that was built, where the
 * module itself has none. */
static str version_of_commit(const struct list *l, char *out, size_t room)
{
	static const unsigned digits[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
	char stamp[LEN(digits) + 1] = { 0 };
	int64_t seconds;
	char text[TIME_TEXT_BYTES];

	if (l->revision.n < 12 || !time_parse(l->time, &seconds))
		return l->main.version;
	time_text(seconds, text);
	if (strlen(text) != 20)
		return l->main.version;
	for (size_t i = 0; i < LEN(digits); i++)
		stamp[i] = text[digits[i]];
	snprintf(out, room, "v0.0.0-%s-%.12s", stamp, l->revision.p);
	return str_c(out);
}

static struct module module_of(str fields)
{
	struct module m = { 0 };

	str_split(&fields, '\t', &m.path);
	str_split(&fields, '\t', &m.version);
	return m;
}

static void take_setting(struct list *l, str setting)
{
	size_t equals = str_chr(setting, '=');
	str key = str_upto(setting, equals), value = str_from(setting, equals + 1);

	if (str_eq(key, STR("vcs.revision")))
		l->revision = value;
	else if (str_eq(key, STR("vcs.time")))
		l->time = value;
}

static int take_line(const struct package *like, struct list *l, str line, struct inventory *into,
		     struct error *e)
{
	str word;
	int r = 0;

	str_split(&line, '\t', &word);
	if (str_eq(word, STR("=>"))) {
		struct module *replaced = l->pending.path.n ? &l->pending : &l->main;
		*replaced = module_of(line);
	} else {
		r = add(like, l->pending, into, e);
		l->pending = (struct module){ 0 };
	}
	if (str_eq(word, STR("dep")))
		l->pending = module_of(line);
	else if (str_eq(word, STR("mod")))
		l->main = module_of(line);
	else if (str_eq(word, STR("build")))
		take_setting(l, line);
	return r;
}

int gomod_add(const struct package *like, str version, str modules, struct inventory *into, struct error *e)
{
	struct module standard = { STR("stdlib"), release_of(version) };
	struct list list = { 0 };
	char commit[64];
	str line;
	int r = 0;

	if (standard.version.n)
		r = add(like, standard, into, e);
	else
		inventory_gap(into, GAP_NO_IDENTITY, like->path,
			      "byte %" PRIu64 ": no release of Go in \"%.*s\"", like->offset,
			      STR_FMT(str_upto(version, 64)));
	while (r >= 0 && str_line(&modules, &line))
		r = take_line(like, &list, line, into, e);
	if (r >= 0)
		r = add(like, list.pending, into, e);
	if (!list.main.version.n || str_eq(list.main.version, STR("(devel)")))
		list.main.version = version_of_commit(&list, commit, sizeof commit);
	return r < 0 ? r : add(like, list.main, into, e);
}
