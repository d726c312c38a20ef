#include "inventory/pomxml.h"

enum { VALUE_BYTES = 1 << 10, LICENSES_MAX = 8 };

struct license {
	str name, url;
};

struct scan {
	str rest;
	size_t depth;   /* of elements that are open */
	bool in_parent; /* project/parent is */
	bool in_licenses;
	str *value; /* the open element is one of those wanted; else NULL */
	size_t value_depth;
	struct pom own, parent; /* borrowed from the text, properties not filled in */
	struct license licenses[LICENSES_MAX];
	size_t licenses_n;
};

/* A tag ends at the first '>' outside of quotes. */
static size_t tag_end(str s)
{
	char quote = 0;

	for (size_t i = 0; i < s.n; i++)
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i;
	return s.n;
}

/* Of project/licenses/license, whose element counts one more */
static str *wanted_of_license(struct scan *s, str name)
{
	if (s->depth == 3 && str_eq(name, STR("license")) && s->licenses_n < LICENSES_MAX)
		s->licenses_n++;
	if (s->depth != 4 || !s->licenses_n)
		return NULL;
	struct license *l = &s->licenses[s->licenses_n - 1];
	return str_eq(name, STR("name")) ? &l->name : str_eq(name, STR("url")) ? &l->url : NULL;
}

static str *wanted(struct scan *s, str name)
{
	struct pom *p = s->in_parent ? &s->parent : &s->own;

	if (s->in_licenses)
		return wanted_of_license(s, name);
	if (s->depth != (s->in_parent ? 3 : 2))
		return NULL;
	if (str_eq(name, STR("groupId")))
		return &p->group;
	if (str_eq(name, STR("artifactId")))
		return &p->artifact;
	return str_eq(name, STR("version")) ? &p->version : NULL;
}

/* False: the document is of another kind. */
static bool open_tag(struct scan *s, str name)
{
	s->depth++;
	if (s->depth == 1)
		return str_eq(name, STR("project"));
	if (s->depth == 2) {
		s->in_parent = str_eq(name, STR("parent"));
		s->in_licenses = str_eq(name, STR("licenses"));
	}
	str *value = wanted(s, name);
	if (value && !value->n) {
		s->value = value;
		s->value_depth = s->depth;
	}
	return true;
}

static void close_tag(struct scan *s)
{
	if (s->depth == s->value_depth)
		s->value = NULL;
	if (s->depth == 2)
		s->in_parent = s->in_licenses = false;
	s->depth -= s->depth > 0;
}

static void take_text(struct scan *s, str text)
{
	text = str_trim(text);
	if (s->value && s->depth == s->value_depth && !s->value->n && text.n <= VALUE_BYTES)
		*s->value = text;
}

/* Behind "<!" or "<?": comments and processing instructions say nothing, nor does a document type.
 */
static void pass_over(struct scan *s)
{
	static const struct {
		str start, end;
	} kinds[] = {
		{ STR_INIT("!--"), STR_INIT("-->") },
		{ STR_INIT("![CDATA["), STR_INIT("]]>") },
		{ STR_INIT("?"), STR_INIT("?>") },
		{ STR_INIT("!"), STR_INIT(">") },
	};
	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_starts(s->rest, kinds[i].start)) {
			str inside = str_from(s->rest, kinds[i].start.n);
			size_t end = str_find(inside, kinds[i].end);
			if (i == 1)
				take_text(s, str_upto(inside, end));
			s->rest = str_from(inside, end + kinds[i].end.n);
			return;
		}
}

static bool take_tag(struct scan *s)
{
	size_t end = tag_end(s->rest), name_end = 0;
	str tag = str_upto(s->rest, end);

	s->rest = str_from(s->rest, end + 1);
	if (tag.n && tag.p[0] == '/') {
		close_tag(s);
		return true;
	}
	while (name_end < tag.n && !strchr(" \t\r\n/", tag.p[name_end]))
		name_end++;
	bool fine = open_tag(s, str_upto(tag, name_end));
	if (tag.n && tag.p[tag.n - 1] == '/')
		close_tag(s);
	return fine;
}

static void read_text(struct scan *s)
{
	do {
		size_t tag = str_chr(s->rest, '<');
		take_text(s, str_upto(s->rest, tag));
		s->rest = str_from(s->rest, tag + 1);
		if (s->rest.n && (s->rest.p[0] == '!' || s->rest.p[0] == '?'))
			pass_over(s);
		else if (s->rest.n && !take_tag(s))
			return;
	} while (s->rest.n);
}

static bool is_plain(str value)
{
	return str_find(value, STR("${")) == value.n && str_chr(value, '&') == value.n;
}

/* The value as Maven's inheritance gives it; empty when it takes more than this file to know. */
static str inherited(struct arena *a, str own, str parent, const char *const *same)
{
	for (; own.n && *same; same++)
		if (str_eq(own, str_c(*same)))
			own = (str){ 0 };
	own = own.n ? own : parent;
	return is_plain(own) ? arena_str(a, own) : (str){ 0 };
}

/* "several … the user can choose any of them" (POM reference, "Licenses") */
static str license_names(const struct scan *s, struct arena *a)
{
	str all = { 0 };

	for (size_t i = 0; i < s->licenses_n; i++) {
		const struct license *l = &s->licenses[i];
		str name = l->name.n && is_plain(l->name) ? l->name : l->url;
		if (name.n && is_plain(name))
			all = all.n ? arena_join(a, all, STR(" or "), name) : arena_str(a, name);
	}
	return all;
}

int pomxml_read(struct stream *from, struct arena *a, struct pom *out, struct error *e)
{
	static const char *const groups[] = { "${project.groupId}", "${project.parent.groupId}",
		                              "${parent.groupId}", NULL };
	static const char *const versions[] = { "${project.version}", "${project.parent.version}",
		                                "${parent.version}", NULL };
	static const char *const none[] = { NULL };
	autofree char *text = malloc(POMXML_MAX); /* not an arena's, which would be zeroed for each
	                                             of a million members */

	if (!text)
		return error_set(e, ERR_LIMIT, "no memory for a pom.xml");
	ssize_t got = stream_read_full(from, text, POMXML_MAX, e);
	if (got < 0)
		return (int)got;
	struct scan s = { .rest = str_mem(text, (size_t)got) };
	read_text(&s);
	*out = (struct pom){
		.group = inherited(a, s.own.group, s.parent.group, groups),
		.artifact = inherited(a, s.own.artifact, (str){ 0 }, none),
		.version = inherited(a, s.own.version, s.parent.version, versions),
		.license = license_names(&s, a),
	};
	return 0;
}
