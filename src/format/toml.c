#include "format/toml.h"
#include "base/text.h"
#include "format/tomlvalue.h"

/* How a table or array came to be, which decides what may be added to it later */
enum origin {
	BY_PATH = 1,   /* [a.b] made a: [a] may still come */
	BY_HEADER = 2, /* [a] */
	BY_DOTS = 4,   /* a.b = 1 made a: more dotted keys may come, no header */
	CLOSED = 8,    /* {…} and […]: whole as they stand */
	OF_TABLES = 16 /* [[a]] */
};

struct node { /* the whole of a value; what readers see is its front */
	struct toml value;
	struct node *last; /* of its members */
	unsigned origin;
};

struct slot { /* members of all tables, by the table and the key */
	const struct node *table;
	struct node *member;
};

struct document {
	struct toml_text text;
	struct node *root, *current;
	struct slot *slots;
	size_t room, used; /* room: a power of two */
	unsigned depth;
};

static int spent(const struct document *d)
{
	return error_set(d->text.e, ERR_LIMIT, "%s: larger than the %zu bytes that it may take",
	                 d->text.name, d->text.arena->max_bytes);
}

static struct slot *slot_of(const struct document *d, const struct node *table, str key)
{
	uint64_t address = (uint64_t)(uintptr_t)table;
	size_t i = (size_t)(str_hash(key) ^ (address >> 4) * 0x9e3779b97f4a7c15u) & (d->room - 1);

	while (d->slots[i].table &&
	       (d->slots[i].table != table || !str_eq(d->slots[i].member->value.key, key)))
		i = (i + 1) & (d->room - 1);
	return &d->slots[i];
}

static struct node *member_of(const struct document *d, const struct node *table, str key)
{
	return d->room ? slot_of(d, table, key)->member : NULL;
}

static bool make_room(struct document *d)
{
	struct slot *old = d->slots;
	size_t n = d->room;

	if (d->used * 2 < d->room)
		return true;
	d->room = n ? n * 2 : 64;
	d->slots = arena_many(d->text.arena, d->room, struct slot);
	if (!d->slots)
		return false;
	for (size_t i = 0; i < n; i++)
		if (old[i].table)
			*slot_of(d, old[i].table, old[i].member->value.key) = old[i];
	return true;
}

static struct node *new_node(struct document *d, enum toml_type type, unsigned origin)
{
	struct node *n = arena_new(d->text.arena, struct node);

	if (n)
		*n = (struct node){ .value = { .type = type, .offset = d->text.at },
			            .origin = origin };
	return n;
}

static void append(struct node *to, struct node *member)
{
	if (to->last)
		to->last->value.next = &member->value;
	else
		to->value.first = &member->value;
	to->last = member;
}

/* A new member, of which nobody has the key yet; NULL when the arena is spent. */
static struct node *new_member(struct document *d, struct node *table, str key, enum toml_type type,
                               unsigned origin)
{
	struct node *n = make_room(d) ? new_node(d, type, origin) : NULL;

	if (!n)
		return NULL;
	n->value.key = key;
	append(table, n);
	*slot_of(d, table, key) = (struct slot){ table, n };
	d->used++;
	return n;
}

/* --- white space ------------------------------------------------------------------------------ */

static char peek(const struct document *d)
{
	return d->text.at < d->text.all.n ? d->text.all.p[d->text.at] : 0;
}

static bool take_char(struct document *d, char c)
{
	bool here = d->text.at < d->text.all.n && d->text.all.p[d->text.at] == c;

	d->text.at += here;
	return here;
}

static void skip_blanks(struct document *d)
{
	while (peek(d) == ' ' || peek(d) == '\t')
		d->text.at++;
}

/* A comment to the end of its line */
static int skip_comment(struct document *d)
{
	str rest = str_from(d->text.all, d->text.at);

	if (peek(d) != '#')
		return 0;
	for (size_t i = 0; i < rest.n && rest.p[i] != '\n'; i++, d->text.at++) {
		unsigned char c = (unsigned char)rest.p[i];
		if (c == '\r' && i + 1 < rest.n && rest.p[i + 1] == '\n')
			break;
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return tomlvalue_wrong(&d->text, "a control character in a comment");
	}
	return 0;
}

/* 1 a line ended, 0 none did here */
static int take_break(struct document *d)
{
	if (str_starts(str_from(d->text.all, d->text.at), STR("\r\n")))
		d->text.at++;
	return take_char(d, '\n');
}

static int end_line(struct document *d)
{
	skip_blanks(d);
	if (skip_comment(d) < 0)
		return ERR_FORMAT;
	if (d->text.at < d->text.all.n && !take_break(d))
		return tomlvalue_wrong(&d->text, "more than one thing in a line");
	return 0;
}

/* Inside of an array lines may end anywhere. */
static int skip_lines(struct document *d)
{
	do {
		skip_blanks(d);
		if (skip_comment(d) < 0)
			return ERR_FORMAT;
	} while (take_break(d));
	return 0;
}

/* --- keys ------------------------------------------------------------------------------------- */

static int take_key(struct document *d, str *out)
{
	size_t start;

	skip_blanks(d);
	if (peek(d) == '"' || peek(d) == '\'')
		return tomlvalue_string(&d->text, false, out);
	start = d->text.at;
	while (tomlvalue_is_key_char(peek(d)))
		d->text.at++;
	*out = str_mem(d->text.all.p + start, d->text.at - start);
	return out->n ? 0 : tomlvalue_wrong(&d->text, "no key");
}

/* "a.b.c": walks down to the table that shall hold c, making what is missing. The header's rules
 * differ from those of keys with dots. */
typedef int step_down(struct document *d, struct node **table, str key);

static int step_by_dots(struct document *d, struct node **table, str key)
{
	struct node *next = member_of(d, *table, key);

	if (!next) {
		next = new_member(d, *table, key, TOML_TABLE, BY_DOTS);
		if (!next)
			return spent(d);
	}
	if (next->value.type != TOML_TABLE || !(next->origin & BY_DOTS))
		return tomlvalue_wrong(&d->text, "a key adds to what is already there");
	*table = next;
	return 0;
}

static int step_by_header(struct document *d, struct node **table, str key)
{
	struct node *next = member_of(d, *table, key);

	if (!next) {
		next = new_member(d, *table, key, TOML_TABLE, BY_PATH);
		if (!next)
			return spent(d);
	}
	if (next->origin & OF_TABLES) /* the last one of them */
		next = next->last;
	if (next->value.type != TOML_TABLE || next->origin & CLOSED)
		return tomlvalue_wrong(&d->text, "a table inside of what is no table");
	*table = next;
	return 0;
}

/* Cuts the key at its dots; *last is its last part, *table the table that shall hold it. */
static int walk_key(struct document *d, step_down *step, struct node **table, str *last)
{
	unsigned parts = 1;
	int r = take_key(d, last);

	while (r >= 0) {
		skip_blanks(d);
		if (!take_char(d, '.'))
			return 0;
		if (++parts > TOML_DEPTH_MAX)
			return error_set(d->text.e, ERR_LIMIT, "%s: byte %zu: more than %d tables",
			                 d->text.name, d->text.at, TOML_DEPTH_MAX);
		r = step(d, table, *last);
		if (r >= 0)
			r = take_key(d, last);
	}
	return r;
}

/* --- values ----------------------------------------------------------------------------------- */

static int take_value(struct document *d, struct node *into);

static int take_pair(struct document *d, struct node *table)
{
	struct node *member;
	str key;
	int r = walk_key(d, step_by_dots, &table, &key);

	if (r < 0)
		return r;
	if (member_of(d, table, key))
		return tomlvalue_wrong(&d->text, "a key for the second time");
	if (!take_char(d, '='))
		return tomlvalue_wrong(&d->text, "no = behind a key");
	skip_blanks(d);
	member = new_member(d, table, key, TOML_STRING, 0);
	return member ? take_value(d, member) : spent(d);
}

static int take_inline_table(struct document *d, struct node *into)
{
	int r;

	into->value.type = TOML_TABLE;
	skip_blanks(d);
	if (take_char(d, '}'))
		return 0;
	do {
		r = take_pair(d, into);
		if (r < 0)
			return r;
		skip_blanks(d);
	} while (take_char(d, ','));
	return take_char(d, '}') ? 0 : tomlvalue_wrong(&d->text, "an inline table without an end");
}

static int take_array(struct document *d, struct node *into)
{
	into->value.type = TOML_ARRAY;
	for (;;) {
		struct node *item;
		if (skip_lines(d) < 0)
			return ERR_FORMAT;
		if (take_char(d, ']'))
			return 0;
		item = new_node(d, TOML_STRING, 0);
		if (!item)
			return spent(d);
		append(into, item);
		int r = take_value(d, item);
		if (r < 0)
			return r;
		if (skip_lines(d) < 0)
			return ERR_FORMAT;
		if (!take_char(d, ',') && peek(d) != ']')
			return tomlvalue_wrong(&d->text, "an array without an end");
	}
}

static int take_value(struct document *d, struct node *into)
{
	char c = peek(d);
	int r;

	into->value.offset = d->text.at;
	if (c == '"' || c == '\'')
		return tomlvalue_string(&d->text, true, &into->value.text);
	if (c != '[' && c != '{')
		return tomlvalue_bare(&d->text, &into->value);
	if (d->depth == TOML_DEPTH_MAX)
		return error_set(d->text.e, ERR_LIMIT, "%s: byte %zu: more than %d levels",
		                 d->text.name, d->text.at, TOML_DEPTH_MAX);
	d->depth++;
	d->text.at++;
	r = c == '[' ? take_array(d, into) : take_inline_table(d, into);
	d->depth--;
	into->origin = CLOSED;
	return r;
}

/* --- headers ---------------------------------------------------------------------------------- */

static int open_table(struct document *d, struct node *parent, str key)
{
	struct node *table = member_of(d, parent, key);

	if (!table)
		table = new_member(d, parent, key, TOML_TABLE, BY_HEADER);
	else if (table->value.type != TOML_TABLE || table->origin != BY_PATH)
		return tomlvalue_wrong(&d->text, "a table for the second time");
	if (!table)
		return spent(d);
	table->origin = BY_HEADER;
	d->current = table;
	return 0;
}

static int open_item(struct document *d, struct node *parent, str key)
{
	struct node *list = member_of(d, parent, key), *item;

	if (!list)
		list = new_member(d, parent, key, TOML_ARRAY, OF_TABLES);
	else if (!(list->origin & OF_TABLES))
		return tomlvalue_wrong(&d->text, "a table of a list whose name is taken");
	item = list ? new_node(d, TOML_TABLE, BY_HEADER) : NULL;
	if (!item)
		return spent(d);
	append(list, item);
	d->current = item;
	return 0;
}

static int take_header(struct document *d)
{
	struct node *parent = d->root;
	size_t start = d->text.at;
	bool listed;
	str key;
	int r;

	d->text.at++;
	listed = take_char(d, '[');
	r = walk_key(d, step_by_header, &parent, &key);
	if (r < 0)
		return r;
	if (!take_char(d, ']') || (listed && !take_char(d, ']')))
		return tomlvalue_wrong(&d->text, "a table's name without an end");
	r = listed ? open_item(d, parent, key) : open_table(d, parent, key);
	if (r >= 0)
		d->current->value.offset = start;
	return r;
}

static int take_line(struct document *d)
{
	int r = 0;

	skip_blanks(d);
	if (peek(d) == '[')
		r = take_header(d);
	else if (d->text.at < d->text.all.n && !strchr("#\r\n", peek(d)))
		r = take_pair(d, d->current);
	else if (d->text.at < d->text.all.n && !peek(d))
		r = tomlvalue_wrong(&d->text, "a NUL byte");
	return r < 0 ? r : end_line(d);
}

/* UTF-8 as a whole, so that strings need not be looked at again. Only a replacement that does not
 * stand there itself tells of a malformed byte. */
static int check_text(struct document *d)
{
	str rest = d->text.all;

	while (rest.n) {
		str before = rest;
		if (!((unsigned char)rest.p[0] & 0x80)) {
			rest = str_from(rest, 1);
			continue;
		}
		d->text.at = (size_t)(before.p - d->text.all.p);
		if (text_rune(&rest) == TEXT_REPLACEMENT &&
		    !str_starts(before, STR("\xef\xbf\xbd")))
			return tomlvalue_wrong(&d->text, "not UTF-8");
	}
	d->text.at = 0;
	return 0;
}

int toml_parse(const char *name, str text, struct arena *a, const struct toml **out,
               struct error *e)
{
	struct document d = { .text = { name, text, 0, a, e } };
	int r = check_text(&d);

	if (str_starts(text, STR("\xef\xbb\xbf")))
		d.text.at = 3;
	d.root = d.current = new_node(&d, TOML_TABLE, BY_HEADER);
	if (r >= 0 && !d.root)
		r = spent(&d);
	while (r >= 0 && d.text.at < text.n)
		r = take_line(&d);
	if (r >= 0 && a->failed)
		r = spent(&d);
	if (r >= 0)
		*out = &d.root->value;
	return r;
}

const struct toml *toml_first(const struct toml *list)
{
	return list && (list->type == TOML_ARRAY || list->type == TOML_TABLE) ? list->first : NULL;
}

const struct toml *toml_get(const struct toml *table, const char *key)
{
	const struct toml *m = table && table->type == TOML_TABLE ? table->first : NULL;

	while (m && !str_eq(m->key, str_c(key)))
		m = m->next;
	return m;
}

str toml_str(const struct toml *table, const char *key)
{
	const struct toml *m = toml_get(table, key);

	return m && m->type == TOML_STRING ? m->text : (str){ 0 };
}

const struct toml *toml_table(const struct toml *table, const char *key)
{
	const struct toml *m = toml_get(table, key);

	return m && m->type == TOML_TABLE ? m : NULL;
}

const struct toml *toml_array(const struct toml *table, const char *key)
{
	const struct toml *m = toml_get(table, key);

	return m && m->type == TOML_ARRAY ? m : NULL;
}
