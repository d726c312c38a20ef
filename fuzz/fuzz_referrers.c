/* fuzz/fuzz_referrers.c — what is attached to an image: the first document is the referrers API's
 * answer, the second the tag's. A list that ends, sorted, of what was wanted. */
#include "model/image.h"
#include "mutate_json.h"
#include "oci/referrers.h"
#include "papers.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct attached {
	struct papers papers;
	unsigned asked;
};

static int get(void *ctx, enum referrers_from from, str name, struct buf *out, struct error *e)
{
	struct attached *all = ctx;
	size_t i = from == REFERRERS_API ? 0 : 1;

	assert(++all->asked < 5000);
	if (from == REFERRERS_DIGEST)
		for (i = 0; i < PAPERS && !str_eq(str_c(all->papers.digests[i]), name);)
			i++;
	if (i == PAPERS || !all->papers.v[i].n)
		return 0;
	buf_add(out, buf_view(&all->papers.v[i]));
	return out->failed ? error_set(e, ERR_LIMIT, "too large") : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(8u << 20);
	struct image image = { .digest = STR(
		                       "sha256:"
		                       "00000000000000000000000000000000000000000000000000000000"
		                       "00000000") };
	struct attached all = { 0 };
	const struct referrers_documents from = { get, &all };
	struct referrers found = { 0 };
	struct error e = { 0 };

	papers_fill(&all.papers, str_mem(data, n), false);
	int r = referrers_list(&from, &image, referrer_is_sbom, &a, &found, &e);
	assert(r >= 0 || e.msg[0]);
	assert(found.found.n <= REFERRERS_MAX);
	for (size_t i = 1; i < found.found.n; i++)
		assert(memcmp(found.found.v[i - 1].digest.bytes, found.found.v[i].digest.bytes,
		              sizeof(struct digest)) <= 0);
	papers_done(&all.papers);
	return 0;
}

MUTATOR(mutate_json)
