/* fuzz/fuzz_referrers.c — what is attached to an image: documents, a NUL between them. The first is
 * the referrers API's answer, the second the tag's; "@3" in one becomes the digest of the fourth
 * (they may only name later ones). A list that ends, sorted, of what was wanted. */
#include "base/digest.h"
#include "model/image.h"
#include "mutate_json.h"
#include "oci/referrers.h"
#include <assert.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { DOCUMENTS = 6, DOCUMENT_BYTES = 64 << 10 };

struct documents {
	struct buf v[DOCUMENTS];
	char digests[DOCUMENTS][DIGEST_TEXT_BYTES];
	unsigned asked;
};

static void fill(struct documents *all, size_t i, str text)
{
	struct buf *b = &all->v[i];

	*b = BUF(DOCUMENT_BYTES);
	for (size_t at = 0; at < text.n; at++) {
		size_t which =
		        text.p[at] == '@' && at + 1 < text.n ? (size_t)(text.p[at + 1] - '0') : 0;
		if (which > i && which < DOCUMENTS) {
			buf_add(b, str_c(all->digests[which]));
			at++;
		} else {
			buf_add(b, str_mem(text.p + at, 1));
		}
	}
	struct digest d = digest_of(buf_view(b));
	digest_text(&d, all->digests[i]);
}

static int get(void *ctx, enum referrers_from from, str name, struct buf *out, struct error *e)
{
	struct documents *all = ctx;
	size_t i = from == REFERRERS_API ? 0 : 1;

	assert(++all->asked < 5000);
	if (from == REFERRERS_DIGEST)
		for (i = 0; i < DOCUMENTS && !str_eq(str_c(all->digests[i]), name);)
			i++;
	if (i == DOCUMENTS || !all->v[i].n)
		return 0;
	buf_add(out, buf_view(&all->v[i]));
	return out->failed ? error_set(e, ERR_LIMIT, "too large") : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(8u << 20);
	struct image image = { .digest = STR(
		                       "sha256:"
		                       "00000000000000000000000000000000000000000000000000000000"
		                       "00000000") };
	struct documents all = { 0 };
	const struct referrers_documents from = { get, &all };
	struct referrers found = { 0 };
	struct error e = { 0 };
	str rest = str_mem(data, n), parts[DOCUMENTS] = { 0 };

	for (size_t i = 0; i < DOCUMENTS && rest.n; i++)
		str_split(&rest, 0, &parts[i]);
	for (size_t i = DOCUMENTS; i--;)
		fill(&all, i, parts[i]);
	int r = referrers_list(&from, &image, referrer_is_sbom, &a, &found, &e);
	assert(r >= 0 || e.msg[0]);
	assert(found.found.n <= REFERRERS_MAX);
	for (size_t i = 1; i < found.found.n; i++)
		assert(memcmp(found.found.v[i - 1].digest.bytes, found.found.v[i].digest.bytes,
		              sizeof(struct digest)) <= 0);
	for (size_t i = 0; i < DOCUMENTS; i++)
		buf_done(&all.v[i]);
	return 0;
}

MUTATOR(mutate_json)
