/* inventory/bunreach.h — which packages of a bun.lock are wanted without "devDependencies": all that
 * the projects ("workspaces") lead to otherwise. Input: a document that was read whole. One thread. */
#pragma once
#include "base/arena.h"
#include "base/json.h"

struct bunreach;

/* `lock` is borrowed. NULL: the file does not tell, or it is too much to follow. */
struct bunreach *bunreach_new(const struct json *lock, struct arena *a);
bool bunreach_has(const struct bunreach *b, str key); /* of "packages" */
