/* A document as manifest, as index with a choice, and as configuration. */
#include "oci/manifest.h"
#include "mutate_json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void as_manifest(str text)
{
	struct arena a cleanup(arena_done) = ARENA(8 << 20);
	const struct descriptor *chosen = NULL;
	struct image image = { 0 };
	struct manifest m = { 0 };
	struct platform want;
	struct error e = { 0 };

	if (manifest_parse("fuzz", text, STR("application/json; charset=x"), &a, &m, &e) < 0) {
		assert(e.code && e.msg[0]);
		return;
	}
	if (!m.index) {
		assert(manifest_fill(&m, &a, &image, &e) < 0 || image.layers.n == m.entries.n);
		return;
	}
	assert(platform_parse("linux/arm/v7", &a, &want, &e) >= 0);
	assert(manifest_choose(&m, &want, &a, &chosen, &e) < 0 ? e.msg[0] != 0 : chosen != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(8 << 20);
	struct image image = { 0 };
	struct error e = { 0 };

	as_manifest(str_mem(data, n));
	vec_push(&a, &image.layers);
	assert(manifest_config("fuzz", str_mem(data, n), &a, &image, &e) >= 0 || e.msg[0]);
	return 0;
}

MUTATOR(mutate_json)
