/* fuzz/mutate_rpm.h — rpm headers, alone or inside a database: the counts in front, an entry's tag,
 * type, offset and count (big-endian), entries in another order. */
#pragma once
#include "mutate.h"

/* An index entry: its tag is of a package's (1000 … 1099, 5096) and its type below 10 */
static inline size_t rpm_entry(const struct subject *s, struct dice *d)
{
	size_t begin = s->n > 16 ? roll(d, s->n - 15) : 0;

	for (size_t i = 0; s->n >= 16 && i < s->n - 15; i++) {
		size_t at = (begin + i) % (s->n - 15);
		const uint8_t *p = s->p + at;
		if (!p[0] && !p[1] && ((p[2] == 3 && p[3] >= 0xe8) || p[2] == 4 || p[2] == 0x13) &&
		    !p[4] && !p[5] && !p[6] && p[7] < 10)
			return at;
	}
	return s->n;
}

static inline void mutate_rpm(struct subject *s, struct dice *d)
{
	static const uint16_t tags[] = { 61,   62,   63,   100,  1000, 1001, 1002, 1003,
		                         1011, 1014, 1022, 1044, 5096, 1117, 1118, 1116 };
	size_t at = rpm_entry(s, d), other = rpm_entry(s, d);
	uint8_t entry[16];

	if (at == s->n || other == s->n)
		return;
	switch (roll(d, 7)) {
	case 0:
		put_number(s, at, 4, true, tags[roll(d, LEN(tags))]);
		break;
	case 1:
		put_number(s, at + 4, 4, true, roll(d, 12));
		break;
	case 2:
		put_number(s, at + 8, 4, true, wild_number(d, s));
		break;
	case 3:
		put_number(s, at + 12, 4, true, wild_number(d, s));
		break;
	case 4:
		memcpy(entry, s->p + at, sizeof entry);
		memmove(s->p + at, s->p + other, sizeof entry);
		memcpy(s->p + other, entry, sizeof entry);
		break;
	case 5:
		copy_bytes(s, at, 16, other);
		break;
	default: /* the two counts before the first entry */
		if (at >= 8)
			put_number(s, at - (roll(d, 2) ? 8 : 4), 4, true,
			           roll(d, 2) ? roll(d, 64) : wild_number(d, s));
	}
}
