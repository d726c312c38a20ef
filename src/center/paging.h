/* center/paging.h — lists in pages that stay right while rows come and go: a cursor holds the sort
 * key of the last row given, never a count. Opaque text of letters, digits, '-', '_' and '.'; what
 * is not one of ours is ERR_USAGE. Any thread. */
#pragma once
#include "store/db.h"

enum { PAGE_MOST = 5000, PAGE_KEYS_MAX = 8 };

struct paging {
	size_t limit; /* rows; 0: 100, at most PAGE_MOST */
	str after;    /* the cursor that the page before gave; empty: the first page */
};

size_t page_limit(const struct paging *p);
/* The key's values as text, in `a`. INT, REAL, TEXT and NULL. */
str page_cursor(struct arena *a, const struct value *keys, size_t n);
/* 1 with exactly n keys whose kinds are those of `kinds` ("i" int, "t" text, "f" real, one letter
 * each; any may be NULL), 0 when p->after is empty, ERR_USAGE. Texts in `a`. */
int page_read(const struct paging *p, struct arena *a, const char *kinds, struct value *keys,
              struct error *e) must_use;
