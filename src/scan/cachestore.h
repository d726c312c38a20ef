/* scan/cachestore.h — a folder of small facts by name, shared by any number of processes: a file an
 * entry, written beside its place and renamed into it, read without locks, checked by a digest each
 * time. What is damaged, of another kind or another's name is as good as absent. The oldest by their
 * last use go when there are too many bytes. Without a folder (or where it cannot be written) a few
 * entries are kept in memory, for one run. Any thread. */
#pragma once
#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"

enum cache_kind { CACHE_LAYERS, CACHE_DOCUMENTS, CACHE_IMAGES, CACHE_KINDS };

struct cachestore;

/* `dir` NULL: memory only. A folder that cannot be made or is not to be trusted is no failure:
 * cachestore_trouble says what is wrong with it. max_bytes 0: no limit. */
struct cachestore *cachestore_open(const char *dir, uint64_t max_bytes);
const char *cachestore_trouble(const struct cachestore *s); /* NULL: all is well */
void cachestore_close(struct cachestore *s);                /* evicts, when something was written */

/* false: there is nothing to be believed; *out, which has the ceiling, is empty then */
bool cachestore_get(struct cachestore *s, enum cache_kind kind, const struct digest *name,
                    struct buf *out);
void cachestore_put(struct cachestore *s, enum cache_kind kind, const struct digest *name, str content);
void cachestore_drop(struct cachestore *s, enum cache_kind kind, const struct digest *name);

struct cachestore_entry {
	enum cache_kind kind;
	struct digest name;
	bool foreign; /* not a name of ours: left from a write that was cut off */
	uint64_t bytes;
	int64_t used; /* seconds since 1970 */
};
/* Tells every file of the folder, in no order. Below 0 what fn gave, which ends it. */
int cachestore_each(struct cachestore *s, int (*fn)(void *ctx, const struct cachestore_entry *x),
                    void *ctx);
uint64_t cachestore_clean(struct cachestore *s); /* removes all; how many */

const char *cachestore_folder(enum cache_kind kind); /* "layers" … */
