/* base/str.h — text as a view: pointer and length, borrowed, not NUL-terminated, any bytes.
 * The one typedef of the house. No allocation, no failure, any thread. */
#pragma once
#include "base/num.h"
#include <string.h>

typedef struct str {
	const char *p; /* may be NULL when n is 0 */
	size_t n;
} str;

#define STR(literal) ((str){ (literal), sizeof(literal) - 1 })
#define STR_INIT(literal) { (literal), sizeof(literal) - 1 } /* in static tables */
#define STR_FMT(s) (int)MIN((s).n, (size_t)INT32_MAX), (s).n ? (s).p : "" /* for "%.*s" */

static inline str str_c(const char *z) /* NULL is the empty str */
{
	return (str){ z, z ? strlen(z) : 0 };
}

static inline str str_mem(const void *p, size_t n)
{
	return (str){ p, n };
}

static inline bool str_eq(str a, str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

int str_cmp(str a, str b); /* bytewise, shorter first: below 0, 0, above 0 */
int str_casecmp(str a, str b); /* the same with ASCII case folded */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_eq_nocase(str a, str b); /* ASCII */
size_t str_find(str s, str needle);  /* offset, or s.n when absent */
size_t str_chr(str s, char c);       /* first offset, or s.n */
size_t str_rchr(str s, char c);      /* last offset, or s.n */
str str_from(str s, size_t offset);  /* tail; empty past the end */
str str_upto(str s, size_t n);       /* head of at most n bytes */
str str_trim(str s);                 /* ASCII white space off both ends */

/* Cut the next piece before `sep` off *rest into *piece. False when *rest is used up; "a,,b" has
 * three pieces, "" none, and a separator at the very end adds no empty piece. */
bool str_split(str *rest, char sep, str *piece);
/* One line without its \n (or \r\n); false at the end. */
bool str_line(str *rest, str *line);

str str_base(str path); /* after the last '/': "a/b" is "b" */
str str_dir(str path);  /* before the last '/': "a/b" is "a", "b" is "" */

/* Whole string as unsigned decimal; false (out untouched) on anything else or overflow. */
bool str_u64(str s, uint64_t *out);
uint64_t str_hash(str s); /* FNV-1a with a final mix; the same in every process and run */
/* The same byte by byte, for the hashes of all folders of a path in one pass. */
#define STR_HASH_START 0xcbf29ce484222325u
static inline uint64_t str_hash_byte(uint64_t h, char c)
{
	return (h ^ (unsigned char)c) * 0x100000001b3u;
}
uint64_t str_hash_end(uint64_t h);
