#include "inventory/javameta.h"
#include "format/lines.h"

enum { LINE_BYTES = 8 << 10, LINES_MAX = 2000, VALUE_BYTES = 4 << 10 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static str filled_in(struct arena *a, str s)
{
	s = str_upto(str_trim(s), VALUE_BYTES);
	return str_find(s, STR("${")) < s.n ? (str){ 0 } : arena_str(a, s);
}

static void take_property(str line, struct arena *a, struct pom *out)
{
	size_t colon = str_chr(line, ':'), equals = str_chr(line, '='), at = MIN(colon, equals);
	str key = str_trim(str_upto(line, at)), value = str_from(line, at + 1);

	if (str_eq(key, STR("groupId")))
		out->group = filled_in(a, value);
	else if (str_eq(key, STR("artifactId")))
		out->artifact = filled_in(a, value);
	else if (str_eq(key, STR("version")))
		out->version = filled_in(a, value);
}

int javameta_read_pom(struct stream *from, struct arena *a, struct pom *out, struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(from, LINE_BYTES);
	struct pom pom = { 0 };
	struct line l;
	int r = 0;

	for (unsigned i = 0; i < LINES_MAX && (r = lines_next(lines, &l, e)) > 0; i++) {
		str text = str_trim(l.text);
		if (text.n && text.p[0] != '#' && text.p[0] != '!')
			take_property(text, a, &pom);
	}
	*out = pom;
	return MIN(r, 0);
}

static str *attribute(struct manifest *m, str name)
{
	const struct {
		str name;
		str *value;
	} wanted[] = {
		{ STR("Implementation-Title"), &m->title },
		{ STR("Implementation-Version"), &m->version },
		{ STR("Implementation-Vendor-Id"), &m->vendor_id },
		{ STR("Bundle-SymbolicName"), &m->bundle_name },
		{ STR("Bundle-Version"), &m->bundle_version },
		{ STR("Specification-Title"), &m->specification_title },
		{ STR("Specification-Version"), &m->specification_version },
		{ STR("Automatic-Module-Name"), &m->module },
		{ STR("Bundle-License"), &m->license },
	};
	for (size_t i = 0; i < LEN(wanted); i++)
		if (str_eq_nocase(wanted[i].name, name))
			return wanted[i].value;
	return NULL;
}

/* A line of 72 bytes goes on in the next one, behind one space (JAR specification, "Line length").
 */
static str *take_manifest_line(struct manifest *m, str *current, str line, struct arena *a)
{
	size_t colon;

	if (line.p[0] == ' ') {
		if (current && current->n + line.n <= VALUE_BYTES)
			*current = arena_concat(a, *current, str_from(line, 1));
		return current;
	}
	colon = str_chr(line, ':');
	current = attribute(m, str_upto(line, colon));
	if (current)
		*current = arena_str(a, str_upto(str_from(line, colon + 2), VALUE_BYTES));
	return current;
}

/* Up to the next `separator` that stands outside of quotes */
static str take_piece(str *rest, char separator)
{
	size_t i = 0;
	bool quoted = false;
	str piece;

	for (; i < rest->n && (quoted || rest->p[i] != separator); i++)
		quoted ^= rest->p[i] == '"';
	piece = str_trim(str_upto(*rest, i));
	*rest = str_from(*rest, i + 1);
	return piece;
}

static str without_quotes(str s)
{
	return s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_trim(str_mem(s.p + 1, s.n - 2))
	                                                       : s;
}

/* "Apache-2.0;link=https://…,MIT" (OSGi Core 3.2.1.12): the names alone */
static str license_names(struct arena *a, str header)
{
	str names = { 0 };

	while (header.n) {
		str clause = take_piece(&header, ','),
		    name = without_quotes(take_piece(&clause, ';'));
		if (!name.n || str_eq(name, STR("<<EXTERNAL>>")))
			continue;
		names = names.n ? arena_join(a, names, STR(", "), name) : name;
	}
	return names;
}

int javameta_read_manifest(struct stream *from, struct arena *a, struct manifest *out,
                           struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(from, LINE_BYTES);
	struct manifest m = { 0 };
	str *current = NULL;
	struct line l;
	int r = 0;

	/* the main section ends at the first empty line; the others speak of single files */
	for (unsigned i = 0; i < LINES_MAX && (r = lines_next(lines, &l, e)) > 0 && l.text.n; i++)
		current = take_manifest_line(&m, current, l.text, a);
	str *all[] = { &m.title,
		       &m.version,
		       &m.vendor_id,
		       &m.bundle_name,
		       &m.bundle_version,
		       &m.specification_title,
		       &m.specification_version,
		       &m.module,
		       &m.license };
	for (size_t i = 0; i < LEN(all); i++)
		*all[i] = filled_in(a, *all[i]);
	m.license = license_names(a, m.license);
	m.bundle_name = str_trim(str_upto(m.bundle_name, str_chr(m.bundle_name, ';')));
	*out = m;
	return MIN(r, 0);
}

static bool looks_like_version(str s)
{
	bool digit = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' || s.p[i] == '/')
			return false;
		digit = digit || is_digit(s.p[i]);
	}
	return digit && s.n <= 128;
}

/* The version that a manifest states; empty when it states none that looks like one. */
static str stated_version(const struct manifest *m)
{
	const str candidates[] = { m->version, m->bundle_version, m->specification_version };

	for (size_t i = 0; i < LEN(candidates); i++) {
		str head = str_upto(candidates[i],
		                    str_chr(candidates[i], ' ')); /* "1.2 r345, built …" */
		if (looks_like_version(head))
			return head;
	}
	return (str){ 0 };
}

static bool has_version_behind(str stem, str version)
{
	return version.n && stem.n > version.n + 1 && str_ends(stem, version) &&
	       stem.p[stem.n - version.n - 1] == '-';
}

/* Debian puts the branch into names, "log4j-1.2-1.2.17": it is log4j, of 1.2.17. */
static str without_branch(str artifact, str version)
{
	size_t dash = str_rchr(artifact, '-');
	str branch = str_from(artifact, dash + 1);

	if (!dash || !branch.n || str_chr(branch, '.') == branch.n ||
	    !str_starts(version, branch) || version.n <= branch.n || version.p[branch.n] != '.')
		return artifact;
	return str_upto(artifact, dash);
}

struct file_name javameta_split_name(str base_name, const struct manifest *m)
{
	str stem = str_upto(base_name, str_rchr(base_name, '.'));
	const str stated[] = { m->version, m->bundle_version, m->specification_version };

	for (size_t i = 0; i < LEN(stated); i++)
		if (has_version_behind(stem, stated[i]))
			return (struct file_name){
				without_branch(str_upto(stem, stem.n - stated[i].n - 1), stated[i]),
				stated[i]
			};
	for (size_t i = 1; i + 1 < stem.n; i++)
		if (stem.p[i] == '-' && is_digit(stem.p[i + 1]))
			return (struct file_name){ str_upto(stem, i), str_from(stem, i + 1) };
	return (struct file_name){ stem, stated_version(m) };
}
