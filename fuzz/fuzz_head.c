/* A head that is taken has one reading: a path from the root without "." and "..", one length, a
 * host that is one. A chunked body is the same in one piece and byte by byte. */
#include "net/chunks.h"
#include "net/head.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void judge_path(str path)
{
	str segment;
	assert(path.n && path.p[0] == '/' && !memchr(path.p, 0, path.n));
	assert(str_find(path, STR("//")) == path.n);
	while (str_split(&path, '/', &segment))
		assert(!str_eq(segment, STR(".")) && !str_eq(segment, STR("..")));
}

static void read_head(str bytes)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct head h;
	const char *why = NULL;
	int status = head_parse(bytes, &a, &h, &why);
	if (status) {
		assert(status >= 400 && status <= 505 && why);
		return;
	}
	judge_path(h.path);
	assert(h.method < METHOD_COUNT && h.n <= HEAD_FIELDS_MAX);
	assert(!h.chunked || (!h.length && !head_field(&h, "content-length").n));
	assert(h.host.n || !h.minor);
	for (size_t i = 0; i < h.host.n; i++)
		assert(h.host.p[i] > ' ' && !strchr("/@?#\\\"<>", h.host.p[i]));
	for (size_t i = 0; i < h.n; i++)
		assert(head_is_token(h.fields[i].name) &&
		       str_chr(h.fields[i].value, '\n') == h.fields[i].value.n &&
		       str_chr(h.fields[i].value, '\r') == h.fields[i].value.n);
}

static void read_chunks(str bytes)
{
	struct buf whole cleanup(buf_done) = BUF(4096), cut cleanup(buf_done) = BUF(4096);
	struct chunks a = { 0 }, b = { 0 };
	str rest = bytes;
	int r = chunks_feed(&a, &rest, &whole), again = 0;
	assert(r < 0 || r == 1 || !rest.n);
	size_t used = 0;
	while (used < bytes.n && again == 0) {
		str one = str_mem(bytes.p + used, 1);
		again = chunks_feed(&b, &one, &cut);
		used += 1 - one.n;
	}
	assert(again == r);
	if (r >= 0)
		assert(str_eq(buf_view(&whole), buf_view(&cut)));
	if (r == 1)
		assert(used == bytes.n - rest.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str bytes = str_mem(data, n);
	size_t end = str_find(bytes, STR("\r\n\r\n"));
	read_head(str_upto(bytes, MIN(end + 4, (size_t)HEAD_BYTES_MAX)));
	read_chunks(str_from(bytes, end + 4));
	return 0;
}
