#include "scan/cache.h"
#include "stream/stream.h"
#include <assert.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>

enum { CONTENT_BYTES_MAX = 256 << 20, BUILD_ID_BYTES = 64, CHECK_ARENA_MIB = 64 };

struct cache {
	struct cachestore *store;
	const char *version;
	unsigned char build_id[BUILD_ID_BYTES]; /* the linker's sum of this very program */
	size_t build_id_n;
};

/* --- which program this is --- */

static void take_note(struct cache *c, const unsigned char *p, size_t n)
{
	while (n >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) head;
		memcpy(&head, p, sizeof head);
		size_t name = (head.n_namesz + 3u) & ~3u, desc = (head.n_descsz + 3u) & ~3u;
		if (name > n - sizeof head || desc > n - sizeof head - name)
			return;
		p += sizeof head;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && !memcmp(p, "GNU", 4)) {
			c->build_id_n = MIN((size_t)head.n_descsz, (size_t)BUILD_ID_BYTES);
			memcpy(c->build_id, p + name, c->build_id_n);
			return;
		}
		p += name + desc;
		n -= sizeof head + name + desc;
	}
}

/* The first object is the program itself. */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			take_note(ctx,
			          (const unsigned char *)(info->dlpi_addr +
			                                  info->dlpi_phdr[i].p_vaddr),
			          info->dlpi_phdr[i].p_memsz);
	return 1;
}

struct cache *cache_open(const char *dir, uint64_t max_bytes, const char *version)
{
	struct cache *c = calloc(1, sizeof *c);

	assert(c);
	c->store = cachestore_open(dir, max_bytes);
	c->version = version;
	dl_iterate_phdr(find_build_id, c);
	return c;
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	cachestore_close(c->store);
	free(c);
}

struct cachestore *cache_store(struct cache *c)
{
	return c->store;
}

const char *cache_default_folder(char *out, size_t room)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && *cache)
		snprintf(out, room, "%s/plimsoll", cache);
	else if (home && *home)
		snprintf(out, room, "%s/.cache/plimsoll", home);
	else
		snprintf(out, room, "/var/cache/plimsoll");
	return out;
}

/* --- layers --- */

/* table: of a layer that was read by it, else NULL */
static struct digest name_of_layer(const struct cache *c, const struct digest *blob,
                                   const struct layer_table *table, struct wanted_list wanted)
{
	struct buf key cleanup(buf_done) = BUF(MIB(64));

	buf_str(&key, table ? STR("layer by its table") : STR("layer"));
	if (table) {
		buf_u32(&key, table->kind);
		buf_add(&key, str_mem(table->digest.bytes, sizeof table->digest.bytes));
	}
	buf_u32(&key, CACHE_READERS);
	buf_str(&key, str_c(c->version));
	buf_str(&key, str_mem(c->build_id, c->build_id_n));
	buf_add(&key, str_mem(blob->bytes, sizeof blob->bytes));
	buf_u32(&key, (uint32_t)wanted.n);
	for (size_t i = 0; i < wanted.n; i++) {
		buf_str(&key, wanted.v[i].path);
		buf_str(&key, wanted.v[i].detector);
	}
	assert(!key.failed);
	return digest_of(buf_view(&key));
}

static bool read_content(str content, struct layer_result *out)
{
	struct stream *s cleanup(stream_cleanup) = stream_mem(content);
	struct error e = { 0 };
	char more;

	if (layer_result_read(s, out, &e) >= 0 && !out->end.code &&
	    stream_read(s, &more, 1, &e) == 0)
		return true;
	layer_result_done(out);
	*out = (struct layer_result){ .arena = out->arena };
	return false;
}

static bool recall(struct cache *c, struct digest name, struct layer_result *out)
{
	struct buf content cleanup(buf_done) = BUF(CONTENT_BYTES_MAX);

	return cachestore_get(c->store, CACHE_LAYERS, &name, &content) &&
	       read_content(buf_view(&content), out);
}

bool cache_recall_layer(struct cache *c, const struct digest *blob, struct wanted_list wanted,
                        struct layer_result *out)
{
	return recall(c, name_of_layer(c, blob, NULL, wanted), out);
}

bool cache_recall_sought(struct cache *c, const struct layer *l, struct wanted_list wanted,
                         struct layer_result *out)
{
	return c && recall(c, name_of_layer(c, &l->digest, &l->table, wanted), out);
}

/* Gaps that the machine made (no room for a spool) would be there again though the room is not;
 * those of limits and of damaged files are the bytes' own. */
static bool is_lasting(const struct layer_result *r)
{
	for (size_t i = 0; i < r->gaps.n; i++)
		if (r->gaps.v[i].kind == GAP_CRASH || r->gaps.v[i].kind == GAP_NOT_READ)
			return false;
	return !r->end.code;
}

static void retain(struct cache *c, struct digest name, const struct layer_result *r)
{
	struct sink content = SINK(-1);

	if (!is_lasting(r))
		return;
	layer_result_write(r, &content);
	sink_flush(&content);
	if (!content.failed)
		cachestore_put(c->store, CACHE_LAYERS, &name, buf_view(&content.bytes));
	buf_done(&content.bytes);
}

void cache_retain_layer(struct cache *c, const struct digest *blob, struct wanted_list wanted,
                        const struct layer_result *r)
{
	retain(c, name_of_layer(c, blob, NULL, wanted), r);
}

void cache_retain_sought(struct cache *c, const struct layer *l, struct wanted_list wanted,
                         const struct layer_result *r)
{
	if (c)
		retain(c, name_of_layer(c, &l->digest, &l->table, wanted), r);
}

/* --- documents --- */

bool cache_recall_document(void *ctx, const struct digest *d, struct buf *out)
{
	struct cache *c = ctx;
	struct digest got;

	if (!cachestore_get(c->store, CACHE_DOCUMENTS, d, out))
		return false;
	got = digest_of(buf_view(out));
	if (digest_eq(&got, d))
		return true;
	buf_clear(out);
	return false;
}

void cache_retain_document(void *ctx, const struct digest *d, str bytes)
{
	struct cache *c = ctx;
	struct digest got = digest_of(bytes);

	if (digest_eq(&got, d))
		cachestore_put(c->store, CACHE_DOCUMENTS, d, bytes);
}

bool cache_entry_is_sound(struct cache *c, const struct cachestore_entry *x)
{
	struct buf content cleanup(buf_done) = BUF(CONTENT_BYTES_MAX);
	struct arena a cleanup(arena_done) = ARENA(MIB(CHECK_ARENA_MIB));
	struct layer_result r = { .arena = &a };

	if (x->kind == CACHE_DOCUMENTS)
		return cache_recall_document(c, &x->name, &content);
	if (!cachestore_get(c->store, x->kind, &x->name, &content))
		return false;
	if (x->kind == CACHE_LAYERS && !read_content(buf_view(&content), &r))
		return false;
	layer_result_done(&r);
	return true;
}
