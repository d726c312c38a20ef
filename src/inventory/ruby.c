#include "inventory/ruby.h"
#include "base/buf.h"
#include "format/lines.h"

enum { LINE_BYTES = 64 << 10, TEXT_BYTES = 1 << 20 };

/* --- installed gems --- */

/* "a".freeze and %q<a>: the first literal; *rest is what follows */
static bool take_literal(str *rest, str *out)
{
	size_t at = 0;

	while (at < rest->n && rest->p[at] != '"' && rest->p[at] != '\'' &&
	       !str_starts(str_from(*rest, at), STR("%q<")))
		at++;
	if (at == rest->n)
		return false;
	char close = rest->p[at] == '%' ? '>' : rest->p[at];
	*rest = str_from(*rest, at + (close == '>' ? 3 : 1));
	at = str_chr(*rest, close);
	if (at == rest->n)
		return false;
	*out = str_upto(*rest, at);
	*rest = str_from(*rest, at + 1);
	return true;
}

/* "  s.name = …" of whatever the block's variable is called */
static bool is_field(str line, const char *name, str *value)
{
	str text = str_trim(line), left;
	size_t equals = str_chr(text, '='), dot;

	if (equals == text.n || str_starts(str_from(text, equals), STR("==")))
		return false;
	left = str_trim(str_upto(text, equals));
	dot = str_chr(left, '.');
	if (dot == left.n || !str_eq(str_from(left, dot + 1), str_c(name)))
		return false;
	*value = str_trim(str_from(text, equals + 1));
	return true;
}

static str joined(struct arena *a, str value)
{
	struct buf all cleanup(buf_done) = BUF(KIB(16));

	for (str word; take_literal(&value, &word);) {
		if (all.n)
			buf_add(&all, STR(", "));
		buf_add(&all, word);
	}
	return arena_str(a, buf_view(&all));
}

/* "# stub: nokogiri 1.13.10 x86_64-linux lib" */
static void take_stub(struct package *p, struct arena *a, str line)
{
	str rest = str_from(line, strlen("# stub: ")), name, version;

	if (!str_split(&rest, ' ', &name) || !str_split(&rest, ' ', &version))
		return;
	p->name = arena_str(a, name);
	p->version = arena_str(a, version);
}

static void take_line(struct package *p, struct arena *a, str line)
{
	str value, literal;

	if (str_starts(line, STR("# stub: ")) && !p->name.n)
		take_stub(p, a, line);
	else if (is_field(line, "name", &value) && !p->name.n && take_literal(&value, &literal))
		p->name = arena_str(a, literal);
	else if (is_field(line, "version", &value) && !p->version.n &&
	         take_literal(&value, &literal))
		p->version = arena_str(a, literal);
	else if (!p->license.n &&
	         (is_field(line, "licenses", &value) || is_field(line, "license", &value)))
		p->license = joined(a, value);
	else if (!p->maintainer.n &&
	         (is_field(line, "authors", &value) || is_field(line, "author", &value)))
		p->maintainer = joined(a, value);
}

/* A gem's version begins with a digit (Gem::Version::VERSION_PATTERN); a line may have code there.
 */
static bool is_version(str s)
{
	return s.n && s.p[0] >= '0' && s.p[0] <= '9' && str_chr(s, '#') == s.n;
}

/* "NAME-VERSION.gemspec", "NAME-VERSION-PLATFORM.gemspec" */
static void take_file_name(struct package *p)
{
	str stem = str_base(p->path);

	stem = str_upto(stem, stem.n - strlen(".gemspec"));
	for (size_t i = 1; i + 1 < stem.n; i++) {
		str version = str_from(stem, i + 1);
		if (stem.p[i] != '-' || !is_version(version))
			continue;
		if (!p->name.n)
			p->name = str_upto(stem, i);
		if (!is_version(p->version))
			p->version = str_upto(version, str_chr(version, '-'));
		return;
	}
}

int ruby_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena texts cleanup(arena_done) = ARENA(TEXT_BYTES);
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, LINE_BYTES);
	struct package p = { .type = PACKAGE_GEM, .path = f->path, .evidence = STR("gemspec") };
	struct line l;
	int r;

	while ((r = lines_next(lines, &l, e)) > 0)
		if (!l.cut && !texts.failed)
			take_line(&p, &texts, l.text);
	if (r < 0)
		return r;
	if (!p.name.n || !is_version(p.version))
		take_file_name(&p);
	if (!is_version(p.version))
		p.version = (str){ 0 };
	if (!p.name.n) {
		inventory_gap(into, GAP_NO_IDENTITY, f->path, "no name");
		return 0;
	}
	return inventory_add(into, &p, e);
}

/* --- Gemfile.lock --- */

/* "    nokogiri (1.13.10-x86_64-linux)": four blanks, deeper ones are what it depends on */
static bool is_spec(str line, str *name, str *version)
{
	size_t open = str_find(line, STR(" ("));

	if (!str_starts(line, STR("    ")) || line.n < 6 || line.p[4] == ' ' || open == line.n ||
	    line.p[line.n - 1] != ')')
		return false;
	*name = str_upto(str_from(line, 4), open - 4);
	*version = str_from(str_upto(line, line.n - 1), open + 2);
	*version = str_upto(*version, str_chr(*version, '-')); /* of a platform */
	return name->n && is_version(*version);
}

int ruby_read_lock(struct file *f, struct inventory *into, struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, LINE_BYTES);
	bool gems = false, own = false;
	struct line l;
	int r;

	while ((r = lines_next(lines, &l, e)) > 0) {
		struct package p = { .type = PACKAGE_GEM,
			             .path = f->path,
			             .evidence = str_base(f->path),
			             .offset = l.offset };
		if (l.text.n && l.text.p[0] != ' ') {
			own = str_eq(l.text, STR("PATH"));
			gems = own || str_eq(l.text, STR("GEM")) || str_eq(l.text, STR("GIT")) ||
			       str_eq(l.text, STR("PLUGIN SOURCE"));
		}
		if (!gems || !is_spec(l.text, &p.name, &p.version))
			continue;
		p.traits = PACKAGE_LOCKED | (own ? PACKAGE_MAIN : 0);
		r = inventory_add(into, &p, e);
		if (r < 0)
			return r;
	}
	return MIN(r, 0);
}
