/* fuzz/mutate_pages.h — databases of pages: SQLite (fileformat2.html 1.3, 1.6), rpm's ndb, Berkeley
 * DB, bolt. Numbers in the heads of file and pages, cells and links between pages, pages in other
 * places. */
#pragma once
#include "mutate_rpm.h"

static inline void mutate_pages(struct subject *s, struct dice *d)
{
	static const uint16_t sizes[] = { 512, 512, 1024, 4096, 16 };
	size_t page = sizes[roll(d, LEN(sizes))], pages = s->n / page;
	size_t at = roll(d, pages + 1) * page, other = roll(d, pages + 1) * page;
	unsigned width = 1u << roll(d, 3);

	if (s->n < 64)
		return;
	switch (roll(d, 8)) {
	case 0:
		if (at + page <= s->n && other + page <= s->n)
			memmove(s->p + at, s->p + other, page);
		break;
	case 1:
		copy_bytes(s, at, MIN(page, s->n - MIN(at, s->n)), other);
		break;
	case 2:
		remove_bytes(s, at, page);
		break;
	case 3:
		mutate_rpm(s, d);
		break;
	case 4: /* of the file's own head */
		put_number(s, roll(d, 100), width, roll(d, 2), wild_number(d, s));
		break;
	case 5: /* a small number: counts, links, kinds of pages */
		put_number(s, at + roll(d, 40), width, roll(d, 2), roll(d, 20));
		break;
	default:
		put_number(s, at + roll(d, 64), width, roll(d, 2), wild_number(d, s));
	}
}
