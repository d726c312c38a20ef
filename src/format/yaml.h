/* format/yaml.h — the scalars of a small YAML document (1.1, as libyaml reads it), each with the keys
 * that lead to it. For our own configuration files: mappings of scalars and lists of scalars, eight
 * levels deep. Hosts libyaml. */
#pragma once
#include "base/error.h"
#include "base/str.h"

/* key: "scan.format"; of a list, each item is told with the list's key. line counts from 1. Below 0
 * ends the walk and is its result. */
typedef int yaml_scalar(void *ctx, str key, str value, unsigned line, struct error *e);

/* ERR_FORMAT with "name: line N: why" for anything that is no such document. Nothing in it is no
 * error. */
int yaml_scalars(const char *name, str text, yaml_scalar *tell, void *ctx, struct error *e) must_use;
