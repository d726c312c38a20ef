/* fuzz/mutate_tar.h — tar archives (POSIX.1-1988 ustar, pax, GNU): fields of heads with the
 * checksum made right again, members that come twice, go, or get an extended head in front. */
#pragma once
#include "mutate.h"
#include <stdio.h>

enum { BLOCK_BYTES = 512 };

static inline void tar_checksum(uint8_t *head)
{
	unsigned sum = 0;

	memset(head + 148, ' ', 8);
	for (unsigned i = 0; i < BLOCK_BYTES; i++)
		sum += head[i];
	snprintf((char *)head + 148, 7, "%06o", sum & 0777777);
}

/* A block that is a head, or the first */
static inline size_t tar_head(const struct subject *s, struct dice *d)
{
	size_t at = find_mark(s, d, "ustar", 5);
	return at < s->n && at >= 257 && at - 257 + BLOCK_BYTES <= s->n ? at - 257 : 0;
}

static inline size_t tar_size(const struct subject *s, size_t at)
{
	size_t size = 0;

	for (size_t i = at + 124; i < at + 135; i++)
		if (s->p[i] >= '0' && s->p[i] <= '7')
			size = size * 8 + s->p[i] - '0';
	size = BLOCK_BYTES + (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	return MIN(size, s->n - at);
}

static inline void tar_field(struct subject *s, struct dice *d, size_t at)
{
	static const struct {
		uint16_t at, n;
	} fields[] = { { 0, 100 },   { 100, 8 }, { 124, 12 },  { 124, 12 }, { 156, 1 }, { 156, 1 },
		       { 157, 100 }, { 257, 8 }, { 345, 155 }, { 386, 97 }, { 482, 13 } };
	static const char kinds[] = "01234567LKSxgXVMDN";
	uint8_t *head = s->p + at;
	uint32_t pick = roll(d, LEN(fields));
	char text[32];

	if (fields[pick].n == 1) {
		head[156] = (uint8_t)kinds[roll(d, sizeof kinds)];
	} else if (fields[pick].n == 12 && roll(d, 2)) {
		snprintf(text, sizeof text, "%011llo",
		         (unsigned long long)wild_number(d, s) & 077777777777);
		memcpy(head + 124, text, 12);
	} else if (fields[pick].n == 12) {
		head[124] = roll(d, 2) ? 0x80 : 0xff;
		memset(head + 125, 0, 3);
		put_number(s, at + 128, 8, true, wild_number(d, s));
	} else {
		static const char *const names[] = { "etc/os-release", "var/lib/dpkg/status",
			                             ".wh..wh..opq",   "../a",
			                             "a/.wh.b",        "usr/lib/rpm/rpmdb.sqlite",
			                             "a/package.json", "./a.jar" };
		const char *name = names[roll(d, LEN(names))];
		size_t n = MIN(strlen(name) + 1, fields[pick].n);
		if (roll(d, 2))
			memcpy(head + fields[pick].at, name, n);
		else
			head[fields[pick].at + roll(d, fields[pick].n)] = (uint8_t)roll(d, 256);
	}
}

/* A pax or GNU extended head in front of a member */
static inline void tar_extend(struct subject *s, struct dice *d, size_t at)
{
	static const char *const keys[] = { "path",
		                            "linkpath",
		                            "size",
		                            "GNU.sparse.size",
		                            "GNU.sparse.map",
		                            "GNU.sparse.major",
		                            "GNU.sparse.name",
		                            "mtime" };
	static const char *const values[] = { "0",  "1", "a/package.json", "99999999999999999999",
		                              "-1", "",  "1,2,3,4" };
	uint8_t blocks[2 * BLOCK_BYTES] = { 0 };
	char record[128];
	uint8_t *body = blocks + BLOCK_BYTES;
	size_t n = (size_t)snprintf(record, sizeof record, " %s=%s\n", keys[roll(d, LEN(keys))],
	                            values[roll(d, LEN(values))]);

	n = (size_t)snprintf((char *)body, BLOCK_BYTES, "%zu%s", roll(d, 6) ? n + 2 : roll(d, 300),
	                     record);
	memcpy(blocks, "pax", 4);
	memcpy(blocks + 100, "0000644", 8);
	snprintf((char *)blocks + 124, 12, "%011zo", n);
	memcpy(blocks + 257, "ustar\00000", 8);
	blocks[156] = (uint8_t) "xgLK"[roll(d, 4)];
	tar_checksum(blocks);
	insert_bytes(s, at, blocks, sizeof blocks);
}

static inline void mutate_tar(struct subject *s, struct dice *d)
{
	size_t at = tar_head(s, d);

	if (s->n < BLOCK_BYTES)
		return;
	switch (roll(d, 8)) {
	case 0:
		copy_bytes(s, at, tar_size(s, at), tar_head(s, d));
		break;
	case 1:
		remove_bytes(s, at, tar_size(s, at));
		break;
	case 2:
		tar_extend(s, d, at);
		break;
	case 3:
		s->p[at + BLOCK_BYTES < s->n ? at + roll(d, MIN(s->n - at, 1024u)) : 0] ^=
		        (uint8_t)(1u << roll(d, 8));
		break;
	default:
		tar_field(s, d, at);
		tar_checksum(s->p + at);
	}
}
