/* What is kept comes back as it was, or not at all. */
#include "../test.h"
#include "scan/bases.h"
#include "scan/cache.h"
#include <fcntl.h>
#include <sys/stat.h>

struct folder {
	char path[64];
};

static struct folder make_folder(void)
{
	struct folder f = { "/tmp/plimsoll-cache-XXXXXX" };
	EXPECT(mkdtemp(f.path) != NULL);
	return f;
}

static void remove_folder(struct folder *f)
{
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", f->path);
	EXPECT_INT(system(command), 0);
}

static struct layer_result one_package(struct arena *a, enum gap_kind gap)
{
	struct layer_result r = { .arena = a };
	struct package p = { .type = PACKAGE_NPM, .name = STR("a"), .version = STR("1") };
	struct entry x = { .kind = ENTRY_FILE, .path = STR("p"), .packages = { 0, 1 } };

	vec_add(a, &r.packages, p);
	vec_add(a, &r.entries, x);
	if (gap != GAP_KIND_COUNT)
		vec_add(a, &r.gaps, ((struct gap){ gap, STR("p"), STR("why"), 0 }));
	hashes_add(&r.plain, 7);
	return r;
}

static bool comes_back(const char *dir, const char *version, const struct digest *blob,
                       struct wanted_list wanted)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct layer_result r = { .arena = &a };
	struct cache *c = cache_open(dir, 0, version);
	bool found = cache_recall_layer(c, blob, wanted, &r);

	if (found) {
		EXPECT_INT(r.packages.n, 1);
		EXPECT(str_eq(r.packages.v[0].name, STR("a")));
		EXPECT(hashes_have(&r.plain, 7));
	} else {
		EXPECT_INT(r.entries.n + r.packages.n, 0);
	}
	layer_result_done(&r);
	cache_close(c);
	return found;
}

static void keep(const char *dir, const struct digest *blob, struct wanted_list wanted,
                 enum gap_kind gap, int end)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct layer_result r = one_package(&a, gap);
	struct cache *c = cache_open(dir, 0, "1");

	r.end.code = end;
	cache_retain_layer(c, blob, wanted, &r);
	layer_result_done(&r);
	cache_close(c);
}

TEST(the_key_is_blob_version_and_what_was_wanted)
{
	struct folder f cleanup(remove_folder) = make_folder();
	struct digest blob = digest_of(STR("blob")), other = digest_of(STR("other"));
	struct wanted w = { STR("a/file"), STR("dpkg") };
	struct wanted_list none = { 0 }, some = { &w, 1 };

	keep(f.path, &blob, none, GAP_KIND_COUNT, 0);
	EXPECT(comes_back(f.path, "1", &blob, none));
	EXPECT(!comes_back(f.path, "2", &blob, none));
	EXPECT(!comes_back(f.path, "1", &other, none));
	EXPECT(!comes_back(f.path, "1", &blob, some));
}

TEST(what_the_machine_did_is_not_kept)
{
	static const struct {
		enum gap_kind gap;
		int end;
		bool kept;
	} rows[] = {
		// clang-format off
		{ GAP_LIMIT, 0, true },      /* the bytes' own: found again */
		{ GAP_UNREADABLE, 0, true },
		{ GAP_NOT_READ, 0, false },  /* no room for a spool */
		{ GAP_CRASH, 0, false },
		{ GAP_KIND_COUNT, ERR_CRASH, false },
		{ GAP_KIND_COUNT, ERR_LIMIT, false },
		{ GAP_KIND_COUNT, ERR_FORMAT, false },
		// clang-format on
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct folder f cleanup(remove_folder) = make_folder();
		struct digest blob = digest_of(STR("blob"));
		keep(f.path, &blob, (struct wanted_list){ 0 }, rows[i].gap, rows[i].end);
		EXPECT_INT(comes_back(f.path, "1", &blob, (struct wanted_list){ 0 }), rows[i].kept);
	}
}

static void path_of(const struct folder *f, const char *kind, const struct digest *name,
                    char out[256])
{
	char text[DIGEST_TEXT_BYTES];
	snprintf(out, 256, "%s/%s/%s", f->path, kind, digest_text(name, text) + 7);
}

TEST(no_byte_of_an_entry_may_change)
{
	struct folder f cleanup(remove_folder) = make_folder();
	struct digest name = digest_of(STR("content of a document"));
	struct cachestore *s = cachestore_open(f.path, 0);
	struct buf out cleanup(buf_done) = BUF(4096);
	char path[256], byte;

	cachestore_put(s, CACHE_DOCUMENTS, &name, STR("content of a document"));
	EXPECT(cachestore_get(s, CACHE_DOCUMENTS, &name, &out));
	EXPECT(str_eq(buf_view(&out), STR("content of a document")));
	path_of(&f, "documents", &name, path);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	for (off_t at = 0; pread(fd, &byte, 1, at) == 1; at++) {
		char wrong = (char)(byte ^ 1);
		EXPECT_INT(pwrite(fd, &wrong, 1, at), 1);
		buf_clear(&out);
		EXPECT(!cachestore_get(s, CACHE_DOCUMENTS, &name, &out));
		EXPECT_INT(pwrite(fd, &byte, 1, at), 1);
	}
	buf_clear(&out);
	EXPECT(cachestore_get(s, CACHE_DOCUMENTS, &name, &out));
	EXPECT_INT(ftruncate(fd, 90), 0);
	buf_clear(&out);
	EXPECT(!cachestore_get(s, CACHE_DOCUMENTS, &name, &out));
	close(fd);
	cachestore_close(s);
}

TEST(a_document_is_of_its_digest)
{
	struct cache *c = cache_open(NULL, 0, "1");
	struct digest d = digest_of(STR("{}")), other = digest_of(STR("[]"));
	struct buf out cleanup(buf_done) = BUF(64);

	cache_retain_document(c, &other, STR("{}"));
	EXPECT(!cache_recall_document(c, &other, &out));
	cache_retain_document(c, &d, STR("{}"));
	EXPECT(cache_recall_document(c, &d, &out));
	cachestore_put(cache_store(c), CACHE_DOCUMENTS, &other, STR("{}"));
	buf_clear(&out);
	EXPECT(!cache_recall_document(c, &other, &out));
	cache_close(c);
}

TEST(a_folder_that_anybody_may_write_is_not_used)
{
	struct folder f cleanup(remove_folder) = make_folder();
	char path[128];

	cachestore_close(cachestore_open(f.path, 0));
	snprintf(path, sizeof path, "%s/layers", f.path);
	EXPECT_INT(chmod(path, 0777), 0);
	struct cachestore *s = cachestore_open(f.path, 0);
	EXPECT(cachestore_trouble(s) != NULL);
	cachestore_close(s);
}

static int add_bytes(void *ctx, const struct cachestore_entry *x)
{
	*(uint64_t *)ctx += x->bytes;
	return 0;
}

TEST(the_least_recently_used_goes_first)
{
	struct folder f cleanup(remove_folder) = make_folder();
	struct digest names[3];
	struct buf out cleanup(buf_done) = BUF(4096);
	char path[256];
	uint64_t bytes = 0;
	struct cachestore *s = cachestore_open(f.path, 0);

	for (size_t i = 0; i < 3; i++) {
		names[i] = digest_of(str_mem(&i, sizeof i));
		cachestore_put(s, CACHE_DOCUMENTS, &names[i], STR("content"));
		path_of(&f, "documents", &names[i], path);
		struct timespec t[2] = { { .tv_sec = 1000 + (time_t)i },
			                 { .tv_sec = 1000 + (time_t)i } };
		EXPECT_INT(utimensat(AT_FDCWD, path, t, 0), 0);
	}
	EXPECT(cachestore_get(s, CACHE_DOCUMENTS, &names[0], &out)); /* is the newest now */
	cachestore_each(s, add_bytes, &bytes);
	cachestore_close(s);
	s = cachestore_open(f.path, bytes);
	cachestore_put(s, CACHE_LAYERS, &names[0], STR("one more"));
	cachestore_close(s);
	s = cachestore_open(f.path, 0);
	EXPECT(!cachestore_get(s, CACHE_DOCUMENTS, &names[1], &out));
	buf_clear(&out);
	EXPECT(cachestore_get(s, CACHE_DOCUMENTS, &names[0], &out));
	cachestore_close(s);
}
