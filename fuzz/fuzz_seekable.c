/* fuzz/fuzz_seekable.c — the two workers of seekable layers. 't': the rest is the table's JSON, and
 * the parent takes the answer. 'p': the rest are pieces, each with how long it is and how much of
 * what it inflates to is wanted; never more than that comes out. */
#include "base/cursor.h"
#include "mutate_json.h"
#include "scan/answers.h"
#include "scan/worker.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { HEAD_BYTES = 16, BLOB_END = 100000 };

static void read_table(str json)
{
	struct buf in cleanup(buf_done) = BUF(MIB(4));
	struct sink out = SINK(-1);
	struct arena a cleanup(arena_done) = ARENA(MIB(64));
	struct toc toc = { .arena = &a };
	struct error e = { 0 };
	autofree struct taker *t = malloc(sizeof *t);

	assert(t);
	worker_request_write(&in, (struct wanted_list){ 0 });
	buf_u64(&in, BLOB_END);
	buf_add(&in, json);
	assert(worker_read("table", stream_mem(buf_view(&in)), NULL, &out, &e) == 0);
	struct stream *back = stream_mem(buf_view(&out.bytes));
	*t = TAKER(back, &a);
	assert(answers_table(t, &toc, &e) == 0 || (e.code != ERR_CRASH && e.msg[0]));
	stream_free(back);
	buf_done(&out.bytes);
}

/* What the heads ask for at most; SIZE_MAX: one wants all */
static size_t wanted_bytes(str pieces)
{
	struct cursor c = CURSOR("pieces", pieces.p, pieces.n);
	size_t sum = 0;

	while (cur_left(&c) >= HEAD_BYTES) {
		uint64_t stored = cur_le64(&c), wanted = cur_le64(&c);
		if (wanted > SIZE_MAX - sum)
			return SIZE_MAX;
		sum += wanted;
		cur_bytes(&c, (size_t)MIN(stored, (uint64_t)cur_left(&c)));
	}
	return sum;
}

static void read_pieces(str pieces)
{
	struct buf in cleanup(buf_done) = BUF(MIB(4));
	struct sink out = SINK(-1);
	struct error e = { 0 };

	out.bytes.max_bytes = MIB(1);
	worker_request_write(&in, (struct wanted_list){ 0 });
	buf_add(&in, pieces);
	int r = worker_read("inflate", stream_mem(buf_view(&in)), NULL, &out, &e);
	assert(r == 0 || e.msg[0]);
	assert(out.bytes.n <= wanted_bytes(pieces));
	buf_done(&out.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n && data[0] == 't')
		read_table(str_mem(data + 1, n - 1));
	else if (n)
		read_pieces(str_mem(data + 1, n - 1));
	return 0;
}

static void mutate_pieces(struct subject *s, struct dice *d)
{
	size_t at = 0, piece = roll(d, 4), left = 0;

	while (piece-- && at + HEAD_BYTES < s->n) { /* along the heads */
		left = s->p[at] | (size_t)s->p[at + 1] << 8;
		at += HEAD_BYTES + left;
	}
	switch (roll(d, 5)) {
	case 0:
		put_number(s, at, 8, false,
		           roll(d, 64) ? left + roll(d, 3) - 1 : wild_number(d, s));
		break;
	case 1:
		put_number(s, at + 8, 8, false, roll(d, 4) ? roll(d, 300) : UINT64_MAX);
		break;
	case 2:
		copy_bytes(s, 0, MIN(at, s->n), s->n);
		break;
	default:
		put_number(s, at + HEAD_BYTES + roll(d, left + 8), 1, false, roll(d, 256));
	}
}

static void mutate_seekable(struct subject *s, struct dice *d)
{
	struct subject rest = { s->p + 1, s->n - 1, s->max - 1 };

	if (!rest.n)
		return;
	if (s->p[0] == 't')
		mutate_json(&rest, d);
	else
		mutate_pieces(&rest, d);
	s->n = rest.n + 1;
}

MUTATOR(mutate_seekable)
