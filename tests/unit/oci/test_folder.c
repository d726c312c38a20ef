#include "../test.h"
#include "base/buf.h"
#include "oci/folder.h"
#include "oci/tarhead.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static void run(const char *dir, const char *command)
{
	char line[4096];
	snprintf(line, sizeof line, "cd '%s' && %s", dir, command);
	if (system(line))
		abort();
}

/* What GNU tar lists: an independent reader of what we write. */
static void list_with_tar(const struct buf *tar, struct buf *out)
{
	char path[] = "/tmp/plimsoll-tar-XXXXXX", line[128];
	int fd = mkstemp(path);
	size_t got;
	if (fd < 0 || write(fd, tar->p, tar->n) != (ssize_t)tar->n)
		abort();
	close(fd);
	snprintf(line, sizeof line, "LC_ALL=C tar --quoting-style=literal -tf %s 2>/dev/null",
	         path);
	FILE *f = popen(line, "r");
	while (f && (got = fread(buf_room(out, 4096), 1, 4096, f)) > 0)
		buf_grown(out, got);
	if (f)
		pclose(f);
	unlink(path);
}

static int read_all(const char *dir, struct source_options *o, struct buf *tar, size_t *gaps)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct image image = { 0 };
	struct folder *f = NULL;
	struct stream *s = NULL;
	struct error e = { 0 };
	char piece[777];
	ssize_t got;
	int r = folder_open(dir, o, &a, &image, &f, &e);
	EXPECT_OK(r, &e);
	EXPECT_OK(folder_layer(f, &s, &e), &e);
	while ((got = stream_read(s, piece, sizeof piece, &e)) > 0)
		buf_add(tar, str_mem(piece, (size_t)got));
	EXPECT_INT(got, 0);
	stream_free(s);
	folder_gaps(f, gaps);
	folder_free(f);
	return r;
}

TEST(a_folder_becomes_a_tar_that_tar_reads)
{
	char dir[] = "/tmp/plimsoll-test-XXXXXX";
	struct buf tar cleanup(buf_done) = BUF(1 << 24), again cleanup(buf_done) = BUF(1 << 24);
	struct buf list cleanup(buf_done) = BUF(1 << 20);
	struct source_options o = { 0 };
	size_t gaps;
	if (!mkdtemp(dir))
		abort();
	run(dir, "mkdir -p b/c a && echo hello >b/c/f && ln b/c/f b/z && ln -s /etc/passwd a/link "
	         "&& mkfifo a/pipe &&"
	         "head -c 1024 /dev/zero >a/block && : >a/empty &&"
	         "mkdir \"$(printf 'd%.0s' $(seq 120))\" && echo x >\"$(printf 'd%.0s' $(seq "
	         "120))/$(printf 'e%.0s' $(seq 120))\" &&"
	         "echo y >\"$(printf 'caf\\303\\251')\"");
	read_all(dir, &o, &tar, &gaps);
	read_all(dir, &o, &again, &gaps);
	EXPECT_INT(gaps, 0);
	EXPECT_STR(buf_view(&tar), buf_view(&again));
	EXPECT_INT(tar.n % TAR_BLOCK, 0);
	list_with_tar(&tar, &list);
	EXPECT_STR(str_upto(buf_view(&list), 44),
	           STR("a\na/block\na/empty\na/link\nb\nb/c\nb/c/f\nb/z\ncaf"));
	EXPECT(str_find(buf_view(&list), STR("eeeeeeeeee")) < list.n);
	EXPECT(str_find(buf_view(&list), STR("pipe")) == list.n);
	EXPECT(str_find(buf_view(&tar), STR("root:")) == tar.n); /* no link was followed */
	char line[64];
	snprintf(line, sizeof line, "rm -r %s", dir);
	run("/", line);
}

static bool want_f(void *ctx, str path, unsigned mode, uint64_t size)
{
	(void)ctx, (void)mode, (void)size;
	return str_ends(path, STR("/f2"));
}

TEST(unwanted_files_are_names_only_and_hard_links_keep_their_content)
{
	char dir[] = "/tmp/plimsoll-test-XXXXXX";
	struct buf tar cleanup(buf_done) = BUF(1 << 24), list cleanup(buf_done) = BUF(1 << 20);
	struct source_options o = { .want = want_f };
	size_t gaps;
	if (!mkdtemp(dir))
		abort();
	run(dir, "mkdir d && echo content >d/f1 && ln d/f1 d/f2");
	read_all(dir, &o, &tar, &gaps);
	list_with_tar(&tar, &list);
	EXPECT_STR(buf_view(&list), STR("d\nd/f1\nd/f2\n"));
	EXPECT(str_find(buf_view(&tar), STR("content\n")) < tar.n);
	EXPECT_INT(tar.p[2 * TAR_BLOCK - 356], '6'); /* the type of the second member, d/f1 */
	run(dir, "rm -r d");
	rmdir(dir);
}

TEST(what_is_nested_too_deep_is_a_gap)
{
	char dir[] = "/tmp/plimsoll-test-XXXXXX", line[64];
	struct buf tar cleanup(buf_done) = BUF(1 << 24);
	struct source_options o = { 0 };
	size_t gaps = 0;
	if (!mkdtemp(dir))
		abort();
	run(dir, "mkdir -p $(printf 'd/%.0s' $(seq 300))");
	read_all(dir, &o, &tar, &gaps);
	EXPECT_INT(gaps, 1);
	snprintf(line, sizeof line, "rm -r %s", dir);
	run("/", line);
}

TEST(a_tar_header_of_posix_1_1988)
{
	struct buf b cleanup(buf_done) = BUF(1 << 16);
	struct tarhead h = { '0', STR("a"), STR(""), 0755, 9, 0 };
	tarhead_write(&b, &h);
	EXPECT_INT(b.n, 512);
	EXPECT_STR(str_mem(b.p + 100, 8), str_mem("0000755", 8));
	EXPECT_STR(str_mem(b.p + 124, 12), str_mem("00000000011", 12));
	EXPECT_STR(str_mem(b.p + 257, 8), str_mem("ustar\00000", 8));
	unsigned sum = 0;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)b.p[i];
	EXPECT_INT(strtoul(b.p + 148, NULL, 8), sum);
}
