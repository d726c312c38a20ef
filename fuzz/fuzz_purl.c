/* fuzz/fuzz_purl.c — a package URL: refused with a reason, or a package whose own URL is read again
 * as the same package. */
#include "base/arena.h"
#include "model/purl.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(4u << 20);
	struct package p = { 0 }, again = { 0 };
	struct distro of = { 0 }, ignored = { 0 };
	struct purl u = { 0 }, back = { 0 };
	struct error e = { 0 };

	if (purl_parse(str_mem(data, n), &a, &u, &e) < 0) {
		assert(e.msg[0]);
		return 0;
	}
	if (!purl_package(&u, &a, &p, &of) || !p.name.n)
		return 0;
	str text = purl_of(&a, &p, &of);
	if (a.failed || text.n > PURL_BYTES_MAX)
		return 0;
	int r = purl_parse(text, &a, &back, &e);
	assert(a.failed || (r >= 0 && purl_package(&back, &a, &again, &ignored) && again.type == p.type));
	return 0;
}
