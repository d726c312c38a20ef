#include "inventory/osrelease.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* A value as a shell reads it (os-release(5)): quotes of both kinds, backslash escapes outside of
 * single quotes; it ends at the first blank outside of quotes. */
static str unquote(struct arena *scratch, str s)
{
	char *out = arena_alloc(scratch, s.n), quote = 0;
	size_t n = 0;

	for (size_t i = 0; out && i < s.n; i++) {
		char c = s.p[i];
		if (!quote && is_space(c))
			break;
		if (c == quote && quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else if (c == '\\' && quote != '\'' && i + 1 < s.n)
			out[n++] = s.p[++i];
		else
			out[n++] = c;
	}
	return (str){ out, out ? n : 0 };
}

struct found {
	struct distro d;
	str name, version;
};

static void take_assignment(struct found *f, struct arena *scratch, str key, str raw)
{
	const struct {
		str key;
		str *value;
	} wanted[] = {
		{ STR("ID"), &f->d.id },
		{ STR("ID_LIKE"), &f->d.id_like },
		{ STR("VERSION_ID"), &f->d.version_id },
		{ STR("VERSION_CODENAME"), &f->d.codename },
		{ STR("PRETTY_NAME"), &f->d.name },
		{ STR("NAME"), &f->name },
		{ STR("VERSION"), &f->version },
	};
	for (size_t i = 0; i < LEN(wanted); i++)
		if (str_eq(wanted[i].key, key))
			*wanted[i].value = unquote(scratch, raw);
}

/* "8 (jessie)": releases from before VERSION_CODENAME existed */
static str codename_in(str version)
{
	size_t open = str_chr(version, '('), close = str_chr(version, ')');

	if (open >= close || close == version.n)
		return (str){ 0 };
	version = str_from(str_upto(version, close), open + 1);
	return str_chr(version, ' ') == version.n ? version : (str){ 0 };
}

static str plain(struct arena *a, str s)
{
	s = arena_str(a, str_upto(s, 256));
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7f)
			((char *)(uintptr_t)s.p)[i] = '?';
	return s;
}

static int add(struct inventory *into, const struct found *f, str path, struct error *e)
{
	struct arena *a = into->arena;
	struct distro d = {
		.id = plain(a,
		            f->d.id.n ? f->d.id : STR("linux")), /* the default of os-release(5) */
		.id_like = plain(a, f->d.id_like),
		.version_id = plain(a, f->d.version_id),
		.codename = plain(a, f->d.codename.n ? f->d.codename : codename_in(f->version)),
		.name = plain(a, f->d.name.n ? f->d.name : f->name),
		.path = arena_str(a, path),
	};
	if (a->failed || !vec_add(a, &into->distros, d))
		return error_set(e, ERR_LIMIT, "the layer's %zu bytes of results are spent",
		                 a->max_bytes);
	return 0;
}

int osrelease_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(4 * OSRELEASE_MAX);
	struct found found = { 0 };
	str all, line;
	int r = file_read_all(f, OSRELEASE_MAX, &scratch, &all, e);

	if (r < 0)
		return r;
	while (str_line(&all, &line)) {
		size_t equals;
		line = str_trim(line);
		equals = str_chr(line, '=');
		if (equals < line.n)
			take_assignment(&found, &scratch, str_upto(line, equals),
			                str_from(line, equals + 1));
	}
	return found.d.id.n || found.name.n ? add(into, &found, f->path, e) : 0;
}
