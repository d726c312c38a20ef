/* Any bytes as the table of a seekable layer: every piece of a wanted file lies in the blob, in
 * order, and the pieces add up to the file; or it is refused and says why. The footer and the tar
 * header go the same way. */
#include "base/attr.h"
#include "oci/toc.h"
#include <assert.h>

enum { BLOB_END = 100000 };

static bool wants(void *ctx, str path, unsigned mode)
{
	(void)ctx;
	return path.n % 2 || mode & 0111;
}

static void check(const struct toc *t)
{
	uint64_t before = 0;
	size_t used = 0;

	for (size_t i = 0; i < t->entries.n; i++) {
		const struct toc_entry *x = &t->entries.v[i];
		uint64_t sum = 0;
		assert(x->path.n && x->first <= t->chunks.n &&
		       (x->wanted || (!x->chunks && !x->size_bytes)));
		for (size_t k = x->first; k < x->first + x->chunks; k++) {
			const struct toc_chunk *c = &t->chunks.v[k];
			sum += c->size_bytes;
			if (!c->to)
				continue;
			assert(c->from >= before && c->from < c->to && c->to <= BLOB_END);
			before = c->to;
		}
		assert(sum == x->size_bytes);
		used += x->chunks;
	}
	assert(used == t->chunks.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(4u << 20);
	struct stream *json = stream_mem(str_mem(data, n));
	struct toc toc = { .arena = &a };
	struct error e = { 0 };
	uint64_t at = 0;
	int r = toc_read(json, BLOB_END, wants, NULL, &toc, &e);

	stream_free(json);
	assert(r >= 0 || e.msg[0]);
	if (r >= 0)
		check(&toc);
	if (n >= TOC_FOOTER_BYTES &&
	    toc_footer(str_mem(data, TOC_FOOTER_BYTES), BLOB_END, &at, &e) >= 0)
		assert(at && at < BLOB_END - TOC_FOOTER_BYTES);
	if (n >= 512)
		(void)!toc_head(str_mem(data, 512), &at, &e);
	return 0;
}
