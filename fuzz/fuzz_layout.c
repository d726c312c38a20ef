/* fuzz/fuzz_layout.c — an OCI layout in a folder: the first document is index.json, the others are
 * blobs under their digests. An image whose layers can be read, or a reason. */
#include "mutate_json.h"
#include "oci/layout.h"
#include "oci/source.h"
#include "papers.h"
#include "scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_layers(struct layout *l, const struct image *image)
{
	for (size_t i = 0; i < image->layers.n; i++) {
		struct stream *s = NULL;
		struct error e = { 0 };
		int r = layout_layer(l, &image->layers.v[i], &s, &e);
		if (r >= 0)
			r = stream_drain(s, &e);
		assert(r >= 0 || e.msg[0]);
		stream_free(s);
	}
}

static void look(void)
{
	static const char *const wishes[] = { NULL, "linux/amd64", "windows/amd64" };
	struct arena a cleanup(arena_done) = ARENA(16u << 20);

	for (size_t i = 0; i < LEN(wishes); i++) {
		struct source_options o = { .platform = wishes[i] };
		struct image image = { 0 };
		struct platform_list all = { 0 };
		struct layout *l = NULL;
		struct referrers found = { 0 };
		struct error e = { 0 };
		if (layout_open(scratch, &o, &a, &image, &l, &e) >= 0) {
			const struct referrers_documents from = { layout_referrers, l };
			read_layers(l, &image);
			assert(referrers_list(&from, &image, referrer_is_vex, &a, &found, &e) >=
			               0 ||
			       e.msg[0]);
			layout_free(l);
		} else {
			assert(e.msg[0]);
		}
		e = (struct error){ 0 };
		assert(layout_platforms(scratch, &o, &a, &all, &e) >= 0 || e.msg[0]);
		arena_reset(&a);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const folders[] = { "blobs", "blobs/sha256" };
	struct papers papers cleanup(papers_done) = { 0 };
	char names[PAPERS][128];

	if (scratch_open(folders, LEN(folders)))
		scratch_put("oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
	papers_fill(&papers, str_mem(data, n), false);
	scratch_put("index.json", buf_view(&papers.v[0]));
	for (size_t i = 1; i < PAPERS; i++) {
		snprintf(names[i], sizeof names[i], "blobs/sha256/%s", papers.digests[i] + 7);
		scratch_put(names[i], buf_view(&papers.v[i]));
	}
	look();
	for (size_t i = 1; i < PAPERS; i++)
		scratch_cut(names[i]);
	return 0;
}

MUTATOR(mutate_json)
