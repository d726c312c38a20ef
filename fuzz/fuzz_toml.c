/* Any bytes as TOML are a tree whose views lie in the text, or are refused with a place. */
#include "base/attr.h"
#include "format/toml.h"
#include "mutate_toml.h"
#include <assert.h>

static size_t walk(const struct toml *v)
{
	size_t sum = v->key.n + v->text.n;

	for (size_t i = 0; i < v->text.n; i++)
		sum += (unsigned char)v->text.p[i];
	for (const struct toml *m = toml_first(v); m; m = m->next)
		sum += walk(m);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(4u << 20);
	const struct toml *top = NULL;
	struct error e = { 0 };
	int r = toml_parse("fuzz", str_mem(data, n), &a, &top, &e);

	assert(r < 0 ? e.msg[0] != 0 : top->type == TOML_TABLE);
	volatile size_t sum = r < 0 ? 0 : walk(top);
	(void)sum;
	return 0;
}

MUTATOR(mutate_toml)
