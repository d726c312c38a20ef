/* oci/tarhead.h — the blocks before a member's content: a ustar header (POSIX.1-1988), with a pax
 * header in front where a name or size does not fit. No I/O, any thread. */
#pragma once
#include "base/buf.h"

struct tarhead {
	char type; /* '0' file, '1' hard link, '2' symbolic link, '5' folder, '6' pipe */
	str path, link;
	unsigned mode;
	uint64_t size_bytes;
	int64_t mtime;
};

enum { TAR_BLOCK = 512 };

void tarhead_write(struct buf *out, const struct tarhead *h);
void tarhead_end(struct buf *out); /* the two zero blocks that end an archive */
