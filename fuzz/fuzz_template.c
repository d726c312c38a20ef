/* Any bytes as a template over a small report: an error with its place, or an output within its ceiling. */
#include "report/template.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { "t.txt", "t.html", "t.json", "t.csv", "t.md" };
	struct arena a cleanup(arena_done) = ARENA(4 << 20);
	struct buf out cleanup(buf_done) = BUF(1 << 20);
	struct error e = { 0 };
	struct template *t;
	struct json *d;

	assert(!json_parse("d", STR("{\"a\":\"<\\\"=@\",\"n\":1,\"l\":[{\"a\":1},{\"b\":[\"x\",2,null]}],\"o\":{\"p\":{\"q\":true}}}"),
			   &d, &e));
	if (n && template_parse(str_c(names[data[0] % LEN(names)]), str_mem(data + 1, n - 1), &a, &t, &e) == 0)
		assert(!template_write(t, d, &out, &e) || e.code == ERR_LIMIT);
	else
		assert(!n || e.msg[0]);
	json_free(d);
	return 0;
}
