/* Archives as the jail reports them, put together. */
#include "../test.h"
#include "oci/tarball.h"

#define DIFF "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define CONFIG                                                                           \
	"{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[\"" DIFF \
	"\",\"" DIFF "\"]}}"

static struct archive_member document(const char *path, const char *text)
{
	return (struct archive_member){ .path = str_c(path),
		                        .digest = digest_of(str_c(text)),
		                        .size_bytes = strlen(text),
		                        .json = str_c(text) };
}

static struct archive_member layer(const char *path, const char *content)
{
	return (struct archive_member){ .path = str_c(path),
		                        .digest = digest_of(str_c(content)),
		                        .size_bytes = strlen(content),
		                        .is_layer = true };
}

static struct archive_member link_to(const char *path, const char *target)
{
	return (struct archive_member){ .path = str_c(path), .link = str_c(target) };
}

static int settle(const struct archive_member *members, size_t n, const char *ref, struct arena *a,
                  struct image *image, size_t **map, struct error *e)
{
	struct tarball_wish wish = { .ref = str_c(ref) };
	*image = (struct image){ 0 };
	return tarball_settle(members, n, &wish, a, image, map, e);
}

TEST(old_docker_save_with_links_between_layers)
{
	const struct archive_member members[] = {
		layer("aa/layer.tar", "one"),
		link_to("bb/layer.tar", "../aa/layer.tar"),
		document("config.json", CONFIG),
		document("./manifest.json", "[{\"Config\":\"config.json\",\"RepoTags\":[\"app:1\"],"
		                            "\"Layers\":[\"bb/layer.tar\",\"aa/layer.tar\"]}]"),
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct image image;
	struct error e = { 0 };
	size_t *map = NULL;
	EXPECT_OK(settle(members, LEN(members), "", &a, &image, &map, &e), &e);
	EXPECT_INT(image.layers.n, 2);
	EXPECT(map && map[0] == 0 && map[1] == 0);
	EXPECT_STR(image.name, STR("app:1"));
	EXPECT_STR(image.layers.v[1].diff_id, STR(DIFF));
	EXPECT(digest_eq(&image.layers.v[0].digest, &members[0].digest));
	EXPECT_STR(image.kind, STR("docker-archive"));
}

TEST(several_images_must_be_told_apart)
{
	const struct archive_member members[] = {
		layer("l.tar", "one"),
		document("c.json", "{\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"" DIFF "\"]}}"),
		document(
		        "manifest.json",
		        "[{\"Config\":\"c.json\",\"RepoTags\":[\"reg.io/team/"
		        "app:latest\"],\"Layers\":[\"l.tar\"]},"
		        "{\"Config\":\"c.json\",\"RepoTags\":[\"app:2\"],\"Layers\":[\"l.tar\"]}]"),
	};
	static const struct {
		const char *ref;
		int code;
	} rows[] = { { "", ERR_USAGE },
		     { "app:2", 0 },
		     { "reg.io/team/app", 0 },
		     { "app:latest", 0 },
		     { "other", ERR_NOTFOUND } };
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct image image;
		struct error e = { 0 };
		size_t *map = NULL;
		EXPECT_INT(settle(members, LEN(members), rows[i].ref, &a, &image, &map, &e),
		           rows[i].code);
		EXPECT(!rows[i].code || strstr(e.msg, "app:2"));
	}
}

TEST(damaged_archives_name_what_is_missing)
{
	static const char one_layer[] = "[{\"Config\":\"c.json\",\"Layers\":[\"l.tar\"]}]";
	static const char config[] = "{\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"" DIFF "\"]}}";
	const struct {
		const char *word;
		int code;
		struct archive_member members[3];
	} rows[] = {
		{ "empty", ERR_FORMAT, { { .path = { 0 } } } },
		{ "no archive of an image", ERR_FORMAT, { layer("l.tar", "x") } },
		{ "configuration c.json",
		  ERR_FORMAT,
		  { document("manifest.json", one_layer), layer("l.tar", "x") } },
		{ "layer 0: l.tar is not",
		  ERR_FORMAT,
		  { document("manifest.json", one_layer), document("c.json", config) } },
		{ "layer 0: l.tar is no tar",
		  ERR_FORMAT,
		  { document("manifest.json", one_layer), document("c.json", config),
		    document("l.tar", "[]") } },
		{ "links",
		  ERR_FORMAT,
		  { document("manifest.json", one_layer), document("c.json", config),
		    link_to("l.tar", "l.tar") } },
		{ "no list", ERR_FORMAT, { document("manifest.json", "{}") } },
		{ "names no image", ERR_FORMAT, { document("manifest.json", "[]") } },
		{ "before 1.10", ERR_UNSUPPORTED, { document("repositories", "{}") } },
		{ "index.json", ERR_FORMAT, { document("index.json", "{}") } },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct image image;
		struct error e = { 0 };
		size_t *map = NULL, n = 0;
		while (n < 3 && rows[i].members[n].path.n)
			n++;
		EXPECT_INT(settle(rows[i].members, n, "", &a, &image, &map, &e), rows[i].code);
		if (strcmp(rows[i].word, "links") && !strstr(e.msg, rows[i].word))
			test_fail(__FILE__, __LINE__, "\"%s\" lacks \"%s\"", e.msg, rows[i].word);
	}
}

TEST(a_blob_that_is_not_what_its_name_says)
{
	struct archive_member bad = layer(
	        "blobs/sha256/2222222222222222222222222222222222222222222222222222222222222222",
	        "x");
	const struct archive_member members[] = {
		bad,
		document("c.json", "{\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"" DIFF "\"]}}"),
		document("manifest.json",
		         "[{\"Config\":\"c.json\",\"Layers\":["
		         "\"blobs/sha256/"
		         "2222222222222222222222222222222222222222222222222222222222222222\"]}]"),
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct image image;
	struct error e = { 0 };
	size_t *map = NULL;
	EXPECT_INT(settle(members, LEN(members), "", &a, &image, &map, &e), ERR_FORMAT);
	EXPECT(strstr(e.msg, "another digest"));
}
