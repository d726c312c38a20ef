/* format/toml.h — a TOML document (toml.io, version 1.0.0) as a tree. For lock files: of a size that the
 * caller bounds, at most TOML_DEPTH_MAX arrays and tables in each other. Strings without escapes are
 * views of the text, all else is in the arena. One thread. */
#pragma once
#include "format/tomlvalue.h"

enum { TOML_DEPTH_MAX = 64 };

/* The tree lives as long as the text and the arena. ERR_FORMAT with "name: byte N: why"; ERR_LIMIT
 * for nesting and when the arena is spent. */
int toml_parse(const char *name, str text, struct arena *a, const struct toml **out,
	       struct error *e) must_use;

/* Getters never fail: an absent member or another type gives the empty value. NULL is accepted. */
const struct toml *toml_get(const struct toml *table, const char *key);
str toml_str(const struct toml *table, const char *key);
const struct toml *toml_table(const struct toml *table, const char *key); /* NULL for another type */
const struct toml *toml_array(const struct toml *table, const char *key);
/* The first item of an array or member of a table; further ones through ->next */
const struct toml *toml_first(const struct toml *list);
