/* fuzz/pages.h — a reader of records over fuzzed database pages: every record inside the ceiling,
 * no more of them than the file has room for, a reason for each that is damaged, and an end. */
#pragma once
#include "format/blobs.h"
#include "mutate_pages.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { RECORD_BYTES = 1 << 16, SPOOL_BYTES = 1 << 20 };

typedef int open_records(struct spool *spool, struct blobs **out, struct error *e);

static inline void read_records(open_records *open, const uint8_t *data, size_t n)
{
	struct spool *spool = spool_new(-1, SPOOL_BYTES);
	struct stream *bytes = stream_mem(str_mem(data, n));
	struct blobs *blobs = NULL;
	struct blob blob;
	struct error e = { 0 };
	size_t count = 0, total = 0;
	int r = spool_fill(spool, bytes, &e);

	if (r >= 0)
		r = open(spool, &blobs, &e);
	while (r >= 0 && (r = blobs_next(blobs, &blob, &e)) > 0) {
		assert(blob.bytes.n <= RECORD_BYTES && (!blob.damaged || e.msg[0]));
		for (size_t i = 0; !blob.damaged && i < blob.bytes.n; i++) /* all can be read */
			total += (unsigned char)blob.bytes.p[i] ? 1 : 2;
		assert(++count <= n);
	}
	assert(r == 0 || e.msg[0]);
	assert(total <= 2 * n);
	blobs_free(blobs);
	stream_free(bytes);
	spool_free(spool);
}
