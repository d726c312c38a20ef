#include "stream/squeeze.h"
#include <zstd.h>

enum {
	LEVEL = 1
}; /* records of a layer: higher ones save little and cost as much as reading them */

void squeeze(str bytes, struct buf *out)
{
	size_t bound = ZSTD_compressBound(bytes.n);
	char *room = buf_room(out, bound);
	size_t n = room ? ZSTD_compress(room, bound, bytes.p, bytes.n, LEVEL) : 0;

	if (!room || ZSTD_isError(n))
		out->failed = true;
	else
		buf_grown(out, n);
}
