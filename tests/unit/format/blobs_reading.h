/* tests/unit/format/blobs_reading.h — a database in memory, opened by one of the back ends. */
#pragma once
#include "../test.h"
#include "format/blobs.h"
#include "stream/spool.h"

typedef int blobs_opener(struct spool *from, size_t max_bytes, struct blobs **out, struct error *e);

struct reading {
	struct spool *spool;
	struct blobs *blobs;
	struct blob blob;
	struct error e;
	int result;
};

static inline void reading_done(struct reading *r)
{
	blobs_free(r->blobs);
	spool_free(r->spool);
}

static inline void open_bytes(struct reading *r, blobs_opener *open, str bytes, size_t max_bytes)
{
	struct stream *s = stream_mem(bytes);

	*r = (struct reading){ .spool = spool_new(-1, 1 << 24) };
	EXPECT_OK(spool_fill(r->spool, s, &r->e), &r->e);
	r->result = open(r->spool, max_bytes, &r->blobs, &r->e);
	stream_free(s);
}

/* the next record: 1, 0 at the end, below 0; kept in r->blob */
static inline int step(struct reading *r)
{
	r->e.msg[0] = '\0';
	return r->result = blobs_next(r->blobs, &r->blob, &r->e);
}
