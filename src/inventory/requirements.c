#include "inventory/requirements.h"
#include "base/buf.h"
#include "format/lines.h"
#include "inventory/lockfile.h"

struct reading {
	struct file *f;
	struct inventory *into;
	bool development; /* by the file's name */
	struct buf whole; /* a logical line: its continuations joined */
	uint64_t offset;  /* where it starts */
	unsigned unpinned;
};

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_';
}

/* A comment starts a line or stands behind white space. */
static str without_comment(str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (!i || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return str_upto(line, i);
	return line;
}

/* "name[extra]" off the front */
static str take_name(str *rest)
{
	size_t n = 0;
	str name;

	while (n < rest->n && is_name_char(rest->p[n]))
		n++;
	name = str_upto(*rest, n);
	*rest = str_trim(str_from(*rest, n));
	if (rest->n && rest->p[0] == '[')
		*rest = str_trim(str_from(*rest, str_chr(*rest, ']') + 1));
	return name;
}

/* Of "==1.0, >=0.9" it is "1.0"; of "==1.*" and ">=1.0" nothing is known. */
static str pinned_version(str specifiers)
{
	str one;

	if (specifiers.n && specifiers.p[0] == '(' && str_ends(specifiers, STR(")")))
		specifiers = str_upto(str_from(specifiers, 1), specifiers.n - 2);
	while (str_split(&specifiers, ',', &one)) {
		one = str_trim(one);
		if (!str_starts(one, STR("==")))
			continue;
		one = str_trim(str_from(one, str_starts(one, STR("===")) ? 3 : 2));
		if (one.n && str_chr(one, '*') == one.n && str_chr(one, '$') == one.n)
			return one;
	}
	return (str){ 0 };
}

/* "-r base.txt", "--requirement=base.txt" */
static str included(str line)
{
	static const str options[] = { STR_INIT("--requirement"), STR_INIT("-r") };

	for (size_t i = 0; i < LEN(options); i++)
		if (str_starts(line, options[i])) {
			line = str_trim(str_from(line, options[i].n));
			return line.n && line.p[0] == '=' ? str_trim(str_from(line, 1)) : line;
		}
	return (str){ 0 };
}

static int take_requirement(struct reading *r, str line, struct error *e)
{
	struct package p = { .type = PACKAGE_PYPI,
		             .traits = r->development ? PACKAGE_DEVELOPMENT : 0,
		             .offset = r->offset };

	p.name = take_name(&line);
	line = str_trim(str_upto(line, str_find(line, STR(" --")))); /* --hash=… */
	line = str_trim(str_upto(line, str_chr(line, ';')));         /* the marker */
	if (!p.name.n || (line.n && !strchr("=<>!~(@", line.p[0])))
		return 0;
	p.version = pinned_version(line);
	r->unpinned += !p.version.n;
	return p.version.n ? lockfile_add(r->f, &p, r->into, e) : 0;
}

static int take_line(struct reading *r, str line, struct error *e)
{
	str more;

	line = str_trim(without_comment(line));
	if (!line.n || line.p[0] != '-')
		return take_requirement(r, line, e);
	more = included(line);
	if (more.n)
		inventory_gap(r->into, GAP_NOTE, r->f->path,
		              "byte %llu: wants what stands in %.*s, too",
		              (unsigned long long)r->offset, STR_FMT(str_upto(more, 200)));
	return 0;
}

static int take_physical(struct reading *r, const struct line *l, struct error *e)
{
	str text = l->text;
	bool goes_on = str_ends(text, STR("\\"));
	int code;

	if (!r->whole.n)
		r->offset = l->offset;
	buf_add(&r->whole, str_upto(text, text.n - goes_on));
	if (goes_on)
		buf_addc(&r->whole, ' ');
	if (goes_on && !r->whole.failed)
		return 0;
	code = take_line(r, buf_view(&r->whole), e);
	buf_clear(&r->whole);
	return code;
}

static bool says(str path, str word)
{
	str base = str_base(path);
	return str_find(base, word) < base.n;
}

int requirements_read(struct file *f, struct inventory *into, struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, REQUIREMENTS_LINE_MAX);
	struct reading r = { .f = f, .into = into, .whole = BUF(REQUIREMENTS_LINE_MAX) };
	struct line l;
	int code;

	r.development = says(f->path, STR("dev")) || says(f->path, STR("test"));
	while ((code = lines_next(lines, &l, e)) > 0 && code >= 0) {
		code = take_physical(&r, &l, e);
		if (code < 0)
			break;
	}
	if (code >= 0 && r.whole.n)
		code = take_line(&r, buf_view(&r.whole), e);
	if (code >= 0 && r.unpinned)
		inventory_gap(into, GAP_NOTE, f->path,
		              "requirements without one version, which are not listed: %u", r.unpinned);
	buf_done(&r.whole);
	return code;
}
