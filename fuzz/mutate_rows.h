/* fuzz/mutate_rows.h — rows of a database as they travel: a row moves, comes twice or goes; a key
 * or a value changes and its length with it; a value gets another row's key. */
#pragma once
#include "mutate.h"
#include "vulndb/record.h"

enum { ROWS = 200, ROW_EDIT = 24 };

struct row {
	uint8_t table;
	str part[2]; /* key, value */
};

static inline size_t rows_split(str bytes, struct row rows[ROWS])
{
	struct cursor c = CURSOR("rows", bytes.p, bytes.n);
	size_t n = 0;

	while (n < ROWS && cur_left(&c)) {
		struct row r = { .table = cur_u8(&c) };
		r.part[0] = record_get_str(&c);
		r.part[1] = record_get_str(&c);
		if (cur_bad(&c))
			break;
		rows[n++] = r;
	}
	return n;
}

/* Some bytes of it replaced by as many wild ones, or by none */
static inline void row_edit(struct buf *out, str part, struct dice *d)
{
	static const uint8_t wild[] = { 0, 1, 2, 0x7f, 0x80, 0xff, 'a', '0' };
	size_t at = roll(d, part.n + 1), cut = roll(d, 4) ? roll(d, 3) : roll(d, ROW_EDIT);
	size_t more = roll(d, 3) ? cut : roll(d, ROW_EDIT);

	buf_add(out, str_upto(part, at));
	while (more--)
		buf_addc(out, (char)(roll(d, 3) ? wild[roll(d, sizeof wild)] : roll(d, 256)));
	buf_add(out, str_from(part, at + cut));
}

static inline void rows_put(struct buf *out, const struct row *r)
{
	buf_u8(out, r->table);
	record_put_str(out, r->part[0]);
	record_put_str(out, r->part[1]);
}

static inline void mutate_rows(struct subject *s, struct dice *d)
{
	struct buf out cleanup(buf_done) = BUF(1 << 20), edited cleanup(buf_done) = BUF(1 << 20);
	struct row rows[ROWS];
	size_t n = rows_split(str_mem(s->p, s->n), rows);

	if (!n)
		return;
	struct row *r = &rows[roll(d, n)], was = *r;
	const struct row *other = &rows[roll(d, n)];
	size_t which = !roll(d, 4) ? 0 : 1, what = roll(d, 12);
	if (what == 0)
		r->table = (uint8_t)roll(d, 7);
	else if (what == 1)
		r->part[which] = other->part[which];
	else if (what > 3)
		row_edit(&edited, r->part[which], d);
	if (what > 3)
		r->part[which] = buf_view(&edited);
	for (size_t i = 0; i < n; i++) {
		if (what != 2 || &rows[i] != r)
			rows_put(&out, &rows[i]);
		if (what == 3 && &rows[i] == other)
			rows_put(&out, &was);
	}
	if (out.failed || !out.n || out.n > s->max)
		return;
	memcpy(s->p, out.p, out.n);
	s->n = out.n;
}
