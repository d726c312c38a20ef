/* Any bytes as settings, and as a tree, are told or refused with a line. */
#include "format/yaml.h"
#include "format/yamltree.h"
#include "mutate_yaml.h"
#include <assert.h>

static int tell(void *ctx, str key, str value, unsigned line, struct error *e)
{
	(void)ctx, (void)e, (void)value;
	assert(key.n < 256 && line > 0);
	(void)value;
	return 0;
}

static size_t count(const struct yaml_node *x)
{
	size_t n = x ? 1 : 0;

	for (const struct yaml_node *c = x ? x->first : NULL; c; c = c->next) {
		assert(c->line > 0 && (x->kind != YAML_SCALAR));
		n += count(c);
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct error e = { 0 };
	int r = yaml_scalars("settings", str_mem(data, n), tell, NULL, &e);
	assert(r >= 0 || e.msg[0]);
	struct arena a cleanup(arena_done) = ARENA(8u << 20);
	const struct yaml_node *top = NULL;
	r = yamltree_read("tree", str_mem(data, n), &a, &top, &e);
	assert(r >= 0 ? count(top) <= YAML_NODES_MAX : e.msg[0] != 0);
	return 0;
}

MUTATOR(mutate_yaml)
