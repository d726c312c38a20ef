/* format/yamltree.h — a YAML 1.1 document as a tree in an arena, for files whose lists hold mappings.
 * Aliases, tags and several documents are refused, nesting and the number of nodes have ceilings.
 * Getters never fail: what is absent or of another kind is NULL or empty. Hosts libyaml. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

enum { YAML_DEPTH_MAX = 64, YAML_NODES_MAX = 200000 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	unsigned line;   /* from 1 */
	str key;         /* in a mapping */
	str text;        /* a scalar's; strings are copies in the arena */
	bool quoted;     /* a scalar that was written as a string */
	struct yaml_node *first, *next; /* children; neighbours */
};

/* *out is NULL for a document with nothing in it. ERR_FORMAT with "name: line N: why", ERR_LIMIT. */
int yamltree_read(const char *name, str text, struct arena *a, const struct yaml_node **out,
                  struct error *e) must_use;
const struct yaml_node *yamltree_get(const struct yaml_node *map, const char *key);
str yamltree_str(const struct yaml_node *map, const char *key); /* a scalar member, else empty */
