#include "vulndb/bundleworker.h"
#include "stream/stream.h"
#include "sys/jail.h"
#include "sys/proc.h"
#include "vulndb/bundle.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum {
	BUNDLE_MEMORY_BYTES = 512 << 20, /* a block, and zstd's window */
	BUNDLE_CPU_S = 600,
	HEAD_BYTES = BUNDLE_MAGIC_BYTES + 4,
	MESSAGE_BYTES = 1000,
};

/* Why the worker gave up */
static int told_error(struct stream *s, struct error *e)
{
	char text[1 + MESSAGE_BYTES];
	ssize_t n = stream_read_full(s, text, sizeof text, e);
	if (n < 0)
		return (int)n;
	return error_told(e, n ? (unsigned char)text[0] : 0, text + 1, n ? (size_t)n - 1 : 0);
}

int bundle_next_block(struct stream *s, struct buf *block, struct error *e)
{
	unsigned char size[4];
	ssize_t n = stream_read_full(s, size, sizeof size, e);
	if (n < 0)
		return (int)n;
	struct cursor c = CURSOR("bundle", size, (size_t)n);
	uint32_t length = cur_le32(&c);
	if (cur_bad(&c))
		return error_set(e, ERR_FORMAT, "the rows are cut off");
	if (length == BUNDLE_BLOCK_ERROR)
		return told_error(s, e);
	buf_clear(block);
	char *room = length ? buf_room(block, length) : NULL;
	if (!room)
		return length ? error_set(e, ERR_FORMAT, "a block of %u bytes", length) : 0;
	if ((n = stream_read_full(s, room, length, e)) < 0)
		return (int)n;
	if ((size_t)n < length)
		return error_set(e, ERR_FORMAT, "the rows are cut off");
	buf_grown(block, length);
	return 1;
}

static int put(str bytes, struct error *e)
{
	while (bytes.n) {
		ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, errno, "write rows");
		bytes = str_from(bytes, (size_t)n);
	}
	return 0;
}

static int put_u32(uint32_t v, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(16);
	buf_u32(&b, v);
	return put(buf_view(&b), e);
}

/* The manifest, as the parent wrote it */
static int read_head(struct arena *a, struct bundle_head *h, struct error *e)
{
	struct stream *s cleanup(stream_cleanup) = stream_fd(STDIN_FILENO, false);
	struct buf b cleanup(buf_done) = BUF(HEAD_BYTES + BUNDLE_MANIFEST_BYTES);
	char *room = buf_room(&b, HEAD_BYTES + BUNDLE_MANIFEST_BYTES);
	ssize_t n = stream_read_full(s, room, HEAD_BYTES + BUNDLE_MANIFEST_BYTES, e);
	if (n < 0)
		return (int)n;
	return bundle_parse_head(str_from(str_mem(room, (size_t)n), HEAD_BYTES), a, h, e);
}

static int put_blocks(struct stream *s, struct error *e)
{
	struct buf block cleanup(buf_done) = BUF(BUNDLE_BLOCK_MAX);
	int r;
	while ((r = bundle_next_block(s, &block, e)) == 1)
		if ((r = put_u32((uint32_t)block.n, e)) < 0 || (r = put(buf_view(&block), e)) < 0)
			return r;
	r = r < 0 ? r : stream_drain(s, e); /* the parts behind are looked at too */
	return r < 0 ? r : put_u32(0, e);
}

static int run(struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(8 << 20);
	struct bundle_head h = { 0 };
	int r = read_head(&a, &h, e);
	if (r < 0)
		return r;
	struct stream *s cleanup(stream_cleanup) =
	        stream_inflate(bundle_payload(3, &h), h.inflated_bytes);
	return put_blocks(s, e);
}

int bundleworker_main(void)
{
	static const struct jail jail = { .memory_bytes = BUNDLE_MEMORY_BYTES,
		                          .cpu_s = BUNDLE_CPU_S,
		                          .keep_fd = 3 };
	struct error e = { 0 }, ignored = { 0 };
	if (jail_enter(&jail, &e) < 0)
		return error_exit_status(e.code);
	int r = run(&e);
	if (r >= 0)
		return 0;
	struct buf b cleanup(buf_done) = BUF(2048);
	buf_u32(&b, BUNDLE_BLOCK_ERROR);
	buf_u8(&b, (uint8_t)-e.code);
	buf_add(&b, str_upto(str_c(e.msg), MESSAGE_BYTES));
	if (put(buf_view(&b), &ignored) < 0) /* nobody listens any more: that is fine too */
		return 1;
	return 0;
}

int bundleworker_start(int fd, const struct bundle_head *h, struct proc *p, struct error *e)
{
	struct buf head cleanup(buf_done) = BUF(HEAD_BYTES + BUNDLE_MANIFEST_BYTES);
	bundle_put_head(&head, h);
	int r = proc_start_worker("bundle", fd, p, e);
	r = r < 0 ? r : proc_write(p, head.p, head.n, e);
	proc_close_in(p);
	return r;
}
