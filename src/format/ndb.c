/* rpm's ndb: all little-endian. The file is pages of 256 slots of 16 bytes (the first two slots of
 * the first page are the header), then blobs in whole 16-byte blocks:
 *
 *   header  "RpmP" version generation slotpages nextpkgidx …   32 bytes
 *   slot    "Slot" pkgidx blockoffset blockcount               offset 0: a free slot
 *   blob    "BlbS" pkgidx generation length, bytes, padding, adler32 length "BlbE"
 *
 * The checksum covers everything in front of it. rpm itself checks it when a blob is moved or
 * removed; here always, as a changed byte in a version would be a wrong verdict. */
#include "format/ndb.h"
#include "base/buf.h"
#include "base/cursor.h"
#include <assert.h>
#include <inttypes.h>

enum {
	PAGE_BYTES = 4096,
	HEADER_BYTES = 32,
	SLOT_BYTES = 16,
	BLOCK_BYTES = 16,
	BLOB_HEAD_BYTES = 16,
	BLOB_TAIL_BYTES = 12,
};

#define MAGIC(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

struct slot {
	uint32_t package, offset, count; /* the last two in blocks */
};

struct ndb {
	struct blobs blobs;
	struct spool *from;
	struct buf blob;
	struct slot *slots; /* by offset */
	size_t slot_count, at;
	uint64_t end; /* block behind the last blob that was read */
};

static uint32_t adler32_of(const unsigned char *p, size_t n)
{
	uint32_t low = 1, high = 0;

	while (n) { /* 5,552: so many bytes fit in 32 bits (RFC 1950) */
		size_t part = MIN(n, (size_t)5552);
		for (size_t i = 0; i < part; i++) {
			low += p[i];
			high += low;
		}
		low %= 65521;
		high %= 65521;
		p += part;
		n -= part;
	}
	return high << 16 | low;
}

static int compare_slots(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	return x->offset != y->offset ? (x->offset < y->offset ? -1 : 1)
	                              : (x->package > y->package) - (x->package < y->package);
}

/* One slot that is in use; a slot that points nowhere means that the file was cut. */
static int check_slot(const struct slot *s, uint64_t first_block, uint64_t blocks, struct error *e)
{
	if (!s->package || !s->count || s->offset < first_block)
		return error_set(e, ERR_FORMAT,
		                 "slot of package %" PRIu32 " points to block %" PRIu32, s->package,
		                 s->offset);
	if ((uint64_t)s->offset + s->count > blocks)
		return error_set(e, ERR_FORMAT,
		                 "slot of package %" PRIu32 " runs past the end, to block %" PRIu64,
		                 s->package, (uint64_t)s->offset + s->count);
	return 0;
}

static int read_slot_page(struct ndb *n, uint32_t page, uint32_t pages, struct error *e)
{
	unsigned char bytes[PAGE_BYTES];
	struct cursor c = CURSOR(NULL, bytes, sizeof bytes);
	int r = spool_read(n->from, (uint64_t)page * PAGE_BYTES, bytes, sizeof bytes, e);

	if (r < 0)
		return r;
	c.base = (uint64_t)page * PAGE_BYTES;
	cur_skip(&c, page ? 0 : HEADER_BYTES);
	while (cur_left(&c)) {
		if (cur_le32(&c) != MAGIC('S', 'l', 'o', 't'))
			return cur_error(&c, e, "no slot");
		struct slot s = { .package = cur_le32(&c),
			          .offset = cur_le32(&c),
			          .count = cur_le32(&c) };
		if (!s.offset)
			continue;
		r = check_slot(&s, (uint64_t)pages * (PAGE_BYTES / BLOCK_BYTES),
		               spool_size(n->from) / BLOCK_BYTES, e);
		if (r < 0)
			return r;
		n->slots[n->slot_count++] = s;
	}
	return 0;
}

static int read_slots(struct ndb *n, struct error *e)
{
	unsigned char bytes[HEADER_BYTES];
	struct cursor c = CURSOR(NULL, bytes, sizeof bytes);
	uint32_t version, pages;
	int r = spool_read(n->from, 0, bytes, sizeof bytes, e);

	if (r < 0)
		return r;
	if (cur_le32(&c) != MAGIC('R', 'p', 'm', 'P'))
		return error_set(e, ERR_FORMAT, "not an ndb package file");
	if ((version = cur_le32(&c)) != 0)
		return error_set(e, ERR_UNSUPPORTED, "ndb version %" PRIu32, version);
	cur_skip(&c, 4); /* generation */
	pages = cur_le32(&c);
	if (!pages || pages > spool_size(n->from) / PAGE_BYTES)
		return error_set(e, ERR_FORMAT, "%" PRIu32 " slot pages in %" PRIu64 " bytes",
		                 pages, spool_size(n->from));
	n->slots =
	        calloc(pages, PAGE_BYTES / SLOT_BYTES * sizeof *n->slots); /* less than the file */
	if (!n->slots)
		return error_set(e, ERR_LIMIT, "no memory for %" PRIu32 " slot pages", pages);
	for (uint32_t page = 0; page < pages; page++)
		if ((r = read_slot_page(n, page, pages, e)) < 0)
			return r;
	if (n->slot_count)
		qsort(n->slots, n->slot_count, sizeof *n->slots, compare_slots);
	return 0;
}

/* The blob of a slot, as it lies in n->blob. */
static int check_blob(struct ndb *n, const struct slot *s, str *bytes, struct error *e)
{
	struct cursor c = CURSOR(NULL, n->blob.p, n->blob.n);
	size_t tail = n->blob.n - BLOB_TAIL_BYTES;
	uint64_t whole;
	uint32_t length, sum;

	c.base = (uint64_t)s->offset * BLOCK_BYTES;
	if (cur_le32(&c) != MAGIC('B', 'l', 'b', 'S'))
		return cur_error(&c, e, "no blob");
	if (cur_le32(&c) != s->package)
		return cur_error(&c, e, "the blob is another package's");
	cur_skip(&c, 4); /* generation */
	length = cur_le32(&c);
	whole = (uint64_t)BLOB_HEAD_BYTES + length + BLOB_TAIL_BYTES;
	if ((whole + BLOCK_BYTES - 1) / BLOCK_BYTES != s->count)
		return cur_error(
		        &c, e, "the blob's %" PRIu32 " bytes are not its slot's %" PRIu32 " blocks",
		        length, s->count);
	*bytes = cur_bytes(&c, length);
	cur_seek(&c, tail);
	sum = cur_le32(&c);
	if (cur_le32(&c) != length || cur_le32(&c) != MAGIC('B', 'l', 'b', 'E'))
		return cur_error(&c, e, "the blob has no end");
	if (sum != adler32_of((const unsigned char *)n->blob.p, tail))
		return cur_error(&c, e, "the blob's checksum differs");
	return 0;
}

static int read_blob(struct ndb *n, const struct slot *s, str *bytes, struct error *e)
{
	size_t size = (size_t)s->count * BLOCK_BYTES;
	char *p;
	int r;

	if (s->offset < n->end)
		return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": two blobs overlap",
		                 (uint64_t)s->offset * BLOCK_BYTES);
	n->end = (uint64_t)s->offset + s->count;
	if (size < BLOB_HEAD_BYTES + BLOB_TAIL_BYTES)
		return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": a blob of %zu bytes",
		                 (uint64_t)s->offset * BLOCK_BYTES, size);
	buf_clear(&n->blob);
	p = buf_room(&n->blob, size);
	if (!p)
		return error_set(e, ERR_LIMIT, "a record of %zu bytes", size);
	r = spool_read(n->from, (uint64_t)s->offset * BLOCK_BYTES, p, size, e);
	if (r < 0)
		return r;
	buf_grown(&n->blob, size);
	return check_blob(n, s, bytes, e);
}

static int next(struct blobs *b, struct blob *out, struct error *e)
{
	struct ndb *n = (struct ndb *)b;
	const struct slot *s;
	int r;

	if (n->at == n->slot_count)
		return 0;
	s = &n->slots[n->at++];
	out->key = s->package;
	r = read_blob(n, s, &out->bytes, e);
	if (r < 0 && r != ERR_FORMAT && r != ERR_LIMIT)
		return r;
	out->damaged = r < 0;
	return 1;
}

static void release(struct blobs *b)
{
	struct ndb *n = (struct ndb *)b;
	buf_done(&n->blob);
	free(n->slots);
	free(n);
}

int ndb_open(struct spool *from, size_t max_bytes, struct blobs **out, struct error *e)
{
	static const struct blobs_ops ops = { .next = next, .free = release };
	struct ndb *n = malloc(sizeof *n);
	int r;

	assert(n);
	*n = (struct ndb){ .blobs.ops = &ops, .from = from, .blob = BUF(max_bytes) };
	r = read_slots(n, e);
	if (r < 0)
		release(&n->blobs);
	else
		*out = &n->blobs;
	return r;
}
