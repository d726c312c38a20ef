#include "format/yamltree.h"
#include "format/yamlevents.h"
#include <assert.h>

struct build {
	const char *name;
	struct arena *a;
	struct yaml_node *open[YAML_DEPTH_MAX];  /* lists and mappings that have begun */
	struct yaml_node **slot[YAML_DEPTH_MAX]; /* where the next child of each goes */
	size_t depth, nodes;
	struct yaml_node *root;
	str key; /* read, and its value not yet */
	bool has_key;
	unsigned documents;
};

static int wrong(const struct build *b, const yaml_event_t *at, struct error *e, const char *why)
{
	return yamlevents_wrong(b->name, at, e, why);
}

static int put(struct build *b, const yaml_event_t *at, enum yaml_kind kind, struct yaml_node **out,
               struct error *e)
{
	struct yaml_node *parent = b->depth ? b->open[b->depth - 1] : NULL;
	struct yaml_node *n = arena_new(b->a, struct yaml_node);

	if (++b->nodes > YAML_NODES_MAX || !n)
		return error_set(e, ERR_LIMIT, "%s: line %zu: too much in one document", b->name,
		                 at->start_mark.line + 1);
	if (parent && parent->kind == YAML_MAP && !b->has_key)
		return wrong(b, at, e, "a key must be a word");
	*n = (struct yaml_node){ .kind = kind,
		                 .line = (unsigned)at->start_mark.line + 1,
		                 .key = parent && parent->kind == YAML_MAP ? b->key : (str){ 0 } };
	b->has_key = false;
	if (parent) {
		*b->slot[b->depth - 1] = n;
		b->slot[b->depth - 1] = &n->next;
	} else {
		b->root = n;
	}
	*out = n;
	return 0;
}

static int begin(struct build *b, const yaml_event_t *at, enum yaml_kind kind, struct error *e)
{
	struct yaml_node *n = NULL;

	if (b->depth == YAML_DEPTH_MAX)
		return wrong(b, at, e, "too many levels");
	if (put(b, at, kind, &n, e) < 0 || !n)
		return e->code;
	b->open[b->depth] = n;
	b->slot[b->depth++] = &n->first;
	return 0;
}

static int take_scalar(struct build *b, const yaml_event_t *at, struct error *e)
{
	str text = arena_str(b->a,
	                     (str){ (const char *)at->data.scalar.value, at->data.scalar.length });
	struct yaml_node *n = NULL;

	if (b->depth && b->open[b->depth - 1]->kind == YAML_MAP && !b->has_key) {
		b->key = text;
		b->has_key = true;
		return 0;
	}
	if (put(b, at, YAML_SCALAR, &n, e) < 0 || !n)
		return e->code;
	n->text = text;
	n->quoted = at->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static int take_event(void *ctx, const yaml_event_t *at, struct error *e)
{
	struct build *b = ctx;

	switch (at->type) {
	case YAML_DOCUMENT_START_EVENT:
		return b->documents++ ? wrong(b, at, e, "a second document") : 0;
	case YAML_MAPPING_START_EVENT:
		return begin(b, at, YAML_MAP, e);
	case YAML_SEQUENCE_START_EVENT:
		return begin(b, at, YAML_LIST, e);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		assert(b->depth); /* libyaml's events are balanced */
		b->depth--;
		return 0;
	case YAML_SCALAR_EVENT:
		return take_scalar(b, at, e);
	default:
		return 0;
	}
}

int yamltree_read(const char *name, str text, struct arena *a, const struct yaml_node **out,
                  struct error *e)
{
	struct build b = { .name = name, .a = a };
	int r = yamlevents_read(name, text, take_event, &b, e);

	if (r >= 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "%s: larger than %zu bytes in memory", name,
		              a->max_bytes);
	if (r >= 0)
		*out = b.root;
	return r;
}

const struct yaml_node *yamltree_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *n = map->first; n; n = n->next)
		if (str_eq(n->key, str_c(key)))
			return n;
	return NULL;
}

str yamltree_str(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *n = yamltree_get(map, key);
	return n && n->kind == YAML_SCALAR ? n->text : (str){ 0 };
}
