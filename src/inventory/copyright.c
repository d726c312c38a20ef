#include "inventory/copyright.h"
#include "base/buf.h"
#include "format/lines.h"

enum { LINE_BYTES = 16 << 10, NAME_BYTES = 200, NAMES_MAX = 100, TEXT_BYTES = 3800 };

struct names {
	struct arena texts;
	VEC(str) all;
};

static void names_done(struct names *n)
{
	arena_done(&n->texts);
}

static void add(struct names *n, str name)
{
	name = str_trim(name);
	if (!name.n || name.n > NAME_BYTES || n->all.n >= NAMES_MAX)
		return;
	for (size_t i = 0; i < n->all.n; i++)
		if (str_eq_nocase(n->all.v[i], name))
			return;
	vec_add(&n->texts, &n->all, arena_str(&n->texts, name));
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '+';
}

/* "/usr/share/common-licenses/GPL-2." in a sentence */
static void add_pointers(struct names *n, str line)
{
	static const str folder = STR_INIT("/common-licenses/");
	size_t at;

	while ((at = str_find(line, folder)) < line.n) {
		size_t end = 0;
		line = str_from(line, at + folder.n);
		while (end < line.n && is_name_char(line.p[end]))
			end++;
		while (end && line.p[end - 1] == '.')
			end--;
		add(n, str_upto(line, end));
	}
}

static bool has_choice(str name)
{
	return str_find(name, STR(" or ")) < name.n || str_find(name, STR(" OR ")) < name.n ||
	       str_chr(name, ',') < name.n;
}

static str joined(const struct names *n, struct buf *out)
{
	for (size_t i = 0; i < n->all.n && out->n < TEXT_BYTES - NAME_BYTES; i++) {
		bool choice = n->all.n > 1 && has_choice(n->all.v[i]);
		if (i)
			buf_add(out, STR(" AND "));
		if (choice)
			buf_addc(out, '(');
		buf_add(out, n->all.v[i]);
		if (choice)
			buf_addc(out, ')');
	}
	return buf_view(out);
}

static int note(struct file *f, const struct names *n, struct inventory *into, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(TEXT_BYTES);
	struct owned_file *slot;
	str license = joined(n, &text);

	if (!license.n || into->owned.n >= OWNED_MAX)
		return 0;
	slot = vec_push(into->arena, &into->owned);
	if (!slot)
		return error_set(e, ERR_LIMIT, "the layer's %zu bytes of results are spent",
		                 into->arena->max_bytes);
	*slot = (struct owned_file){ arena_str(into->arena, f->path),
		                     arena_str(into->arena, license) };
	return 0;
}

int copyright_read(struct file *f, struct inventory *into, struct error *e)
{
	static const str field = STR_INIT("License:"), format = STR_INIT("Format:");
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, LINE_BYTES);
	struct names fields cleanup(names_done) = { .texts = ARENA(MIB(1)) };
	struct names pointers cleanup(names_done) = { .texts = ARENA(MIB(1)) };
	bool formal = false;
	struct line l;
	int r;

	while ((r = lines_next(lines, &l, e)) > 0) {
		formal |= str_starts(l.text, format);
		if (str_starts(l.text, field))
			add(&fields, str_from(l.text, field.n));
		add_pointers(&pointers, l.text);
	}
	if (r < 0)
		return r;
	return note(f, formal && fields.all.n ? &fields : &pointers, into, e);
}
