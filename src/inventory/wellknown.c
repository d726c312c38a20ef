#include "inventory/wellknown.h"
#include "inventory/window.h"
#include <assert.h>

enum { WANTED_MAX = 16, VERSION_BYTES = 48, HITS_MAX = 200000 };

struct wanted {
	const struct signature *like;
	str head;
};

struct wellknown {
	const struct window *p;
	size_t n;
	unsigned hits; /* of anchors that led to no version: a hostile file has many */
	struct wanted wanted[WANTED_MAX];
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The characters of a version */
static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
	       c == '-' || c == '_' || c == '+' || c == '~';
}

/* A * stands for any bytes: when the rest does not fit, the last one takes a byte more. */
static bool fits(str base, str pattern)
{
	size_t at = 0, star = SIZE_MAX, taken = 0;

	for (size_t i = 0; i < base.n || at < pattern.n;) {
		if (at < pattern.n && pattern.p[at] == '*') {
			star = at++;
			taken = i;
		} else if (i < base.n && at < pattern.n && pattern.p[at] == base.p[i]) {
			at++;
			i++;
		} else if (star != SIZE_MAX && taken < base.n) {
			i = ++taken;
			at = star + 1;
		} else {
			return false;
		}
	}
	return true;
}

static bool is_named(str base, const char *files)
{
	str rest = str_c(files), pattern;

	while (str_split(&rest, ' ', &pattern))
		if (fits(base, pattern))
			return true;
	return false;
}

/* "3.11" of "libpython3.11.so.1.0": the first number with a dot and a number behind it */
static str number_in(str base)
{
	for (size_t at = 0; at < base.n; at++) {
		size_t n = at, dots = 0;
		while (n < base.n &&
		       (is_digit(base.p[n]) || (base.p[n] == '.' && n > at && !dots++ &&
		                                n + 1 < base.n && is_digit(base.p[n + 1]))))
			n++;
		if (dots && n > at + 2)
			return str_mem(base.p + at, n - at);
		if (n > at)
			at = n - 1;
	}
	return (str){ 0 };
}

struct wellknown *wellknown_new(const struct window *p)
{
	str base = str_base(p->f->path);
	struct wellknown found = { .p = p }, *w;

	for (const struct signature *s = wellknown_signatures; s->name; s++) {
		if (found.n == WANTED_MAX || !is_named(base, s->files))
			continue;
		str head = s->head_is_named ? number_in(base) : s->head;
		if (head.n || !s->head_is_named)
			found.wanted[found.n++] = (struct wanted){ s, head };
	}
	if (!found.n)
		return NULL;
	w = malloc(sizeof *w);
	assert(w); /* a fixed size */
	*w = found;
	return w;
}

void wellknown_free(struct wellknown *w)
{
	free(w);
}

/* "1.2", "15.4", "9.2p1", "2021.81": digits, and a dot or a point release behind them */
static bool is_version(str s)
{
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n && n <= 4 && n + 1 < s.n && s.p[n] == '.' && is_digit(s.p[n + 1]);
}

/* "2.6.12-1+deb12u4": a distribution's revision is no part of the version. */
static size_t revision_at(str s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '-' && is_digit(s.p[i + 1]))
			return i;
	return s.n;
}

static size_t dots(str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '.';
	return n;
}

/* Between NULs any number may stand: then it has to be a whole one, "1.2.3". */
static bool is_alone(const struct signature *s)
{
	return str_eq(s->after, STR("\0")) && s->before.n <= 1;
}

/* The version that starts the text: with what has to stand behind it, at its first place. */
static str version_at(str text, const struct wanted *w)
{
	str after = w->like->after;
	size_t n = 0;

	if (!str_starts(text, w->head))
		return (str){ 0 };
	for (; n <= VERSION_BYTES && n < text.n; n++) {
		bool ends = after.n ? str_starts(str_from(text, n), after) : !is_word(text.p[n]);
		if (n && ends)
			break;
		if (!is_word(text.p[n]))
			return (str){ 0 };
	}
	if (n > VERSION_BYTES || n == text.n)
		return (str){ 0 };
	n = MIN(n, revision_at(str_upto(text, n)));
	while (n && !is_digit(text.p[n - 1]) && (text.p[n - 1] < 'A'))
		n--; /* "1.2." ends a sentence */
	text = str_upto(text, n);
	if (!is_version(text) || (w->head.n && is_alone(w->like) && dots(text) != 2))
		return (str){ 0 };
	return !w->like->has || str_chr(text, w->like->has) < text.n ? text : (str){ 0 };
}

/* The version that ends where the anchor at window[at] starts */
static str version_before(const struct window *p, size_t at, const struct wanted *w)
{
	size_t start = at;

	while (start && at - start < VERSION_BYTES && is_word(p->bytes[start - 1]))
		start--;
	start += start < at && p->bytes[start] == 'v';
	return version_at(str_from(window_view(p), start), w);
}

/* What is looked for: of a row's texts the one that is rarer than a version. A head alone is the
 * version's own start. */
static str anchor_of(const struct wanted *one, char *room, size_t room_bytes)
{
	str before = one->like->before, head = one->head;

	if (!before.n)
		return head.n ? head : one->like->after;
	if (!head.n || before.n + head.n > room_bytes)
		return before;
	memcpy(room, before.p, before.n);
	memcpy(room + before.n, head.p, head.n);
	return str_mem(room, before.n + head.n);
}

static str version_near(const struct window *p, size_t at, const struct wanted *one)
{
	str here = str_from(window_view(p), at);

	if (one->like->before.n)
		return version_at(str_from(here, one->like->before.n), one);
	if (!one->head.n)
		return version_before(p, at, one);
	return at && is_word(p->bytes[at - 1]) ? (str){ 0 } : version_at(here, one);
}

static str search(const struct window *p, const struct wanted *one, unsigned *hits)
{
	char room[64];
	str anchor = anchor_of(one, room, sizeof room);
	size_t at = 0;

	while (*hits < HITS_MAX && (at = window_find(p, anchor, at)) != SIZE_MAX) {
		str found = version_near(p, at, one);
		if (found.n)
			return found;
		++*hits;
		at++;
	}
	return (str){ 0 };
}

str wellknown_version(const struct window *p, const struct signature *s)
{
	unsigned hits = 0;
	return search(p, &(struct wanted){ s, s->head }, &hits);
}

static int add(const struct wellknown *w, const struct signature *s, str version,
               struct inventory *into, struct error *e)
{
	struct package p = {
		.type = PACKAGE_GENERIC,
		.name = str_c(s->name),
		.version = version,
		.path = w->p->f->path,
		.evidence = STR(WELLKNOWN_EVIDENCE),
		.offset = w->p->base + (uint64_t)(version.p - w->p->bytes),
	};
	return inventory_add(into, &p, e);
}

/* One version is enough of each name. */
static void forget(struct wellknown *w, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->wanted[i].like->name, name))
			w->wanted[kept++] = w->wanted[i];
	w->n = kept;
}

int wellknown_look(struct wellknown *w, struct inventory *into, struct error *e)
{
	for (size_t i = 0; i < w->n;) {
		const struct signature *s = w->wanted[i].like;
		str version = search(w->p, &w->wanted[i], &w->hits);
		if (!version.n) {
			i++;
			continue;
		}
		int r = add(w, s, version, into, e);
		if (r < 0)
			return r;
		forget(w, s->name);
		i = 0;
	}
	return !w->n || w->hits >= HITS_MAX;
}
