/* fuzz/fuzz_podman.c — images.json and layers.json of a podman store, a NUL between them: an image
 * found, or a reason. */
#include "base/arena.h"
#include "model/image.h"
#include "mutate_json.h"
#include "oci/podman.h"
#include "oci/source.h"
#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const folders[] = { "overlay-images", "overlay-layers" };
	struct arena a cleanup(arena_done) = ARENA(8u << 20);
	struct source_options o = { .podman_root = scratch };
	struct image image = { 0 };
	struct podman *p = NULL;
	struct error e = { 0 };
	str rest = str_mem(data, n), images = { 0 };

	scratch_open(folders, LEN(folders));
	str_split(&rest, 0, &images);
	scratch_put("overlay-images/images.json", images);
	scratch_put("overlay-layers/layers.json", rest);
	assert(podman_open("a:1", &o, &a, &image, &p, &e) >= 0 || e.msg[0]);
	podman_free(p);
	return 0;
}

MUTATOR(mutate_json)
