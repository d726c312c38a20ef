/* format/jsonwalk.h — one huge JSON object taken apart into subtrees as its bytes arrive, so that a
 * feed of 100 MB costs the memory of its largest subtree. Hosts yajl. RFC 8259, but overlong UTF-8
 * passes; at most JSONWALK_DEPTH_MAX levels. One thread. */
#pragma once
#include "stream/stream.h"

enum { JSONWALK_DEPTH_MAX = 64, JSONWALK_PATH_MAX = 4, JSONWALK_KEY_BYTES = 4096 };

/* One subtree: the keys that lead to it and its JSON text, both borrowed for the call. A value that
 * is no object ends a path early: path_len is then below the depth asked for. 0 goes on. */
typedef int jsonwalk_each(void *ctx, const str *path, size_t path_len, str json, struct error *e);

/* Calls `each` for every value `depth` keys below the top (1 … JSONWALK_PATH_MAX). A top that is no
 * object, damage, or a cut are ERR_FORMAT with "name: byte N: why"; a subtree of more than
 * max_subtree bytes is ERR_LIMIT; what `each` returns below 0 ends the walk. The stream is
 * borrowed. */
int jsonwalk(const char *name, struct stream *from, size_t depth, size_t max_subtree,
             jsonwalk_each *each, void *ctx, struct error *e) must_use;

/* The same with a plan: what is taken apart, what comes whole, what is passed over unkept. The
 * items of an array that is taken apart come one by one, under the array's own path. Asked before
 * each value below the top that no skipped or whole one holds; at most JSONWALK_PATH_MAX keys deep.
 */
enum jsonwalk_take { JSONWALK_SKIP, JSONWALK_WHOLE, JSONWALK_APART };
enum jsonwalk_shape { JSONWALK_SCALAR, JSONWALK_OBJECT, JSONWALK_ARRAY };
typedef enum jsonwalk_take jsonwalk_plan(void *ctx, const str *path, size_t path_len,
                                         enum jsonwalk_shape shape, bool item);
int jsonwalk_planned(const char *name, struct stream *from, jsonwalk_plan *plan, size_t max_subtree,
                     jsonwalk_each *each, void *ctx, struct error *e) must_use;
