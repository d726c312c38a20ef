/* fuzz/fuzz_cachestore.c — an entry of the cache as somebody else may have written it: the first
 * eight bytes are the size it claims, the rest its packed content, the sum over all is right.
 * Believed only when the content has that size; an entry of any bytes at all is never believed. */
#include "base/digest.h"
#include "scan/cachestore.h"
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char folder[] = "/tmp/plimsoll-fuzz-XXXXXX", path[200];

static void forget(void)
{
	if (!access(path, F_OK))
		unlink(path);
	for (int k = 0; k < CACHE_KINDS; k++) {
		char inner[100];
		snprintf(inner, sizeof inner, "%s/%s", folder,
		         cachestore_folder((enum cache_kind)k));
		rmdir(inner);
	}
	rmdir(folder);
}

static void put(str head, str sum, str rest)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0);
	assert(write(fd, head.p, head.n) == (ssize_t)head.n);
	assert(write(fd, sum.p, sum.n) == (ssize_t)sum.n);
	assert(!rest.n || write(fd, rest.p, rest.n) == (ssize_t)rest.n);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct cachestore *store;
	struct digest name = { { 0 } };
	struct buf out cleanup(buf_done) = BUF(4u << 20), summed cleanup(buf_done) = BUF(8u << 20);
	char text[DIGEST_TEXT_BYTES];
	uint64_t claimed = 0;

	if (!store) {
		assert(mkdtemp(folder));
		store = cachestore_open(folder, 0);
		snprintf(path, sizeof path, "%s/layers/%s", folder, digest_text(&name, text) + 7);
		atexit(forget);
	}
	if (n < 8)
		return 0;
	put(str_mem(data, n), (str){ 0 }, (str){ 0 });
	assert(!cachestore_get(store, CACHE_LAYERS, &name, &out));
	for (unsigned i = 0; i < 8; i++)
		claimed |= (uint64_t)data[i] << 8 * i;
	buf_add(&summed, STR("PLC1"));
	buf_add(&summed, str_mem(name.bytes, sizeof name.bytes));
	buf_add(&summed, str_mem(data, n));
	struct digest sum = digest_of(buf_view(&summed));
	put(str_upto(buf_view(&summed), 44), str_mem(sum.bytes, sizeof sum.bytes),
	    str_mem(data + 8, n - 8));
	if (cachestore_get(store, CACHE_LAYERS, &name, &out))
		assert(out.n == claimed);
	return 0;
}
