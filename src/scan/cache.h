/* scan/cache.h — what was read once: the findings of layers, by the digest of the blob that was
 * checked while it streamed, and the documents of images by theirs. What comes back is read as
 * hostile bytes are. docs/adr/0005 says what the key is made of. Any thread. */
#pragma once
#include "scan/cachestore.h"
#include "scan/result.h"
#include "scan/walk.h"

/* Rises when a reader or the walk gives other findings for the same bytes; programs that differ in
 * version or build never share an entry of a layer anyway. */
enum { CACHE_READERS = 1 };

#define CACHE_MAX_BYTES ((uint64_t)1 << 30) /* unless told otherwise */

struct cache;

/* dir NULL: in memory, for one run. `version` of the program; both are borrowed. */
struct cache *cache_open(const char *dir, uint64_t max_bytes, const char *version);
void cache_close(struct cache *c); /* NULL is fine */
struct cachestore *cache_store(struct cache *c);

/* true: *out (arena set by the caller) is as if the layer had been read */
bool cache_recall_layer(struct cache *c, const struct digest *blob, struct wanted_list wanted,
                        struct layer_result *out);
/* Only what was read to its end, and what another reading would find again. */
void cache_retain_layer(struct cache *c, const struct digest *blob, struct wanted_list wanted,
                        const struct layer_result *r);

/* The same of a layer that was read by its table: nobody checked the digest of its blob, so what was found is
 * kept beside that, under the table's digest too. `c` may be NULL. */
bool cache_recall_sought(struct cache *c, const struct layer *l, struct wanted_list wanted,
                         struct layer_result *out);
void cache_retain_sought(struct cache *c, const struct layer *l, struct wanted_list wanted,
                         const struct layer_result *r);

/* As source_options want them; ctx is the cache. */
bool cache_recall_document(void *ctx, const struct digest *d, struct buf *out);
void cache_retain_document(void *ctx, const struct digest *d, str bytes);

/* Is the entry what its name and kind promise? */
bool cache_entry_is_sound(struct cache *c, const struct cachestore_entry *x);

/* $XDG_CACHE_HOME/plimsoll, ~/.cache/plimsoll or /var/cache/plimsoll */
const char *cache_default_folder(char *out, size_t room);
