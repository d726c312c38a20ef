#include "inventory/nativeimage.h"
#include "base/buf.h"
#include "inventory/javasbom.h"
#include "inventory/window.h"
#include "stream/stream.h"
#include <assert.h>
#include <inttypes.h>

enum {
	PACKED_MAX = 8 << 20,
	TRIES_MAX = 256,        /* of inflating: a hostile program starts many */
	SYMBOL_BYTES = 1 << 20, /* names of exported symbols are in front */
};
static const uint64_t PROGRAM_BYTES_MIN = 4 << 20; /* with the run-time of Java in it */

struct nativeimage {
	const struct window *w;
	bool is_one, found;
	unsigned tries;
	uint64_t offset;
	struct buf packed; /* from where it starts to the program's end, or as much as is kept */
};

struct nativeimage *nativeimage_new(const struct window *w)
{
	struct nativeimage *m = malloc(sizeof *m);

	assert(m); /* a fixed size */
	*m = (struct nativeimage){ .w = w, .packed = BUF(PACKED_MAX) };
	return m;
}

void nativeimage_free(struct nativeimage *m)
{
	if (m)
		buf_done(&m->packed);
	free(m);
}

/* Does JSON come out of it? */
static bool holds_json(struct nativeimage *m, str packed)
{
	char text[64];
	bool whole;

	return m->tries++ < TRIES_MAX && inflate_gzip(packed, text, sizeof text, &whole) > 0 &&
	       text[0] == '{';
}

static void find(struct nativeimage *m)
{
	static const str magic = STR_INIT("\x1f\x8b\x08\0");
	const struct window *w = m->w;

	for (size_t at = 0; !m->found && (at = window_find(w, magic, at)) != SIZE_MAX; at++) {
		if (!holds_json(m, str_from(window_view(w), at)))
			continue;
		m->found = true;
		m->offset = w->base + at;
		buf_add(&m->packed, str_mem(w->bytes + at, w->limit - MIN(at, w->limit)));
	}
}

/* A symbol's name goes on (__svm_version_info); the prefix alone is in programs that look for it */
static bool exports_svm(const struct window *w)
{
	static const str prefix = STR_INIT("\0__svm_");

	for (size_t at = 0; (at = window_find(w, prefix, at)) != SIZE_MAX; at++)
		if (at + prefix.n < w->n && w->bytes[at + prefix.n])
			return true;
	return false;
}

int nativeimage_look(struct nativeimage *m, struct error *e)
{
	const struct window *w = m->w;

	if (w->f->size_bytes < PROGRAM_BYTES_MIN)
		return 0;
	if (w->base < SYMBOL_BYTES && !m->is_one)
		m->is_one = exports_svm(w);
	if (m->found)
		buf_add(&m->packed, str_mem(w->bytes, MIN(w->limit, PACKED_MAX - m->packed.n)));
	else if (m->is_one)
		find(m);
	return m->packed.failed ? error_set(e, ERR_LIMIT, "no memory for an SBOM") : 0;
}

static int read_sbom(const struct nativeimage *m, struct inventory *into, struct error *e)
{
	struct package like = { .path = m->w->f->path,
		                .evidence = STR("SBOM of the native image"),
		                .offset = m->offset };
	autofree char *text = malloc(JAVASBOM_MAX);
	bool whole = false;
	ssize_t n = text ? inflate_gzip(buf_view(&m->packed), text, JAVASBOM_MAX, &whole) : 0;

	if (!text || n == JAVASBOM_MAX)
		return error_set(e, ERR_LIMIT, "byte %" PRIu64 ": an SBOM of more than %d bytes",
		                 m->offset, (int)JAVASBOM_MAX);
	if (n < 0 || !whole)
		return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": the SBOM is damaged", m->offset);
	struct stream *s cleanup(stream_cleanup) = stream_mem(str_mem(text, (size_t)n));
	int r = javasbom_read(&like, s, into, e);
	return r < 0 ? error_in(e, "byte %" PRIu64, m->offset) : 0;
}

int nativeimage_end(struct nativeimage *m, struct inventory *into, struct error *e)
{
	if (m->found)
		return read_sbom(m, into, e);
	if (m->is_one)
		inventory_gap(into, GAP_NOT_READ, m->w->f->path,
		              "a native image of GraalVM without an SBOM: "
		              "the Java libraries in it are not listed");
	return 0;
}
