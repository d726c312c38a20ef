/* format/yamlevents.h — libyaml's events of a text, for this room's readers of YAML. Aliases are
 * refused by all of them: they are how a small document becomes a large one. One thread. */
#pragma once
#include "base/error.h"
#include "base/str.h"
#include <yaml.h>

/* Below 0 ends the walk and is its result. No event is an alias. */
typedef int yamlevents_each(void *ctx, const yaml_event_t *event, struct error *e);

int yamlevents_read(const char *name, str text, yamlevents_each *each, void *ctx,
                    struct error *e) must_use;
/* ERR_FORMAT: "name: line N: why" */
int yamlevents_wrong(const char *name, const yaml_event_t *at, struct error *e, const char *why);
