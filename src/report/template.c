/* report/template.c — see the header. A template is read into a list of nodes, in which a section
 * knows where it ends; writing walks that list with a stack of contexts. */
#include "report/template.h"
#include "base/jsonout.h"
#include "base/text.h"
#include "base/vec.h"
#include "report/html.h"
#include "report/markdown.h"

enum kind { NODE_TEXT, NODE_VALUE, NODE_SECTION, NODE_INVERTED };
enum escape { ESCAPE_NONE, ESCAPE_HTML, ESCAPE_JSON, ESCAPE_CSV, ESCAPE_MARKDOWN };

struct node {
	enum kind kind;
	str text;   /* or the name */
	bool raw;   /* of a value */
	size_t end; /* of a section: the node behind its last one */
};

struct template
{
	str name;
	enum escape escape;
	VEC(struct node) nodes;
};

/* ---- reading ---- */

struct reading {
	struct template *t;
	struct arena *a;
	str all;
	size_t at; /* behind the last tag */
	size_t open[TEMPLATE_DEPTH_MAX], opened_at[TEMPLATE_DEPTH_MAX];
	unsigned depth;
	struct error *e;
};

static int wrong(struct reading *r, size_t at, const char *why, str name)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < at; i++) {
		column = r->all.p[i] == '\n' ? 1 : column + 1;
		line += r->all.p[i] == '\n';
	}
	return error_set(r->e, ERR_USAGE, "%.*s:%zu:%zu: %s%s%.*s", STR_FMT(r->t->name), line,
	                 column, why, name.n ? " " : "", STR_FMT(name));
}

static struct node *add_node(struct reading *r, enum kind kind, str text)
{
	struct node *n = vec_push(r->a, &r->t->nodes);

	if (n)
		*n = (struct node){ .kind = kind, .text = text };
	return n;
}

static bool is_name(str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    (!c || !strchr("_-.@", c)))
			return false;
	}
	return name.n > 0;
}

static bool is_blank(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '\t')
			return false;
	return true;
}

/* A tag that writes nothing and is alone on its line takes the line with it. */
static void take_line(struct reading *r, size_t tag, str *before)
{
	str head = str_upto(r->all, tag), tail = str_from(r->all, r->at);
	size_t start = str_rchr(head, '\n'), end = str_chr(tail, '\n');
	str left = start < head.n ? str_from(head, start + 1) : head;
	str right = str_upto(tail, end);

	if (right.n && right.p[right.n - 1] == '\r')
		right.n--;
	if (!is_blank(left) || !is_blank(right) || left.n > before->n)
		return;
	before->n -= left.n;
	r->at += end + (end < tail.n);
}

static int open_section(struct reading *r, size_t tag, enum kind kind, str name)
{
	if (r->depth == TEMPLATE_DEPTH_MAX)
		return wrong(r, tag, "too many sections inside each other at", name);
	r->opened_at[r->depth] = tag;
	r->open[r->depth++] = r->t->nodes.n;
	add_node(r, kind, name);
	return 0;
}

static int close_section(struct reading *r, size_t tag, str name)
{
	if (!r->depth)
		return wrong(r, tag, "no section is open to end with", name);
	struct node *section = &r->t->nodes.v[r->open[--r->depth]];
	if (!str_eq(section->text, name))
		return wrong(r, tag, "another section is open than", name);
	section->end = r->t->nodes.n;
	return 0;
}

static int take_tag(struct reading *r, str before, size_t tag)
{
	str rest = str_from(r->all, tag + 2);
	bool triple = rest.n && rest.p[0] == '{';
	str mark = triple ? STR("}}}") : STR("}}");
	size_t end = str_find(rest, mark);
	str inside = str_trim(str_upto(str_from(rest, triple), end - triple));
	char sign = inside.n && strchr("#^/!&", inside.p[0]) ? inside.p[0] : 0;
	str name = sign ? str_trim(str_from(inside, 1)) : inside;

	if (end >= rest.n)
		return wrong(r, tag, "a tag without its end", (str){ 0 });
	r->at = tag + 2 + end + mark.n;
	if (sign && sign != '&' && !triple)
		take_line(r, tag, &before);
	if (before.n)
		add_node(r, NODE_TEXT, before);
	if (sign == '!')
		return 0;
	if (!is_name(name))
		return wrong(r, tag, "this is no name:", name);
	if (sign == '#' || sign == '^')
		return open_section(r, tag, sign == '#' ? NODE_SECTION : NODE_INVERTED, name);
	if (sign == '/')
		return close_section(r, tag, name);
	struct node *value = add_node(r, NODE_VALUE, name);
	if (value)
		value->raw = triple || sign == '&';
	return 0;
}

static enum escape escape_of(str name)
{
	static const struct {
		str ending;
		enum escape escape;
	} rows[] = { { STR_INIT(".html"), ESCAPE_HTML },  { STR_INIT(".htm"), ESCAPE_HTML },
		     { STR_INIT(".xml"), ESCAPE_HTML },   { STR_INIT(".svg"), ESCAPE_HTML },
		     { STR_INIT(".json"), ESCAPE_JSON },  { STR_INIT(".csv"), ESCAPE_CSV },
		     { STR_INIT(".md"), ESCAPE_MARKDOWN } };

	for (size_t i = 0; i < LEN(rows); i++)
		if (str_ends(name, rows[i].ending))
			return rows[i].escape;
	return ESCAPE_NONE;
}

int template_parse(str name, str text, struct arena *a, struct template **out, struct error *e)
{
	struct template *t = arena_new(a, struct template);
	struct reading r = { .t = t, .a = a, .all = text, .e = e };

	if (!t)
		return error_set(e, ERR_LIMIT, "%.*s: too large", STR_FMT(name));
	t->name = name;
	t->escape = escape_of(name);
	while (r.at < text.n) {
		str rest = str_from(text, r.at);
		size_t tag = str_find(rest, STR("{{"));
		if (tag == rest.n) {
			add_node(&r, NODE_TEXT, rest);
			break;
		}
		if (take_tag(&r, str_upto(rest, tag), r.at + tag) < 0)
			return e->code;
	}
	if (r.depth)
		return wrong(&r, r.opened_at[r.depth - 1],
		             "a section without its end:", t->nodes.v[r.open[r.depth - 1]].text);
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%.*s: too large", STR_FMT(name));
	*out = t;
	return 0;
}

/* ---- writing ---- */

struct frame {
	const struct json *value;
	size_t index, count; /* in a list; count 0: in none */
};

struct writing {
	const struct template *t;
	struct buf *out;
	struct frame frames[TEMPLATE_DEPTH_MAX + 1];
	unsigned depth; /* of the innermost frame */
	uint64_t work;  /* bytes and nodes so far */
};

struct found {
	const struct json *parent, *value;
	char key[64]; /* in the parent; empty: the value is an element */
};

/* The innermost context that has the first name, and from there down. */
static struct found look_up(const struct writing *w, str name)
{
	struct found f = { .value = w->frames[w->depth].value };
	str part;
	bool first = true;

	if (str_eq(name, STR(".")))
		return f;
	while (str_split(&name, '.', &part)) {
		if (part.n >= sizeof f.key)
			return (struct found){ 0 };
		memcpy(f.key, part.p, part.n);
		f.key[part.n] = 0;
		for (unsigned d = w->depth; first && d && !json_get(f.value, f.key);)
			f.value = w->frames[--d].value;
		f.parent = f.value;
		f.value = json_get(f.parent, f.key);
		first = false;
	}
	return f;
}

/* "@first", "@last": true or false; "@number": counted from one */
static bool look_around(const struct writing *w, str name, uint64_t *out)
{
	const struct frame *f;
	unsigned d = w->depth;

	while (d && !w->frames[d].count)
		d--;
	f = &w->frames[d];
	if (str_eq(name, STR("@first")))
		*out = f->count && !f->index;
	else if (str_eq(name, STR("@last")))
		*out = f->count && f->index + 1 == f->count;
	else if (str_eq(name, STR("@number")))
		*out = f->index + 1;
	else
		return false;
	return true;
}

static void put_printable(struct buf *out, str s)
{
	char bytes[TEXT_RUNE_BYTES];

	while (s.n) {
		uint32_t rune = text_rune(&s);
		if (rune != '\n' && rune != '\t' && text_is_unsafe(rune))
			rune = TEXT_REPLACEMENT;
		buf_add(out, (str){ bytes, text_encode(rune, bytes) });
	}
}

static void put_csv(struct buf *out, str s)
{
	buf_addc(out, '"');
	if (s.n && strchr("=+-@", s.p[0]))
		buf_addc(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, s.p[i] >= 0 && s.p[i] < ' ' ? ' ' : s.p[i]);
	}
	buf_addc(out, '"');
}

static void put_json(struct buf *out, str s)
{
	struct buf quoted cleanup(buf_done) = BUF(out->max_bytes);
	struct jsonout j = JSONOUT(&quoted, 0);

	jsonout_str(&j, NULL, s);
	if (quoted.failed || quoted.n < 2)
		out->failed |= quoted.failed;
	else
		buf_add(out, (str){ quoted.p + 1, quoted.n - 2 });
}

static void put_escaped(struct writing *w, str s, bool raw)
{
	switch (raw ? ESCAPE_NONE : w->t->escape) {
	case ESCAPE_NONE:
		put_printable(w->out, s);
		break;
	case ESCAPE_HTML:
		html_lines(w->out, s);
		break;
	case ESCAPE_JSON:
		put_json(w->out, s);
		break;
	case ESCAPE_CSV:
		put_csv(w->out, s);
		break;
	case ESCAPE_MARKDOWN:
		markdown_line(w->out, s);
		break;
	}
}

static void put_value(struct writing *w, const struct node *n)
{
	struct found f;
	uint64_t around;
	double number;

	if (look_around(w, n->text, &around)) {
		buf_printf(w->out, "%llu", (unsigned long long)around);
		return;
	}
	f = look_up(w, n->text);
	str text = json_text(f.value);
	w->work += text.n;
	if (text.n) {
		put_escaped(w, text, n->raw);
	} else if (f.key[0] && json_f64(f.parent, f.key, &number)) {
		struct jsonout j = JSONOUT(w->out, 0);
		jsonout_f64(&j, NULL, number);
	} else if (f.key[0] && json_bool(f.parent, f.key)) {
		buf_add(w->out, STR("true"));
	} else if (w->t->escape == ESCAPE_CSV && !n->raw) {
		buf_add(w->out, STR("\"\""));
	}
}

static bool is_true(const struct writing *w, str name, struct found *f)
{
	uint64_t around;
	double number;

	if (look_around(w, name, &around)) {
		*f = (struct found){ 0 };
		return around > 0;
	}
	*f = look_up(w, name);
	if (json_is_array(f->value))
		return json_len(f->value) > 0;
	if (json_is_object(f->value) || json_text(f->value).n)
		return true;
	return f->key[0] && ((json_f64(f->parent, f->key, &number) && number != 0) ||
	                     json_bool(f->parent, f->key));
}

static bool put_nodes(struct writing *w, size_t from, size_t to);

/* Once for each element of a list, once in an object, once for whatever else is there. */
static bool put_section(struct writing *w, size_t at, const struct found *f)
{
	const struct node *n = &w->t->nodes.v[at];
	size_t count = json_is_array(f->value) ? json_len(f->value) : 1;
	bool ok = true;

	w->depth++;
	for (size_t i = 0; i < count && ok; i++) {
		w->frames[w->depth] =
		        json_is_array(f->value) ? (struct frame){ json_at(f->value, i), i, count }
		        : f->value              ? (struct frame){ f->value, 0, 0 }
		                   : (struct frame){ w->frames[w->depth - 1].value, 0, 0 };
		ok = put_nodes(w, at + 1, n->end);
	}
	w->depth--;
	return ok;
}

static bool put_nodes(struct writing *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct node *n = &w->t->nodes.v[i];
		struct found f;
		w->work += 1 + n->text.n;
		buf_spill(w->out, KIB(256));
		if (w->work > TEMPLATE_OUTPUT_MOST || w->out->failed)
			return false;
		if (n->kind == NODE_TEXT)
			buf_add(w->out, n->text);
		else if (n->kind == NODE_VALUE)
			put_value(w, n);
		else if (is_true(w, n->text, &f) == (n->kind == NODE_INVERTED))
			i = n->end - 1; /* left out, with all that is in it */
		else if (n->kind == NODE_SECTION) {
			if (!put_section(w, i, &f))
				return false;
			i = n->end - 1;
		}
	}
	return true;
}

int template_write(const struct template *t, const struct json *document, struct buf *out,
                   struct error *e)
{
	struct writing w = { .t = t, .out = out, .frames = { { .value = document } } };

	if (!put_nodes(&w, 0, t->nodes.n) && w.work > TEMPLATE_OUTPUT_MOST)
		return error_set(e, ERR_LIMIT, "%.*s: more than %d MiB come of it",
		                 STR_FMT(t->name), TEMPLATE_OUTPUT_MOST >> 20);
	return out->failed ? error_set(e, ERR_LIMIT, "%.*s: the output cannot take more",
	                               STR_FMT(t->name))
	                   : 0;
}
