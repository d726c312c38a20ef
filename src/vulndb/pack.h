/* vulndb/pack.h — long text made short. Hosts libzstd. */
#pragma once
#include "base/buf.h"
#include "base/cursor.h"
#include "base/arena.h"

struct packer; /* one thread */
struct packer *packer_new(void);
void packer_free(struct packer *p); /* NULL is fine */
/* Appends `text`, compressed where that pays; the same text gives the same bytes. */
void pack_put(struct packer *p, struct buf *b, str text);
/* The text again, in `a` or borrowed from the cursor's bytes. ERR_FORMAT when damaged, ERR_LIMIT past
 * max_bytes. Any thread. */
int pack_get(struct cursor *c, struct arena *a, size_t max_bytes, str *out, struct error *e) must_use;
