/* fuzz/fuzz_bolt.c — a bbolt database: any path found or refused with a reason, every walk ends. */
#include "format/bolt.h"
#include "mutate_pages.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int read_at(void *ctx, uint64_t offset, void *p, size_t n, struct error *e)
{
	const str *file = ctx;
	if (offset > file->n || n > file->n - offset)
		return error_set(e, ERR_FORMAT, "short");
	memcpy(p, file->p + offset, n);
	return 0;
}

static int each(void *ctx, str key, bool bucket, struct error *e)
{
	size_t *left = ctx;
	(void)key, (void)bucket;
	return --*left ? 0 : error_set(e, ERR_LIMIT, "enough");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const str path[] = { STR_INIT("v1"), STR_INIT("a"), STR_INIT("m"), STR_INIT("k") };
	struct arena a cleanup(arena_done) = ARENA(1u << 20);
	str file = str_mem(data, n), value;
	struct bolt b = { .read = read_at, .ctx = &file, .size_bytes = n };
	struct error e = { 0 };
	size_t left = 10000;

	if (bolt_open(&b, &e) < 0) {
		assert(e.msg[0]);
		return 0;
	}
	for (size_t i = 0; i < LEN(path); i++) {
		arena_reset(&a);
		if (bolt_get(&b, path + i, LEN(path) - i, &a, &value, &e) < 0 ||
		    bolt_keys(&b, path + i, 1, each, &left, &e) < 0)
			assert(e.msg[0]);
		left = 10000;
	}
	return 0;
}

MUTATOR(mutate_pages)
