/* stream/inflate.c — gzip (RFC 1952) by ISA-L, zstd (RFC 8878) by libzstd, or the bytes as they
 * are. Hosts both libraries. The kind is told by the first bytes: media types lie, and a layer that
 * calls itself gzip but is plain is read by every runtime. */
#include "stream/stream.h"
#include "base/attr.h"
#include <assert.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
	IN_BYTES = 1 << 17,
	SNIFF_BYTES = 4,
	/* 32 MiB: what zstd -20 needs; a larger window would break the scan's memory bound */
	ZSTD_WINDOW_LOG_MAX = 25,
	ZSTD_WINDOW_LOG_WIDE = 27,
};

enum kind { UNKNOWN, PLAIN, GZIP, ZSTD };

struct inflate_stream {
	struct stream s, *below;
	enum kind kind;
	uint64_t max;
	int window_log;
	uint8_t *in;
	size_t at, n; /* unread part of in */
	bool below_ended;
	bool frame_open; /* inside a gzip member or a zstd frame */
	struct inflate_state *gzip;
	ZSTD_DStream *zstd;
};

/* More input into an empty buffer: 1, 0 at the end, below 0 */
static int fill(struct inflate_stream *z, struct error *e)
{
	ssize_t got;

	if (z->at < z->n)
		return 1;
	if (z->below_ended)
		return 0;
	got = stream_read(z->below, z->in, IN_BYTES, e);
	if (got < 0)
		return (int)got;
	z->at = 0;
	z->n = (size_t)got;
	z->below_ended = !got;
	return got > 0;
}

static int sniff(struct inflate_stream *z, struct error *e)
{
	ssize_t got = stream_read_full(z->below, z->in, SNIFF_BYTES, e);

	if (got < 0)
		return (int)got;
	z->n = (size_t)got;
	z->below_ended = got < SNIFF_BYTES;
	if (got >= 2 && z->in[0] == 0x1f && z->in[1] == 0x8b)
		z->kind = GZIP;
	else if (got == 4 && !memcmp(z->in, "\x28\xb5\x2f\xfd", 4))
		z->kind = ZSTD;
	else if (got == 4 && z->in[0] >= 0x50 && z->in[0] <= 0x5f &&
	         !memcmp(z->in + 1, "\x2a\x4d\x18", 3))
		z->kind = ZSTD; /* a skippable frame comes first */
	else
		z->kind = PLAIN;
	return 0;
}

static int open_gzip_member(struct inflate_stream *z)
{
	if (!z->gzip) {
		z->gzip = malloc(sizeof *z->gzip);
		assert(z->gzip);
		isal_inflate_init(z->gzip);
	} else {
		isal_inflate_reset(z->gzip);
	}
	z->gzip->crc_flag = ISAL_GZIP; /* header and trailer are read and checked by the library */
	z->frame_open = true;
	return 0;
}

/* Between members: another one, zero padding (ignored as gzip(1) does), or the end */
static int next_member(struct inflate_stream *z, struct error *e)
{
	for (;;) {
		int r = fill(z, e);
		if (r <= 0)
			return r;
		if (z->in[z->at] == 0x1f)
			return open_gzip_member(z), 1;
		if (z->in[z->at])
			return error_set(e, ERR_FORMAT,
			                 "gzip: bytes of another kind behind the end of the data");
		z->at++;
	}
}

static ssize_t gzip_read(struct inflate_stream *z, void *p, size_t n, struct error *e)
{
	struct inflate_state *g;
	int r;

	for (;;) {
		if (!z->frame_open && (r = next_member(z, e)) <= 0)
			return r;
		r = fill(z, e);
		if (r < 0)
			return r;
		g = z->gzip;
		g->next_in = z->in + z->at;
		g->avail_in = (uint32_t)(z->n - z->at);
		g->next_out = p;
		g->avail_out = (uint32_t)MIN(n, (size_t)1 << 30);
		uint32_t asked = g->avail_out;
		int code = isal_inflate(g);
		z->at = z->n - g->avail_in;
		if (code != ISAL_DECOMP_OK && code != ISAL_END_INPUT)
			return error_set(e, ERR_FORMAT,
			                 "gzip: damaged near byte %" PRIu64
			                 " of the compressed data",
			                 z->below->at - (z->n - z->at));
		if (g->block_state == ISAL_BLOCK_FINISH)
			z->frame_open = false;
		if (g->avail_out < asked)
			return (ssize_t)(asked - g->avail_out);
		if (z->frame_open && z->below_ended && z->at == z->n)
			return error_set(e, ERR_FORMAT,
			                 "gzip: the data ends in the middle, at byte %" PRIu64,
			                 z->below->at);
	}
}

static ssize_t zstd_read(struct inflate_stream *z, void *p, size_t n, struct error *e)
{
	if (!z->zstd) {
		z->zstd = ZSTD_createDStream();
		assert(z->zstd);
		ZSTD_DCtx_setParameter(z->zstd, ZSTD_d_windowLogMax, z->window_log);
	}
	for (;;) {
		int r = fill(z, e);
		if (r < 0)
			return r;
		if (!r && z->frame_open)
			return error_set(e, ERR_FORMAT,
			                 "zstd: the data ends in the middle, at byte %" PRIu64,
			                 z->below->at);
		if (!r)
			return 0;
		ZSTD_inBuffer in = { z->in + z->at, z->n - z->at, 0 };
		ZSTD_outBuffer out = { p, n, 0 };
		size_t code = ZSTD_decompressStream(z->zstd, &out, &in);
		z->at += in.pos;
		if (ZSTD_isError(code)) {
			bool window =
			        ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;
			return error_set(e, window ? ERR_LIMIT : ERR_FORMAT,
			                 "zstd: near byte %" PRIu64 ": %s",
			                 z->below->at - (z->n - z->at), ZSTD_getErrorName(code));
		}
		z->frame_open = code != 0;
		if (out.pos)
			return (ssize_t)out.pos;
	}
}

static ssize_t plain_read(struct inflate_stream *z, void *p, size_t n, struct error *e)
{
	size_t have = MIN(n, z->n - z->at);

	if (!have)
		return z->below_ended ? 0 : stream_read(z->below, p, n, e);
	memcpy(p, z->in + z->at, have);
	z->at += have;
	return (ssize_t)have;
}

static ssize_t inflate_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct inflate_stream *z = (struct inflate_stream *)s;
	ssize_t got;
	int r = z->kind == UNKNOWN ? sniff(z, e) : 0;

	if (r < 0)
		return r;
	got = z->kind == GZIP   ? gzip_read(z, p, n, e)
	      : z->kind == ZSTD ? zstd_read(z, p, n, e)
	                        : plain_read(z, p, n, e);
	if (got > 0 && s->at + (uint64_t)got > z->max)
		return error_set(e, ERR_LIMIT, "inflates to more than %" PRIu64 " bytes", z->max);
	return got;
}

static void inflate_free(struct stream *s)
{
	struct inflate_stream *z = (struct inflate_stream *)s;
	stream_free(z->below);
	ZSTD_freeDStream(z->zstd);
	free(z->gzip);
	free(z->in);
	free(z);
}

static struct stream *inflate(struct stream *below, uint64_t max, int window_log)
{
	static const struct stream_ops ops = { inflate_read, inflate_free };
	struct inflate_stream *z;

	if (!below)
		return NULL;
	z = calloc(1, sizeof *z);
	assert(z);
	z->s.ops = &ops;
	z->below = below;
	z->max = max;
	z->window_log = window_log;
	z->in = malloc(IN_BYTES);
	assert(z->in);
	return &z->s;
}

struct stream *stream_inflate(struct stream *below, uint64_t max)
{
	return inflate(below, max, ZSTD_WINDOW_LOG_MAX);
}

struct stream *stream_inflate_wide(struct stream *below, uint64_t max)
{
	return inflate(below, max, ZSTD_WINDOW_LOG_WIDE);
}

static ssize_t inflate_memory(str in, uint32_t wrapping, void *out, size_t room, bool *whole)
{
	struct inflate_state *state autofree = malloc(sizeof *state);
	int code;

	*whole = false;
	if (!state)
		return ERR_LIMIT;
	isal_inflate_init(state);
	state->crc_flag = wrapping;
	state->next_in = (uint8_t *)(uintptr_t)in.p;
	state->avail_in = (uint32_t)MIN(in.n, (size_t)UINT32_MAX);
	state->next_out = out;
	state->avail_out = (uint32_t)MIN(room, (size_t)UINT32_MAX);
	code = isal_inflate(state);
	if (code != ISAL_DECOMP_OK && code != ISAL_END_INPUT)
		return ERR_FORMAT;
	*whole = state->block_state == ISAL_BLOCK_FINISH;
	return (ssize_t)(room - state->avail_out);
}

ssize_t inflate_zlib(str in, void *out, size_t room, bool *whole)
{
	return inflate_memory(in, ISAL_ZLIB, out, room, whole);
}

ssize_t inflate_gzip(str in, void *out, size_t room, bool *whole)
{
	return inflate_memory(in, ISAL_GZIP, out, room, whole);
}
