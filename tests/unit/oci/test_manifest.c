#include "../test.h"
#include "oci/manifest.h"
#include <stdio.h>

#define ZERO "sha256:0000000000000000000000000000000000000000000000000000000000000000"
#define ONE  "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define OCI_CONFIG                                 \
	"\"config\":{\"mediaType\":\"application/" \
	"vnd.oci.image.config.v1+json\",\"digest\":\"" ZERO "\",\"size\":2}"
#define OCI_LAYER                                                                          \
	"{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"" ONE \
	"\",\"size\":7}"

static int parse(const char *text, const char *type, struct arena *a, struct manifest *m,
                 struct error *e)
{
	return manifest_parse("m", str_c(text), str_c(type), a, m, e);
}

TEST(an_oci_manifest_needs_no_media_type)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct manifest m = { 0 };
	struct error e = { 0 };
	EXPECT_OK(parse("{\"schemaVersion\":2," OCI_CONFIG ",\"layers\":[" OCI_LAYER "]}", "", &a,
	                &m, &e),
	          &e);
	EXPECT(!m.index);
	EXPECT_STR(m.media_type, STR("application/vnd.oci.image.manifest.v1+json"));
	EXPECT_INT(m.config.size_bytes, 2);
	EXPECT_INT(m.entries.n, 1);
	EXPECT_INT(m.entries.v[0].size_bytes, 7);
	EXPECT_INT(m.entries.v[0].digest.bytes[31], 0x11);
}

TEST(foreign_layers_are_flagged)
{
	static const char *const rows[] = {
		"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
		"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct manifest m = { 0 };
		struct error e = { 0 };
		char text[1024];
		snprintf(text, sizeof text,
		         "{\"schemaVersion\":2," OCI_CONFIG
		         ",\"layers\":[{\"mediaType\":\"%s\",\"digest\":\"" ONE
		         "\",\"size\":7,\"urls\":[\"https://x/\"]}]}",
		         rows[i]);
		EXPECT_OK(parse(text, "", &a, &m, &e), &e);
		EXPECT(m.entries.n == 1 && m.entries.v[0].foreign);
	}
}

TEST(what_is_no_image_is_named)
{
	static const struct {
		const char *text, *type, *word;
	} rows[] = {
		{ "{\"schemaVersion\":1,\"fsLayers\":[]}",
		  "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1" },
		{ "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/"
		  "vnd.cncf.helm.config.v1+json\","
		  "\"digest\":\"" ZERO "\",\"size\":2},\"layers\":[]}",
		  "", "Helm chart" },
		{ "{\"schemaVersion\":2," OCI_CONFIG ",\"layers\":[{\"mediaType\":"
		  "\"application/vnd.dev.cosign.simplesigning.v1+json\",\"digest\":\"" ONE
		  "\",\"size\":1}]}",
		  "", "cosign signature" },
		{ "{\"schemaVersion\":2,\"artifactType\":\"application/"
		  "vnd.cyclonedx+json\",\"config\":"
		  "{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"" ZERO
		  "\",\"size\":2},\"layers\":[]}",
		  "", "SBOM" },
		{ "{\"mediaType\":\"application/"
		  "vnd.oci.artifact.manifest.v1+json\",\"artifactType\":"
		  "\"application/x-thing\",\"blobs\":[]}",
		  "", "application/x-thing" },
		{ "{\"schemaVersion\":2," OCI_CONFIG ",\"layers\":[{\"mediaType\":"
		  "\"application/vnd.oci.image.layer.v1.tar+gzip+encrypted\",\"digest\":\"" ONE
		  "\",\"size\":1}]}",
		  "", "encrypted" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct manifest m = { 0 };
		struct error e = { 0 };
		EXPECT_INT(parse(rows[i].text, rows[i].type, &a, &m, &e), ERR_UNSUPPORTED);
		if (!strstr(e.msg, rows[i].word))
			test_fail(__FILE__, __LINE__, "\"%s\" says nothing of %s", e.msg,
			          rows[i].word);
	}
}

TEST(damaged_manifests_are_format_errors)
{
	static const char *const rows[] = {
		"",
		"[]",
		"7",
		"{",
		"{}",
		"{\"schemaVersion\":2}",
		"{\"schemaVersion\":2,\"layers\":[]}",
		"{\"schemaVersion\":2," OCI_CONFIG ",\"layers\":[{}]}",
		"{\"schemaVersion\":2," OCI_CONFIG
		",\"layers\":[{\"digest\":\"sha256:00\",\"size\":1}]}",
		"{\"schemaVersion\":2," OCI_CONFIG ",\"layers\":[{\"digest\":\"" ONE
		"\",\"size\":-1}]}",
		"{\"schemaVersion\":2," OCI_CONFIG ",\"layers\":[],\"manifests\":[]}",
		"{\"mediaType\":\"application/vnd.oci.image.index.v1+json\"," OCI_CONFIG
		",\"layers\":[]}",
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct manifest m = { 0 };
		struct error e = { 0 };
		if (parse(rows[i], "", &a, &m, &e) != ERR_FORMAT)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i], e.msg);
	}
}

static const char *const shelf[] = { "linux/amd64",    "linux/arm/v5",    "linux/arm/v7",
	                             "linux/arm64/v8", "linux/386",       "windows/amd64",
	                             "linux/s390x",    "unknown/unknown", "linux/amd64/v3" };

static void stock(struct arena *a, struct manifest *m, const char *const *have, size_t n)
{
	*m = (struct manifest){ .index = true };
	for (size_t i = 0; i < n; i++) {
		struct descriptor d = { .size_bytes = i };
		struct error e;
		(void)!platform_parse(have[i], a, &d.platform, &e);
		vec_add(a, &m->entries, d);
	}
}

TEST(platforms_are_chosen_as_containerd_does)
{
	static const struct {
		const char *wish, *gets;
	} rows[] = {
		{ "linux/amd64", "linux/amd64" },
		{ "linux/x86_64", "linux/amd64" },
		{ "Linux/AMD64", "linux/amd64" },
		{ "linux/amd64/v4", "linux/amd64/v3" },
		{ "linux/arm64", "linux/arm64/v8" },
		{ "linux/aarch64", "linux/arm64/v8" },
		{ "linux/arm/v7", "linux/arm/v7" },
		{ "linux/arm", "linux/arm/v7" },
		{ "linux/arm/v6", "linux/arm/v5" },
		{ "linux/arm/v8", "linux/arm/v7" },
		{ "linux/armhf", "linux/arm/v7" },
		{ "linux/i386", "linux/386" },
		{ "linux/s390x", "linux/s390x" },
		{ "linux/ppc64le", NULL },
		{ "linux/arm/v4", NULL },
		{ "freebsd/amd64", NULL },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct manifest m;
	stock(&a, &m, shelf, LEN(shelf));
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct descriptor *d = NULL;
		struct platform want = { 0 };
		struct error e = { 0 };
		EXPECT_OK(platform_parse(rows[i].wish, &a, &want, &e), &e);
		int r = manifest_choose(&m, &want, &a, &d, &e);
		if (rows[i].gets &&
		    (r < 0 || !str_eq(platform_text(&a, &d->platform), str_c(rows[i].gets))))
			test_fail(__FILE__, __LINE__, "%s: not %s", rows[i].wish, rows[i].gets);
		if (!rows[i].gets) {
			EXPECT_INT(r, ERR_NOTFOUND);
			EXPECT(strstr(e.msg, "linux/s390x"));
			EXPECT(!strstr(e.msg, "unknown"));
		}
	}
}

TEST(an_index_of_windows_only_is_a_windows_image)
{
	static const char *const windows[] = { "windows/amd64", "unknown/unknown" };
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	const struct descriptor *d = NULL;
	struct platform want = { 0 };
	struct error e = { 0 };
	struct manifest m;
	stock(&a, &m, windows, LEN(windows));
	EXPECT_OK(platform_parse("linux/amd64", &a, &want, &e), &e);
	EXPECT_INT(manifest_choose(&m, &want, &a, &d, &e), ERR_UNSUPPORTED);
	EXPECT(strstr(e.msg, "Windows"));
	EXPECT_OK(platform_parse("windows/amd64", &a, &want, &e), &e);
	EXPECT_OK(manifest_choose(&m, &want, &a, &d, &e), &e);
}

TEST(wishes_have_a_form)
{
	static const char *const rows[] = { "", "linux", "linux/", "/amd64", "a/b/c/d" };
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 16);
		struct platform p;
		struct error e = { 0 };
		EXPECT_INT(platform_parse(rows[i], &a, &p, &e), ERR_USAGE);
	}
}

static int configure(const char *text, struct arena *a, struct image *image, struct error *e)
{
	*image = (struct image){ 0 };
	vec_push(a, &image->layers);
	vec_push(a, &image->layers);
	return manifest_config("c", str_c(text), a, image, e);
}

TEST(history_skips_steps_without_a_layer)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct image image;
	struct error e = { 0 };
	EXPECT_OK(configure("{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\","
	                    "\"created\":\"2024-01-02T03:04:05Z\","
	                    "\"config\":{\"Labels\":{\"k\":\"v\",\"bad\":7}},"
	                    "\"rootfs\":{\"diff_ids\":[\"" ZERO "\",\"" ONE "\"]},"
	                    "\"history\":[{\"created_by\":\"a\"},{\"created_by\":\"b\",\"empty_"
	                    "layer\":true},"
	                    "{\"created_by\":\"c\"},{\"created_by\":\"d\"}]}",
	                    &a, &image, &e),
	          &e);
	EXPECT_STR(image.layers.v[0].created_by, STR("a"));
	EXPECT_STR(image.layers.v[1].created_by, STR("c"));
	EXPECT_STR(image.layers.v[1].diff_id, STR(ONE));
	EXPECT_STR(image.variant, STR("v7"));
	EXPECT_INT(image.labels.n, 2);
	EXPECT_STR(image.labels.v[0].value, STR("v"));
}

TEST(configurations_that_do_not_fit)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct image image;
	struct error e = { 0 };
	EXPECT_INT(
	        configure("{\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"x\"]}}", &a, &image, &e),
	        ERR_FORMAT);
	EXPECT_INT(configure("[]", &a, &image, &e), ERR_FORMAT);
	EXPECT_INT(configure("nonsense", &a, &image, &e), ERR_FORMAT);
}
