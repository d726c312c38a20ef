/* fuzz/fuzz_feed.c — a whole feed through its reader: the first byte says of what kind it is ('a'
 * and on), the rest are the publisher's bytes. The frames are whole, each is one that the other
 * side takes, and the last is the end or an error with a reason. */
#include "mutate_json.h"
#include "mutate_tar.h"
#include "mutate_zip.h"
#include "stream/stream.h"
#include "vulndb/facts.h"
#include "vulndb/feedworker.h"
#include "vulndb/record.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct taken {
	int last; /* kind of the last frame, -1 at first */
	struct arena a;
};

static void take_frame(struct taken *t, str frame)
{
	struct cursor c = CURSOR("frame", frame.p, frame.n);
	struct advisory record = { 0 };
	struct error e = { 0 };

	assert(frame.n && t->last != FRAME_END && t->last != FRAME_ERROR);
	t->last = cur_u8(&c);
	if (t->last == FRAME_ADVISORY) {
		assert(record_get_advisory(&c, &t->a, &record, &e) == 0);
		assert(!cur_left(&c));
	} else if (t->last == FRAME_FACT) {
		str key = cur_str(&c), value = cur_str(&c);
		assert(!cur_bad(&c) && facts_check(key, value));
	} else if (t->last == FRAME_NOTE) {
		assert(frame.n > 1);
	} else if (t->last == FRAME_ERROR) {
		assert(frame.n > 2);
	}
	arena_reset(&t->a);
}

static int take_frames(void *ctx, str frames, struct error *e)
{
	(void)e;
	while (frames.n) {
		struct cursor c = CURSOR("frames", frames.p, frames.n);
		uint32_t n = cur_le32(&c);
		assert(!cur_bad(&c) && n <= cur_left(&c));
		take_frame(ctx, str_upto(str_from(frames, 4), n));
		frames = str_from(frames, 4 + (size_t)n);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct taken t = { -1, ARENA(64u << 20) };
	struct error e = { 0 };

	if (!n)
		return 0;
	struct stream *in = stream_mem(str_mem(data + 1, n - 1));
	int r = feedworker_run((enum feed_kind)((uint8_t)(data[0] - 'a') % FEED_KIND_COUNT), in,
	                       take_frames, &t, &e);
	assert(r < 0 ? t.last == FRAME_ERROR && e.msg[0] : t.last == FRAME_END);
	stream_free(in);
	arena_done(&t.a);
	return 0;
}

static void mutate_feed(struct subject *s, struct dice *d)
{
	struct subject rest = { s->p + 1, s->n - 1, s->max - 1 };

	if (!roll(d, 60))
		s->p[0] = (uint8_t)('a' + roll(d, FEED_KIND_COUNT));
	if (!rest.n)
		return;
	if (s->p[0] == 'a' + FEED_OSV_ZIP || s->p[0] == 'a' + FEED_CVE_ZIP)
		mutate_zip(&rest, d);
	else if ((s->p[0] == 'a' + FEED_CVE_TAR || s->p[0] == 'a' + FEED_CSAF_TAR) && roll(d, 2))
		mutate_tar(&rest, d);
	else
		mutate_json(&rest, d);
	s->n = rest.n + 1;
}

MUTATOR(mutate_feed)
