#include "../test.h"
#include "base/buf.h"
#include "oci/source.h"
#include <stdio.h>
#include <sys/stat.h>

/* A layout made by hand: one layer "layer", a configuration, a manifest, an index. */
struct made {
	char dir[32];
	char manifest[DIGEST_TEXT_BYTES];
	size_t manifest_n;
};

static void put(const char *dir, const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

static void put_blob(const char *dir, const char *text, char digest[DIGEST_TEXT_BYTES])
{
	struct digest d = digest_of(str_c(text));
	char name[128];
	digest_text(&d, digest);
	snprintf(name, sizeof name, "blobs/sha256/%s", digest + 7);
	put(dir, name, text);
}

static void put_index(const struct made *m, const char *name)
{
	char text[1024];
	snprintf(text, sizeof text,
	         "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/"
	         "vnd.oci.image.manifest.v1+json\","
	         "\"digest\":\"%s\",\"size\":%zu,\"annotations\":{\"org.opencontainers.image.ref."
	         "name\":\"%s\"}}]}",
	         m->manifest, m->manifest_n, name);
	put(m->dir, "index.json", text);
}

static void make(struct made *m)
{
	char path[128], layer[DIGEST_TEXT_BYTES], config[DIGEST_TEXT_BYTES], text[1024],
	        config_text[256];
	strcpy(m->dir, "/tmp/plimsoll-test-XXXXXX");
	if (!mkdtemp(m->dir))
		abort();
	snprintf(path, sizeof path, "%s/blobs", m->dir);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/blobs/sha256", m->dir);
	mkdir(path, 0700);
	put(m->dir, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
	put_blob(m->dir, "layer", layer);
	snprintf(config_text, sizeof config_text,
	         "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[\"%s\"]}}",
	         layer);
	put_blob(m->dir, config_text, config);
	snprintf(text, sizeof text,
	         "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/"
	         "vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
	         "\"size\":%zu},\"layers\":[{\"mediaType\":\"application/"
	         "vnd.oci.image.layer.v1.tar\",\"digest\":\"%s\",\"size\":5}]}",
	         config, strlen(config_text), layer);
	put_blob(m->dir, text, m->manifest);
	m->manifest_n = strlen(text);
	put_index(m, "reg.io/app:1.2");
}

static void unmake(struct made *m)
{
	char line[64];
	snprintf(line, sizeof line, "rm -rf %s", m->dir);
	if (system(line))
		abort();
}

static int read_layer(const char *target, struct buf *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct stream *s cleanup(stream_cleanup) = NULL;
	struct source *source = NULL;
	char piece[64];
	ssize_t got = 0;
	int r = source_open(target, &(struct source_options){ 0 }, &a, &source, e);
	if (r >= 0)
		r = source_layer(source, 0, &s, e);
	while (r >= 0 && (got = stream_read(s, piece, sizeof piece, e)) > 0)
		buf_add(out, str_mem(piece, (size_t)got));
	stream_free(take(s));
	source_free(source);
	return r < 0 ? r : (int)got;
}

TEST(layouts_are_read_by_reference_and_digest)
{
	static const char *const refs[] = { "", ":reg.io/app:1.2", ":1.2", "@DIGEST", ":DIGEST" };
	struct made m;
	make(&m);
	for (size_t i = 0; i < LEN(refs); i++) {
		struct buf out cleanup(buf_done) = BUF(100);
		struct error e = { 0 };
		char target[256];
		bool digest = strstr(refs[i], "DIGEST");
		snprintf(target, sizeof target, "oci:%s%.*s%s", m.dir, digest ? 1 : 100, refs[i],
		         digest ? m.manifest : "");
		EXPECT_OK(read_layer(target, &out, &e), &e);
		EXPECT_STR(buf_view(&out), STR("layer"));
	}
	unmake(&m);
}

TEST(layouts_that_lie_are_found_out)
{
	struct buf out cleanup(buf_done) = BUF(100);
	struct error e = { 0 };
	char target[128], blob[256];
	struct digest d = digest_of(STR("layer"));
	char text[DIGEST_TEXT_BYTES];
	struct made m;
	make(&m);
	snprintf(target, sizeof target, "oci:%s", m.dir);
	snprintf(blob, sizeof blob, "blobs/sha256/%s", digest_text(&d, text) + 7);
	put(m.dir, blob, "LAYER");
	EXPECT_INT(read_layer(target, &out, &e), ERR_FORMAT);
	put(m.dir, blob, "layer and more");
	EXPECT_INT(read_layer(target, &out, &e), ERR_FORMAT);
	put(m.dir, blob, "lay");
	EXPECT_INT(read_layer(target, &out, &e), ERR_FORMAT);
	snprintf(blob, sizeof blob, "%s/blobs/sha256/%s", m.dir, text + 7);
	unlink(blob);
	EXPECT_INT(read_layer(target, &out, &e), ERR_NOTFOUND);
	if (symlink("/etc/passwd", blob))
		abort();
	EXPECT_INT(read_layer(target, &out, &e), ERR_FORMAT);
	EXPECT(strstr(e.msg, "symbolic link"));
	unlink(blob);
	if (mkfifo(blob, 0600)) /* must not wait for a writer */
		abort();
	EXPECT_INT(read_layer(target, &out, &e), ERR_FORMAT);
	snprintf(blob, sizeof blob, "blobs/sha256/%s", m.manifest + 7);
	put(m.dir, blob, "{}");
	EXPECT_INT(read_layer(target, &out, &e), ERR_FORMAT);
	unmake(&m);
}

TEST(targets_that_cannot_be_read_say_why)
{
	static const struct {
		const char *target, *word;
		int code;
	} rows[] = {
		{ "", "empty", ERR_USAGE },
		{ "oci:", "behind the colon", ERR_USAGE },
		{ "oci:/nonexistent/x", "No such file", ERR_NOTFOUND },
		{ "oci:/etc", "no OCI layout", ERR_FORMAT },
		{ "oci:/etc/passwd", "no folder", ERR_USAGE },
		{ "dir:/etc/passwd", "no folder", ERR_USAGE },
		{ "dir:/nonexistent", "No such file", ERR_NOTFOUND },
		{ "docker-archive:/nonexistent.tar", "No such file", ERR_NOTFOUND },
		{ "docker-archive:/etc", "folder", ERR_USAGE },
		{ "oci-archive:/bin/sh", "a program", ERR_FORMAT },
		{ "oci-archive:/etc/passwd", "no tar archive", ERR_FORMAT },
		{ "sbom:/nonexistent", "No such file", ERR_NOTFOUND },
		{ "sbom:/etc", "folder", ERR_USAGE },
		{ "docker://alpine", "without docker://", ERR_USAGE },
		{ "docker:a b", "malformed", ERR_USAGE },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct source *s = NULL;
		struct error e = { 0 };
		EXPECT_INT(source_open(rows[i].target, &(struct source_options){ .input_fd = -1 },
		                       &a, &s, &e),
		           rows[i].code);
		if (!strstr(e.msg, rows[i].word))
			test_fail(__FILE__, __LINE__, "%s: \"%s\" lacks \"%s\"", rows[i].target,
			          e.msg, rows[i].word);
	}
}
