#include "vulndb/pack.h"
#include "vulndb/record.h"
#include <zstd.h>

enum { LEVEL = 5, STREAM_LEVEL = 9, PAYS_FROM_BYTES = 256 };

struct packer {
	ZSTD_CCtx *z;
};

struct packer *packer_new(void)
{
	struct packer *p = calloc(1, sizeof *p);
	if (!p || !(p->z = ZSTD_createCCtx()))
		abort();
	return p;
}

void packer_free(struct packer *p)
{
	if (!p)
		return;
	ZSTD_freeCCtx(p->z);
	free(p);
}

/* uleb 0 and the text as it is, or uleb of its length and the compressed form */
void pack_put(struct packer *p, struct buf *b, str text)
{
	size_t bound = ZSTD_compressBound(text.n);
	autofree char *out = text.n >= PAYS_FROM_BYTES ? malloc(bound) : NULL;
	size_t n = out ? ZSTD_compressCCtx(p->z, out, bound, text.p, text.n, LEVEL) : bound;
	if (!out || ZSTD_isError(n) || n + 8 >= text.n) {
		record_put_uleb(b, 0);
		record_put_str(b, text);
		return;
	}
	record_put_uleb(b, text.n);
	record_put_str(b, str_mem(out, n));
}

struct pack_stream {
	ZSTD_CCtx *z;
};

struct pack_stream *pack_stream_new(void)
{
	struct pack_stream *s = calloc(1, sizeof *s);
	if (!s || !(s->z = ZSTD_createCCtx()) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(s->z, ZSTD_c_compressionLevel, STREAM_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(s->z, ZSTD_c_checksumFlag, 1)))
		abort();
	return s;
}

void pack_stream_free(struct pack_stream *s)
{
	if (!s)
		return;
	ZSTD_freeCCtx(s->z);
	free(s);
}

int pack_stream_add(struct pack_stream *s, str bytes, bool last, struct buf *out, struct error *e)
{
	ZSTD_inBuffer in = { bytes.p, bytes.n, 0 };
	size_t room_n = ZSTD_CStreamOutSize();
	for (;;) {
		char *room = buf_room(out, room_n);
		if (!room)
			return error_set(e, ERR_LIMIT, "larger than %zu bytes", out->max_bytes);
		ZSTD_outBuffer to = { room, room_n, 0 };
		size_t left =
		        ZSTD_compressStream2(s->z, &to, &in, last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return error_set(e, ERR_SYSTEM, "compress: %s", ZSTD_getErrorName(left));
		buf_grown(out, to.pos);
		if (last ? !left : in.pos == in.size)
			return 0;
	}
}

struct unpacker {
	ZSTD_DCtx *z;
};

void unpacker_free(struct unpacker *u)
{
	if (!u)
		return;
	ZSTD_freeDCtx(u->z);
	free(u);
}

static struct unpacker *unpacker_new(void)
{
	struct unpacker *u = calloc(1, sizeof *u);
	if (!u || !(u->z = ZSTD_createDCtx()))
		abort();
	return u;
}

int pack_get(struct unpacker **u, struct cursor *c, struct arena *a, size_t max_bytes, str *out,
             struct error *e)
{
	uint64_t n = cur_uleb(c);
	str bytes = record_get_str(c);
	if (cur_bad(c))
		return cur_error(c, e, "damaged text");
	if (!n) {
		*out = bytes;
		return 0;
	}
	if (n > max_bytes)
		return error_set(e, ERR_LIMIT, "a text of more than %zu bytes", max_bytes);
	char *p = arena_alloc(a, (size_t)n);
	if (!p)
		return error_set(e, ERR_LIMIT, "the %zu bytes for texts are spent", a->max_bytes);
	if (!*u)
		*u = unpacker_new();
	if (ZSTD_decompressDCtx((*u)->z, p, (size_t)n, bytes.p, bytes.n) != n)
		return cur_error(c, e, "damaged text");
	*out = str_mem(p, (size_t)n);
	return 0;
}
