/* fuzz/fuzz_paging.c — what a caller sends back to the center's lists: a cursor is refused, or its
 * keys make the same one again; a resource ID is refused, or its parts lie in it; a GUID is a
 * finding's name and made again from its key. */
#include "center/finding_name.h"
#include "center/paging.h"
#include "center/resources.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void cursor(str text, struct arena *a)
{
	static const char *const kinds[] = { "i", "iiii", "tti", "tf" };
	struct value keys[4];
	struct error e = { 0 };

	for (size_t i = 0; i < LEN(kinds); i++) {
		struct paging p = { .after = text };
		int code = page_read(&p, a, kinds[i], keys, &e);
		assert(code >= 0 || e.msg[0]);
		if (code <= 0)
			continue;
		p.after = page_cursor(a, keys, strlen(kinds[i]));
		assert(a->failed || page_read(&p, a, kinds[i], keys, &e) == 1);
	}
}

static void resource(str text, struct arena *a)
{
	struct resource x, y;
	struct error e = { 0 };

	if (resources_parse(text, &x, &e) < 0) {
		assert(e.msg[0]);
		return;
	}
	assert(resources_is_guid(x.subscription) && x.rest.n <= text.n);
	str key = resources_key(a, text);
	assert(a->failed || resources_parse(key, &y, &e) >= 0);
	assert(a->failed || (y.kind == x.kind && str_eq_nocase(x.name, y.name)));
}

static void name(str text)
{
	char again[FINDING_NAME_BYTES];
	struct finding_key k;

	if (!finding_name_parse(text, &k))
		return;
	assert(str_eq_nocase(text, str_c(finding_name_make(&k, again))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(1u << 20);
	str text = str_mem(data, n);

	cursor(text, &a);
	resource(text, &a);
	name(text);
	return 0;
}
