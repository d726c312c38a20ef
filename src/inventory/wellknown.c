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
	return is_version(str_upto(text, n)) ? str_upto(text, n) : (str){ 0 };
}

/* The version behind an anchor that ends at window[at] */
static str version_behind(const struct window *p, size_t at, const struct wanted *w)
{
	for (unsigned i = 0; i <= w->like->gap && at + i < p->n; i++) {
		str found = { 0 };
		if (!i || !is_word(p->bytes[at + i - 1]))
			found = version_at(str_from(window_view(p), at + i), w);
		if (found.n)
			return found;
	}
	return (str){ 0 };
}

/* The version that ends where the anchor at window[at] starts */
static str version_before(const struct window *p, size_t at, const struct wanted *w)
{
	size_t start = at;

	while (start && at - start < VERSION_BYTES && is_word(p->bytes[start - 1]))
		start--;
	return version_at(str_from(window_view(p), start), w);
}

static str search(struct wellknown *w, const struct wanted *one)
{
	bool behind = one->like->before.n > 0;
	str anchor = behind ? one->like->before : one->like->after, found;
	str head = behind && !one->like->gap ? one->head : (str){ 0 };
	char text[64];
	size_t at = 0;

	/* the anchor with the version's head is rarer than the anchor */
	if (head.n && anchor.n + head.n <= sizeof text) {
		memcpy(text, anchor.p, anchor.n);
		memcpy(text + anchor.n, head.p, head.n);
		anchor = str_mem(text, anchor.n + head.n);
	}
	while (w->hits < HITS_MAX && (at = window_find(w->p, anchor, at)) != SIZE_MAX) {
		found = behind ? version_behind(w->p, at + one->like->before.n, one)
		               : version_before(w->p, at, one);
		if (found.n)
			return found;
		w->hits++;
		at++;
	}
	return (str){ 0 };
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
		str version = search(w, &w->wanted[i]);
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
