#include "inventory/yarnlock.h"
#include "format/lines.h"
#include "inventory/jsname.h"

enum { LINE_BYTES = 64 << 10, ENTRY_BYTES = 1 << 20 };

struct entry { /* of one package, while its lines go by; strings in `texts` */
	struct arena texts;
	struct file *f;
	str key;                 /* without quotes and the colon */
	str version, resolution; /* scalars of the entry, as they stand */
	str name;
	bool dev, soft;
	uint64_t offset;
};

static void entry_done(struct entry *x)
{
	arena_done(&x->texts);
}

static void entry_begin(struct entry *x, str key, uint64_t offset)
{
	struct file *f = x->f;

	arena_reset(&x->texts);
	*x = (struct entry){ .texts = x->texts, .f = f, .offset = offset };
	x->key = arena_str(&x->texts, key);
}

static size_t indent_of(str line)
{
	size_t n = 0;
	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

static str unquoted(str s)
{
	s = str_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return str_upto(str_from(s, 1), s.n - 2);
	return s;
}

/* `"a@^1", "a@^2":` and `'@a/b@1.0.0':` without the colon, an inline value cut off */
static bool is_key(str line, str *key)
{
	line = str_trim(line);
	if (!line.n || line.p[line.n - 1] != ':')
		return false;
	*key = str_upto(line, line.n - 1);
	return true;
}

/* `version "1.0"` and `version: 1.0`: the value of a scalar called so */
static bool is_scalar(str line, const char *name, str *value)
{
	str rest = str_trim(line);
	size_t n = strlen(name);

	if (!str_starts(rest, str_c(name)) || rest.n <= n + 1 ||
	    (rest.p[n] != ' ' && rest.p[n] != ':'))
		return false;
	*value = unquoted(str_from(rest, n + 1));
	return value->n > 0;
}

static void keep(struct entry *x, str *slot, str value)
{
	if (!slot->n)
		*slot = arena_str(&x->texts, value);
}

static int add(struct entry *x, struct jsname real, struct inventory *into, struct error *e)
{
	struct package p = {
		.type = PACKAGE_NPM,
		.name = real.name,
		.version = real.version.n ? real.version : x->version,
		.traits = PACKAGE_LOCKED | (x->dev ? PACKAGE_DEVELOPMENT : 0),
		.path = x->f->path,
		.evidence = str_base(x->f->path),
		.offset = x->offset,
	};
	return real.name.n && !real.own ? inventory_add(into, &p, e) : 0;
}

/* --- yarn --- */

/* The first of the entry's specs says the name: `"a@^1", "a@npm:^2"`; in Yarn 2 the resolution
 * does. */
static int end_yarn(struct entry *x, struct inventory *into, struct error *e)
{
	str spec = unquoted(str_upto(x->key, str_chr(x->key, ',')));
	struct jsname real = jsname_split(x->resolution.n ? x->resolution : spec);

	if (spec.n && spec.p[0] == '"') /* `"a@1, a@2"` of Yarn 2 has one pair of quotes */
		real = jsname_split(x->resolution.n ? x->resolution : str_from(spec, 1));
	if (!x->version.n || x->soft || str_eq(x->key, STR("__metadata")))
		return 0;
	real.version = x->version;
	return add(x, real, into, e);
}

static void take_yarn(struct entry *x, str line)
{
	str value;

	if (is_scalar(line, "version", &value))
		keep(x, &x->version, value);
	else if (is_scalar(line, "resolution", &value))
		keep(x, &x->resolution, value);
	else if (is_scalar(line, "linkType", &value))
		x->soft = str_eq(value, STR("soft"));
}

int yarnlock_read(struct file *f, struct inventory *into, struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, LINE_BYTES);
	struct entry x cleanup(entry_done) = { .texts = ARENA(ENTRY_BYTES), .f = f };
	struct line l;
	str key;
	int r;

	while ((r = lines_next(lines, &l, e)) > 0) {
		size_t indent = indent_of(l.text);
		if (indent == l.text.n || l.text.p[0] == '#')
			continue;
		if (indent == 2)
			take_yarn(&x, l.text);
		if (indent)
			continue;
		r = end_yarn(&x, into, e);
		if (r < 0)
			return r;
		entry_begin(&x, is_key(l.text, &key) ? key : (str){ 0 }, l.offset);
	}
	return r < 0 ? r : end_yarn(&x, into, e);
}

/* --- pnpm --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* lockfileVersion 5: /name/1.2.3 and /@scope/name/1.2.3_peer@1 */
static struct jsname split_slashed(str key)
{
	str rest = str_from(key, 1);
	size_t slash = str_chr(rest, '/');
	str version;

	if (rest.n && rest.p[0] == '@')
		slash += 1 + str_chr(str_from(rest, slash + 1), '/');
	version = str_from(rest, slash + 1);
	version = str_upto(version, str_chr(version, '_'));
	return jsname_of(str_upto(rest, slash), version);
}

/* …6 and later: /name@1.2.3(peer@1), from 9 on without the slash; anything else is said by the
 * entry's own name and version */
static struct jsname name_of_key(str key)
{
	str plain = str_upto(key, str_chr(key, '('));
	bool slash = plain.n && plain.p[0] == '/';
	str last = str_base(plain);

	last = str_upto(last, str_chr(last, '_'));
	if (slash && last.n && is_digit(last.p[0]) && str_chr(last, '@') == last.n)
		return split_slashed(plain);
	return jsname_split(str_from(plain, slash));
}

static int end_pnpm(struct entry *x, struct inventory *into, struct error *e)
{
	struct jsname real = name_of_key(unquoted(x->key));

	if (!x->key.n)
		return 0;
	if (x->name.n)
		real.name = x->name;
	if (x->version.n && !real.version.n)
		real.version = x->version;
	/* a tarball or repository without a name of its own in lockfileVersion 5 */
	if (!x->name.n && !real.version.n && str_chr(real.name, '/') < real.name.n &&
	    real.name.p[0] != '@')
		return 0;
	return add(x, real, into, e);
}

static void take_pnpm(struct entry *x, str line)
{
	str value;

	if (is_scalar(line, "version", &value))
		keep(x, &x->version, value);
	else if (is_scalar(line, "name", &value))
		keep(x, &x->name, value);
	else if (is_scalar(line, "dev", &value))
		x->dev = str_eq(value, STR("true"));
}

int yarnlock_read_pnpm(struct file *f, struct inventory *into, struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, LINE_BYTES);
	struct entry x cleanup(entry_done) = { .texts = ARENA(ENTRY_BYTES), .f = f };
	bool packages = false;
	struct line l;
	str key;
	int r;

	while ((r = lines_next(lines, &l, e)) > 0) {
		size_t indent = indent_of(l.text);
		if (indent == l.text.n || l.text.p[0] == '#')
			continue;
		if (packages && indent == 4)
			take_pnpm(&x, l.text);
		if (indent > 2 || (indent && !packages))
			continue;
		r = end_pnpm(&x, into, e);
		if (r < 0)
			return r;
		if (!indent)
			packages = str_eq(str_trim(l.text), STR("packages:"));
		entry_begin(&x, indent == 2 && is_key(l.text, &key) ? key : (str){ 0 }, l.offset);
	}
	return r < 0 ? r : end_pnpm(&x, into, e);
}
