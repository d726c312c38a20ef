/* fuzz/fuzz_sbom.c — an SBOM of any grammar: every package has a name and is marked as claimed, a gap
 * says where and why, a failure says why; its purls are read on the way. */
#include "inventory/sbom.h"
#include "mutate_json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena arena cleanup(arena_done) = ARENA(8u << 20);
	struct inventory found = { .arena = &arena };
	struct stream *from = stream_mem(str_mem(data, n));
	struct sbom_about about = { 0 };
	struct error e = { 0 };
	int r = sbom_read("fuzz", from, &found, &about, &e);

	assert(r >= 0 || e.msg[0]);
	for (size_t i = 0; i < found.packages.n; i++) {
		assert(found.packages.v[i].name.n || arena.failed);
		assert(found.packages.v[i].traits & PACKAGE_CLAIMED);
	}
	for (size_t i = 0; i < found.gaps.n && !arena.failed; i++)
		assert(found.gaps.v[i].where.n && found.gaps.v[i].why.n);
	stream_free(from);
	return 0;
}

MUTATOR(mutate_json)
