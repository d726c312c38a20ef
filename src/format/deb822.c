#include "format/deb822.h"
#include "base/buf.h"
#include "format/lines.h"
#include <assert.h>

struct deb822 {
	struct lines *lines;
	const str *fields;
	size_t count, repeated;               /* this field counts as often as it is there */
	struct buf values[DEB822_FIELDS_MAX]; /* of the stanza that was given last */
};

struct deb822 *deb822_new(struct stream *from, const str *fields, size_t count)
{
	struct deb822 *d = calloc(1, sizeof *d);

	assert(count <= DEB822_FIELDS_MAX);
	if (!d)
		abort();
	*d = (struct deb822){ .lines = lines_new(from, DEB822_VALUE_BYTES),
		              .fields = fields,
		              .count = count,
		              .repeated = count };
	for (size_t i = 0; i < count; i++)
		d->values[i] = BUF(DEB822_VALUE_BYTES);
	return d;
}

void deb822_take_all(struct deb822 *d, size_t field)
{
	assert(field < d->count);
	d->repeated = field;
}

void deb822_free(struct deb822 *d)
{
	if (!d)
		return;
	lines_free(d->lines);
	for (size_t i = 0; i < d->count; i++)
		buf_done(&d->values[i]);
	free(d);
}

static void damaged(struct deb822_stanza *s, const struct line *l, const char *why)
{
	if (s->damage)
		return;
	s->damage = why;
	s->damage_at = l->offset;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t field_of(const struct deb822 *d, str name)
{
	for (size_t i = 0; i < d->count; i++)
		if (str_eq_nocase(d->fields[i], name))
			return i;
	return d->count;
}

/* Puts a line's text behind what the field has; what does not fit is damage. */
static void append(struct deb822 *d, struct deb822_stanza *s, size_t i, const struct line *l,
                   str text)
{
	struct buf *v = &d->values[i];

	text = str_trim(text);
	if (text.n && memchr(text.p, 0, text.n)) {
		damaged(s, l, "NUL byte in a field");
		return;
	}
	if (v->n)
		buf_addc(v, '\n');
	buf_add(v, text);
	if (l->cut || v->failed)
		damaged(s, l, "field longer than is read");
}

/* Returns the index of the field the line belongs to, d->count for one that was not asked for. */
static size_t take_line(struct deb822 *d, struct deb822_stanza *s, const struct line *l,
                        size_t current)
{
	size_t colon, i;

	if (is_blank(l->text.p[0])) {
		if (current < d->count)
			append(d, s, current, l, l->text);
		return current;
	}
	if (l->text.p[0] == '#')
		return current;
	colon = str_chr(l->text, ':');
	if (!colon || colon == l->text.n) {
		damaged(s, l, colon ? "line without a colon" : "field without a name");
		return d->count;
	}
	i = field_of(d, str_trim(str_upto(l->text, colon)));
	if (i == d->count ||
	    (d->values[i].n &&
	     i != d->repeated)) /* of a field that is there twice the first counts */
		return d->count;
	append(d, s, i, l, str_from(l->text, colon + 1));
	return i;
}

int deb822_next(struct deb822 *d, struct deb822_stanza *out, struct error *e)
{
	struct deb822_stanza s = { 0 };
	size_t current = d->count;
	bool begun = false;
	struct line l;
	int r;

	for (size_t i = 0; i < d->count; i++)
		buf_clear(&d->values[i]);
	while ((r = lines_next(d->lines, &l, e)) > 0) {
		if (!l.text.n && begun)
			break;
		if (!l.text.n)
			continue;
		if (!begun)
			s.offset = l.offset;
		begun = true;
		current = take_line(d, &s, &l, current);
	}
	if (r < 0 || !begun)
		return r;
	for (size_t i = 0; i < d->count; i++)
		s.values[i] = buf_view(&d->values[i]);
	*out = s;
	return 1;
}
