/* fuzz/fuzz_containerd.c — any pages as containerd's meta.db, beside a content store with one
 * image: found through names, buckets and digests, or refused with a reason. */
#include "base/arena.h"
#include "base/digest.h"
#include "model/image.h"
#include "mutate_pages.h"
#include "oci/containerd.h"
#include "oci/layout.h"
#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CONTENT "io.containerd.content.v1.content"
#define STORE   "io.containerd.metadata.v1.bolt"

static struct digest put_blob(str bytes)
{
	struct digest d = digest_of(bytes);
	char text[DIGEST_TEXT_BYTES], name[200];

	snprintf(name, sizeof name, CONTENT "/blobs/sha256/%s", digest_text(&d, text) + 7);
	scratch_put(name, bytes);
	return d;
}

/* Its digest stands in the corpus' database. */
static void put_image(void)
{
	char manifest[600], text[DIGEST_TEXT_BYTES];
	str config = STR("{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":"
	                 "\"layers\",\"diff_ids\":[]}}");
	struct digest d = put_blob(config);

	int at = snprintf(manifest, sizeof manifest,
	                  "{\"schemaVersion\":2,\"config\":{\"mediaType\":"
	                  "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
	                  "\"size\":%zu},\"layers\":[]}",
	                  digest_text(&d, text), config.n);
	put_blob(str_mem(manifest, (size_t)at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const folders[] = { CONTENT, CONTENT "/blobs", CONTENT "/blobs/sha256",
		                               STORE };
	static const char *const names[] = { "alpine", "k8s.io/docker.io/library/alpine:1",
		                             "none" };
	struct arena a cleanup(arena_done) = ARENA(8u << 20);

	if (scratch_open(folders, LEN(folders)))
		put_image();
	scratch_put(STORE "/meta.db", str_mem(data, n));
	for (size_t i = 0; i < LEN(names); i++) {
		struct source_options o = { .containerd_root = scratch, .platform = "linux/amd64" };
		struct image image = { 0 };
		struct layout *l = NULL;
		struct error e = { 0 };
		if (containerd_open(names[i], &o, &a, &image, &l, &e) >= 0)
			assert(image.name.n && image.config_digest.n);
		else
			assert(e.msg[0]);
		layout_free(l);
		arena_reset(&a);
	}
	return 0;
}

MUTATOR(mutate_pages)
