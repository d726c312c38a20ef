/* fuzz/mutate_zip.h — zip archives (APPNOTE 4.3): fields of local heads, of the central directory,
 * of its end and its zip64 end; entries that come twice or go. */
#pragma once
#include "mutate.h"

struct zip_field {
	char mark[5];
	uint8_t at, width;
};

static const struct zip_field zip_fields[] = {
	{ "PK\3\4", 4, 2 },  { "PK\3\4", 6, 2 },  { "PK\3\4", 8, 2 },  { "PK\3\4", 14, 4 },
	{ "PK\3\4", 18, 4 }, { "PK\3\4", 22, 4 }, { "PK\3\4", 26, 2 }, { "PK\3\4", 28, 2 },
	{ "PK\1\2", 8, 2 },  { "PK\1\2", 10, 2 }, { "PK\1\2", 20, 4 }, { "PK\1\2", 24, 4 },
	{ "PK\1\2", 28, 2 }, { "PK\1\2", 30, 2 }, { "PK\1\2", 32, 2 }, { "PK\1\2", 42, 4 },
	{ "PK\5\6", 4, 2 },  { "PK\5\6", 8, 2 },  { "PK\5\6", 10, 2 }, { "PK\5\6", 12, 4 },
	{ "PK\5\6", 16, 4 }, { "PK\5\6", 20, 2 }, { "PK\6\6", 4, 8 },  { "PK\6\6", 24, 8 },
	{ "PK\6\6", 32, 8 }, { "PK\6\6", 40, 8 }, { "PK\6\6", 48, 8 }, { "PK\6\7", 8, 8 },
	{ "PK\7\10", 8, 4 },
};

/* From one signature to the next, so an entry more or less goes whole */
static inline size_t zip_entry_end(const struct subject *s, size_t at)
{
	for (size_t i = at + 4; i + 4 <= s->n; i++)
		if (s->p[i] == 'P' && s->p[i + 1] == 'K' && s->p[i + 2] < 8)
			return i;
	return s->n;
}

static inline void mutate_zip(struct subject *s, struct dice *d)
{
	static const uint8_t zip64[20] = { 1,    0,    16,   0,    0xff, 0xff, 0xff,
		                           0xff, 0xff, 0xff, 0xff, 0xff, 1 };
	const struct zip_field *f = &zip_fields[roll(d, LEN(zip_fields))];
	size_t at = find_mark(s, d, f->mark, 4), end;

	if (at == s->n)
		return;
	end = zip_entry_end(s, at);
	switch (roll(d, 8)) {
	case 0:
		copy_bytes(s, at, end - at, find_mark(s, d, "PK", 2));
		break;
	case 1:
		remove_bytes(s, at, end - at);
		break;
	case 2: /* an extra field that says more */
		if (f->mark[2] == 3 && at + 30 <= s->n) {
			size_t name = s->p[at + 26] | (size_t)s->p[at + 27] << 8;
			insert_bytes(s, at + 30 + name, zip64, sizeof zip64);
			put_number(s, at + 28, 2, false, sizeof zip64);
			put_number(s, at + 18, 8, false, UINT64_MAX);
		}
		break;
	default:
		put_number(s, at + f->at, f->width, false, wild_number(d, s));
	}
}
