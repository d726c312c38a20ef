#include "inventory/gomod.h"
#include "base/time.h"
#include <inttypes.h>
#include <stdio.h>

struct module {
	str path, version;
};

struct list {                        /* what was read of it so far */
	struct module main, pending; /* pending: a dep whose replacement may follow */
	str program;                 /* the main package's path */
	/* for a main module without a version: */
	str revision, time; /* of version control */
	str linked;         /* what -ldflags -X put into a variable named as a version */
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

static int add(const struct package *like, struct module m, unsigned traits, struct inventory *into,
               struct error *e)
{
	struct package p = *like;

	p.type = PACKAGE_GOLANG;
	p.traits = traits;
	p.name = m.path;
	p.version = str_eq(m.version, STR("(devel)")) ? (str){ 0 } : m.version;
	return m.path.n ? inventory_add(into, &p, e) : 0;
}

/* A pseudo-version (Go modules reference, "Pseudo-versions") of the commit that was built. */
static str version_of_commit(const struct list *l, char *out, size_t room)
{
	static const unsigned digits[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
	char stamp[LEN(digits) + 1] = { 0 };
	int64_t seconds;
	char text[TIME_TEXT_BYTES];

	if (l->revision.n < 12 || !time_parse(l->time, &seconds))
		return (str){ 0 };
	time_text(seconds, text);
	if (strlen(text) != 20)
		return (str){ 0 };
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

static bool is_number(str s)
{
	uint64_t v;
	return str_u64(s, &v);
}

/* "v1.2.3-rc.1", "1.2": what a build calls a version */
static bool is_release(str s)
{
	str rest = str_from(s, str_starts(s, STR("v"))), major, minor;

	rest = str_upto(rest, MIN(str_chr(rest, '-'), str_chr(rest, '+')));
	return s.n <= 64 && str_split(&rest, '.', &major) && str_split(&rest, '.', &minor) &&
	       is_number(major) && is_number(minor);
}

/* "main.version=1.2.3", or the same of a package of the main module */
static void take_variable(struct list *l, str assignment)
{
	static const str names[] = { STR_INIT("version"), STR_INIT("buildVersion"),
		                     STR_INIT("gitVersion"), STR_INIT("gitTag"),
		                     STR_INIT("appVersion") };
	size_t equals = str_chr(assignment, '=');
	str symbol = str_upto(assignment, equals), value = str_from(assignment, equals + 1);
	str name = str_from(symbol, str_rchr(symbol, '.') + 1);
	bool own = str_starts(symbol, STR("main.")) ||
	           (l->main.path.n && str_starts(symbol, l->main.path));

	for (size_t i = 0; i < LEN(names) && own && !l->linked.n; i++)
		if (str_eq_nocase(names[i], name) && is_release(value))
			l->linked = value;
}

static bool ends_word(char c)
{
	return c == ' ' || c == '"' || c == '\'' || c == '\\';
}

/* Every "-X PACKAGE.NAME=VALUE", however the flags are quoted */
static void take_link_flags(struct list *l, str flags)
{
	for (size_t at; (at = str_find(flags, STR("-X"))) < flags.n;) {
		size_t n = 0;
		flags = str_from(flags, at + 2);
		while (flags.n && (ends_word(flags.p[0]) || flags.p[0] == '='))
			flags = str_from(flags, 1);
		while (n < flags.n && !ends_word(flags.p[n]))
			n++;
		take_variable(l, str_upto(flags, n));
	}
}

static void take_setting(struct list *l, str setting)
{
	size_t equals = str_chr(setting, '=');
	str key = str_upto(setting, equals), value = str_from(setting, equals + 1);

	if (str_eq(key, STR("vcs.revision")))
		l->revision = value;
	else if (str_eq(key, STR("vcs.time")))
		l->time = value;
	else if (str_eq(key, STR("-ldflags")))
		take_link_flags(l, value);
}

/* "=> ./staging/src/k8s.io/api": a folder replaces the module, whose name stays */
static bool is_folder(str path)
{
	return str_starts(path, STR("./")) || str_starts(path, STR("../")) ||
	       str_starts(path, STR("/"));
}

static void replace(struct module *replaced, struct module by)
{
	if (is_folder(by.path))
		by = (struct module){ .path = replaced->path };
	*replaced = by;
}

static int take_line(const struct package *like, struct list *l, str line, struct inventory *into,
                     struct error *e)
{
	str word;
	int r = 0;

	str_split(&line, '\t', &word);
	if (str_eq(word, STR("=>"))) {
		replace(l->pending.path.n ? &l->pending : &l->main, module_of(line));
	} else {
		r = add(like, l->pending, 0, into, e);
		l->pending = (struct module){ 0 };
	}
	if (str_eq(word, STR("dep")))
		l->pending = module_of(line);
	else if (str_eq(word, STR("mod")))
		l->main = module_of(line);
	else if (str_eq(word, STR("path")))
		l->program = line;
	else if (str_eq(word, STR("build")))
		take_setting(l, line);
	return r;
}

static int add_main(const struct package *like, const struct list *l, struct inventory *into,
                    struct error *e)
{
	struct module m = l->main;
	char version[80];

	if (!m.path.n) /* built without modules */
		m.path = l->program;
	if ((!m.version.n || str_eq(m.version, STR("(devel)"))) && l->linked.n) {
		snprintf(version, sizeof version, "%s%.*s",
		         str_starts(l->linked, STR("v")) ? "" : "v", STR_FMT(l->linked));
		m.version = str_c(version);
	} else if (!m.version.n || str_eq(m.version, STR("(devel)"))) {
		m.version = version_of_commit(l, version, sizeof version);
	}
	return add(like, m, PACKAGE_MAIN, into, e);
}

int gomod_add(const struct package *like, str version, str modules, struct inventory *into,
              struct error *e)
{
	struct module standard = { STR("stdlib"), release_of(version) };
	struct list list = { 0 };
	str line;
	int r = 0;

	if (standard.version.n)
		r = add(like, standard, 0, into, e);
	else
		inventory_gap(into, GAP_NO_IDENTITY, like->path,
		              "byte %" PRIu64 ": no release of Go in \"%.*s\"", like->offset,
		              STR_FMT(str_upto(version, 64)));
	while (r >= 0 && str_line(&modules, &line))
		r = take_line(like, &list, line, into, e);
	if (r >= 0)
		r = add(like, list.pending, 0, into, e);
	return r < 0 ? r : add_main(like, &list, into, e);
}
