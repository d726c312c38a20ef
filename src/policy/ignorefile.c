#include "policy/ignorefile.h"
#include "base/buf.h"
#include "base/glob.h"
#include "base/time.h"
#include "format/yamltree.h"
#include "model/purl.h"
#include "policy/vexmatch.h"
#include <errno.h>
#include <fcntl.h>

enum { FILE_BYTES_MAX = 4 << 20, DAY_S = 86400 };

static int set_end(const char *name, struct ignore_entry *x, str date, struct error *e)
{
	int64_t at;

	if (!time_parse(date, &at))
		return error_set(e, ERR_USAGE, "%s: line %u: \"%.*s\" is no date like 2026-12-31",
		                 name, x->line, STR_FMT(date));
	x->until = date;
	x->ends = str_chr(date, 'T') < date.n ? at : at + DAY_S; /* a day counts to its end */
	return 0;
}

/* --- a line an entry --- */

static bool next_word(str *rest, str *word)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	*word = str_upto(*rest, n);
	*rest = str_from(*rest, n);
	return n > 0;
}

/* "until:2026-12-31": a limit that is misspelt must not accept the flaw for ever. */
static bool is_stray_date(str word)
{
	int64_t at;

	return time_parse(str_from(word, str_chr(word, ':') + 1), &at) &&
	       !str_starts(word, STR("exp:"));
}

static int take_line(const char *name, str line, unsigned number, struct arena *a,
                     struct ignore_list *out, struct error *e)
{
	struct ignore_entry x = { .ends = INT64_MAX, .line = number };
	str words = str_trim(str_upto(line, str_chr(line, '#'))), word;

	while (next_word(&words, &word)) {
		if (!x.id.n)
			x.id = word;
		else if (is_stray_date(word))
			return error_set(
			        e, ERR_USAGE,
			        "%s: line %u: a date is written `exp:2026-12-31`, not \"%.*s\"",
			        name, number, STR_FMT(word));
		else if (!str_starts(word, STR("exp:"))) /* Trivy passes over it: people say why */
			x.statement =
			        x.statement.n ? arena_join(a, x.statement, STR(" "), word) : word;
		else if (set_end(name, &x, str_from(word, 4), e) < 0)
			return e->code;
	}
	if (x.id.n)
		vec_add(a, &out->entries, x);
	return 0;
}

static int take_lines(const char *name, str text, struct arena *a, struct ignore_list *out,
                      struct error *e)
{
	unsigned number = 0;
	int r = 0;

	for (str line; r >= 0 && str_line(&text, &line);)
		r = take_line(name, line, ++number, a, out, e);
	return r;
}

/* --- YAML --- */

static bool is_empty(const struct yaml_node *n)
{
	return n->kind == YAML_SCALAR && !n->text.n && !n->quoted;
}

/* What is not understood must not be left out: an entry without its paths accepts more. */
static int take_texts(const char *name, const struct yaml_node *entry, const char *key,
                      struct arena *a, struct ignore_texts *to, struct error *e)
{
	const struct yaml_node *list = yamltree_get(entry, key);

	if (!list || is_empty(list))
		return 0;
	if (list->kind != YAML_LIST)
		return error_set(e, ERR_USAGE, "%s: line %u: `%s:` is no list", name, list->line,
		                 key);
	for (const struct yaml_node *n = list->first; n; n = n->next) {
		if (n->kind != YAML_SCALAR)
			return error_set(e, ERR_USAGE, "%s: line %u: `%s:` lists texts only", name,
			                 n->line, key);
		vec_add(a, to, n->text);
	}
	return 0;
}

/* A limit that is misspelt must not accept the flaw everywhere. */
static int knows_all_keys(const char *name, const struct yaml_node *entry, struct error *e)
{
	static const str keys[] = { STR_INIT("id"), STR_INIT("paths"), STR_INIT("purls"),
		                    STR_INIT("statement"), STR_INIT("expired_at") };

	for (const struct yaml_node *n = entry->first; n; n = n->next) {
		size_t i = 0;
		while (i < LEN(keys) && !str_eq(n->key, keys[i]))
			i++;
		if (i == LEN(keys))
			return error_set(e, ERR_USAGE,
			                 "%s: line %u: \"%.*s\" is none of id, paths, purls, "
			                 "statement, expired_at",
			                 name, n->line, STR_FMT(n->key));
	}
	return 0;
}

static int take_entry(const char *name, const struct yaml_node *n, struct arena *a,
                      struct ignore_list *out, struct error *e)
{
	struct ignore_entry x = { .id = yamltree_str(n, "id"),
		                  .statement = yamltree_str(n, "statement"),
		                  .ends = INT64_MAX,
		                  .line = n->line };
	const struct yaml_node *end = yamltree_get(n, "expired_at");

	if (!x.id.n)
		return error_set(e, ERR_USAGE, "%s: line %u: an entry without an id", name,
		                 n->line);
	if (knows_all_keys(name, n, e) < 0)
		return e->code;
	if (take_texts(name, n, "paths", a, &x.paths, e) < 0 ||
	    take_texts(name, n, "purls", a, &x.purls, e) < 0)
		return e->code;
	if (end && !is_empty(end) && set_end(name, &x, end->text, e) < 0)
		return e->code;
	vec_add(a, &out->entries, x);
	return 0;
}

static int take_yaml(const char *name, str text, struct arena *a, struct ignore_list *out,
                     struct error *e)
{
	const struct yaml_node *root, *list;
	int r = yamltree_read(name, text, a, &root, e);

	if (r < 0)
		return e->code = ERR_USAGE;
	if (root && root->kind != YAML_MAP)
		return error_set(e, ERR_USAGE,
		                 "%s: line %u: lists under names like "
		                 "`vulnerabilities:` are expected",
		                 name, root->line);
	list = yamltree_get(root, "vulnerabilities");
	if (list && list->kind != YAML_LIST && !(list->kind == YAML_SCALAR && !list->text.n))
		return error_set(e, ERR_USAGE, "%s: line %u: `vulnerabilities:` is no list", name,
		                 list->line);
	for (const struct yaml_node *n = list ? list->first : NULL; n && r >= 0; n = n->next)
		r = take_entry(name, n, a, out, e);
	return r;
}

int ignorefile_parse(const char *name, str text, bool yaml, struct arena *a,
                     struct ignore_list *out, struct error *e)
{
	struct ignore_list l = { .file = arena_str(a, str_c(name)) };
	str copy = arena_str(a, text);
	int r = yaml ? take_yaml(name, copy, a, &l, e) : take_lines(name, copy, a, &l, e);

	if (r >= 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "%s: too many entries", name);
	if (r >= 0)
		*out = l;
	return r;
}

int ignorefile_read(const char *path, struct arena *a, struct ignore_list *out, struct error *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf text cleanup(buf_done) = BUF(FILE_BYTES_MAX);
	str name = str_c(path);
	ssize_t got = 1;

	if (fd < 0) {
		error_errno(e, errno, "%s", path);
		return e->code = ERR_USAGE; /* a file of ours */
	}
	while (got > 0 && !text.failed) {
		char part[65536];
		got = read(fd, part, sizeof part);
		if (got > 0)
			buf_add(&text, str_mem(part, (size_t)got));
	}
	if (got < 0)
		return error_errno(e, errno, "%s", path);
	if (text.failed)
		return error_set(e, ERR_USAGE, "%s: larger than %d bytes", path, FILE_BYTES_MAX);
	return ignorefile_parse(path, buf_view(&text),
	                        str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")), a, out,
	                        e);
}

bool ignorefile_names_flaw(const struct ignore_entry *x)
{
	for (size_t i = 0; i < x->id.n; i++)
		if (x->id.p[i] >= '0' && x->id.p[i] <= '9')
			return true;
	return false;
}

/* --- is it for this finding? --- */

static bool names_it(const struct ignore_entry *x, const struct finding *f)
{
	if (str_eq_nocase(x->id, f->id))
		return true;
	for (size_t i = 0; i < f->aliases.n; i++)
		if (str_eq_nocase(x->id, f->aliases.v[i]))
			return true;
	for (size_t i = 0; i < f->advisories.n; i++)
		if (str_eq_nocase(x->id, f->advisories.v[i]))
			return true;
	return false;
}

static bool is_there(const struct ignore_entry *x, const struct package *p)
{
	for (size_t i = 0; i < x->paths.n; i++) {
		str pattern = x->paths.v[i];
		while (pattern.n && pattern.p[0] == '/')
			pattern = str_from(pattern, 1);
		if (glob_fits(pattern, p->path))
			return true;
	}
	return !x->paths.n;
}

/* Type, namespace and name, and the version where the entry has one; qualifiers do not count. */
static bool is_that(const struct ignore_entry *x, const struct package *p)
{
	struct arena scratch cleanup(arena_done) = ARENA(1 << 20);
	struct distro none = { 0 };
	struct package want;
	struct error e;

	for (size_t i = 0; i < x->purls.n; i++) {
		struct purl u = { 0 };
		want = (struct package){ 0 };
		if (purl_parse(x->purls.v[i], &scratch, &u, &e) < 0 ||
		    !purl_package(&u, &scratch, &want, &none))
			continue;
		if (want.type == p->type && vex_same_name(want.name, p->name, p->type) &&
		    (!want.version.n || vex_same_version(want.version, p->version, p->type)))
			return true;
	}
	return !x->purls.n;
}

const struct ignore_entry *ignorefile_find(const struct ignore_list *l, const struct finding *f,
                                           int64_t now)
{
	for (size_t i = 0; i < l->entries.n; i++) {
		const struct ignore_entry *x = &l->entries.v[i];
		if (x->ends > now && names_it(x, f) && is_there(x, f->package) &&
		    is_that(x, f->package))
			return x;
	}
	return NULL;
}
