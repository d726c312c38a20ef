#include "inventory/hexlock.h"
#include "inventory/lockfile.h"

enum { ITEMS_MAX = 8 };

enum kind { END, OPEN, CLOSE, WORD, TEXT };

struct token {
	enum kind kind;
	str text;
	size_t at;
};

struct terms {
	str all;
	size_t at;
};

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '@' || c == '-' || c == '.' || c == '?' || c == '!';
}

/* "…" and '…', with escapes, which names and versions do not have */
static struct token take_quoted(struct terms *t, char quote)
{
	size_t start = ++t->at;

	while (t->at < t->all.n && t->all.p[t->at] != quote)
		t->at += t->all.p[t->at] == '\\' ? 2 : 1;
	t->at = MIN(t->at, t->all.n);
	str text = str_mem(t->all.p + start, t->at - start);
	t->at += t->at < t->all.n;
	return (struct token){ quote == '"' ? TEXT : WORD, text, start - 1 };
}

/* Commas, colons, << >> and the like say nothing that is of use here. */
static struct token next(struct terms *t)
{
	while (t->at < t->all.n) {
		char c = t->all.p[t->at];
		size_t start = t->at;
		if (c == '{' || c == '[' || c == '(')
			return (struct token){ OPEN, str_mem(&t->all.p[t->at++], 1), start };
		if (c == '}' || c == ']' || c == ')')
			return (struct token){ CLOSE, str_mem(&t->all.p[t->at++], 1), start };
		if (c == '"' || c == '\'')
			return take_quoted(t, c);
		if (c == '#' || (c == '%' && !str_starts(str_from(t->all, t->at), STR("%{")))) {
			t->at += str_chr(str_from(t->all, t->at), '\n');
		} else if (is_word_char(c)) {
			while (t->at < t->all.n && is_word_char(t->all.p[t->at]))
				t->at++;
			return (struct token){ WORD, str_mem(t->all.p + start, t->at - start),
				               start };
		} else {
			t->at++;
		}
	}
	return (struct token){ END, { 0 }, t->at };
}

struct tuple { /* the words and texts right in one */
	str items[ITEMS_MAX];
	size_t n, at;
};

/* {:hex, :name, "version", "sum", [managers], [wishes], "hexpm:organisation", "sum"}: lists are no
 * items */
static struct package package_of(const struct tuple *t, str key, struct arena *a)
{
	struct package p = { .type = PACKAGE_HEX, .offset = t->at };
	bool hex = str_eq(t->items[0], STR("hex"));

	if ((hex || str_eq(t->items[0], STR("pkg"))) && t->n >= 3) {
		p.name = t->items[1];
		p.version = t->items[2];
		if (hex && t->n > 4 && str_starts(t->items[4], STR("hexpm:")))
			p.name = arena_printf(a, "%.*s/%.*s", STR_FMT(str_from(t->items[4], 6)),
			                      STR_FMT(p.name));
	} else if (t->n >= 2) {
		p.name = key;
	}
	return p;
}

static bool starts_package(str word)
{
	return str_eq(word, STR("hex")) || str_eq(word, STR("pkg")) || str_eq(word, STR("git"));
}

/* Behind the first word of a package's tuple, up to its end */
static struct tuple take_tuple(struct terms *t, struct token first)
{
	struct tuple out = { .items = { first.text }, .n = 1, .at = first.at };
	size_t depth = 1;

	while (depth) {
		struct token token = next(t);
		if (token.kind == END)
			break;
		if (token.kind == OPEN)
			depth++;
		else if (token.kind == CLOSE)
			depth--;
		else if (depth == 1 && out.n < ITEMS_MAX)
			out.items[out.n++] = token.text;
	}
	return out;
}

static int read_terms(struct terms *t, struct file *f, struct arena *scratch,
                      struct inventory *into, struct error *e)
{
	struct token token, before = { 0 };
	str key = { 0 }; /* of the tuple that follows */
	bool any = false;
	int r = 0;

	while (r >= 0 && (token = next(t)).kind != END) {
		any = any || token.kind == OPEN;
		if (token.kind == TEXT)
			key = token.text;
		if (token.kind == WORD && before.kind == OPEN && before.text.p[0] == '{' &&
		    starts_package(token.text)) {
			struct tuple tuple = take_tuple(t, token);
			struct package p = package_of(&tuple, key, scratch);
			r = lockfile_add(f, &p, into, e);
		}
		before = token;
	}
	if (r >= 0 && !any && str_trim(t->all).n)
		return error_set(e, ERR_FORMAT, "byte 0: neither terms of Elixir nor of Erlang");
	return r;
}

int hexlock_read(struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(LOCKFILE_ARENA);
	struct terms t = { 0 };
	int r = lockfile_text(f, &scratch, &t.all, e);

	return r < 0 ? r : read_terms(&t, f, &scratch, into, e);
}
