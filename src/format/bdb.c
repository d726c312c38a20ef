/* A hash database: page 0 is the metadata page, then buckets. A bucket is a chain of hash pages;
 * that of bucket B starts at page B + spares[bits in B], and spares is in the metadata. A hash page
 * has entries in pairs, key then value, found through 16-bit offsets that follow the 26-byte page
 * header and filled from the page's end downwards, so that an entry ends where the one before it
 * starts.
 *
 *   page    lsn(8) number prev next entries(2) free(2) level(1) type(1) offsets(2 each) … data
 *   entry   1, bytes                               on this page
 *           3, pad(3), page number, length         a chain of overflow pages
 *
 * All numbers are in the byte order of the machine that wrote it; the magic number tells which. */
#include "format/bdb.h"
#include "base/buf.h"
#include "base/cursor.h"
#include <assert.h>
#include <inttypes.h>

enum {
	META_BYTES = 512,
	META_LAST_PAGE_AT = 32,
	META_BUCKETS_AT = 72, /* highest bucket, two masks, fill factor, keys, magic, spares[32] */
	META_SPARES_AT = 96,
	SPARES = 32,
	PAGE_HEAD_BYTES = 26,
	PAGE_BYTES_MIN = 512,
	PAGE_BYTES_MAX = 65536,
	ENTRY_ON_PAGE = 1,
	ENTRY_OFF_PAGE = 3,
	ENTRY_OFF_PAGE_BYTES = 12,
	TYPE_HASH_UNSORTED = 2,
	TYPE_OVERFLOW = 7,
	TYPE_HASH = 13,
	FLAG_CHECKSUM = 1,
};

#define MAGIC_HASH  0x00061561u
#define MAGIC_BTREE 0x00053162u

struct bdb {
	struct blobs blobs;
	struct spool *from;
	struct buf value;
	bool big_endian;
	uint32_t page_bytes, last_page, last_bucket, spares[SPARES];
	unsigned char *seen; /* a bit a page: it was read */
	uint64_t bucket;     /* the one whose chain is being read */
	unsigned char *page, *overflow;
	uint32_t next_page; /* of the chain; 0: the next bucket */
	uint32_t page_number;
	unsigned entry, entry_count; /* of the page at hand */
};

static uint16_t take16(const struct bdb *b, struct cursor *c)
{
	return b->big_endian ? cur_be16(c) : cur_le16(c);
}

static uint32_t take32(const struct bdb *b, struct cursor *c)
{
	return b->big_endian ? cur_be32(c) : cur_le32(c);
}

/* --- the metadata page --- */

static int read_order(struct bdb *b, struct cursor *c, struct error *e)
{
	uint32_t magic;

	cur_seek(c, 12);
	magic = cur_le32(c);
	b->big_endian =
	        magic == __builtin_bswap32(MAGIC_HASH) || magic == __builtin_bswap32(MAGIC_BTREE);
	magic = b->big_endian ? __builtin_bswap32(magic) : magic;
	if (magic == MAGIC_BTREE)
		return error_set(e, ERR_UNSUPPORTED, "a Berkeley DB of type btree, not hash");
	if (magic != MAGIC_HASH)
		return error_set(e, ERR_FORMAT, "not a Berkeley DB hash database");
	return 0;
}

static int read_meta(struct bdb *b, struct error *e)
{
	unsigned char bytes[META_BYTES];
	struct cursor c = CURSOR(NULL, bytes, sizeof bytes);
	uint32_t version;
	uint8_t encryption, flags;
	int r = spool_read(b->from, 0, bytes, sizeof bytes, e);

	if (r < 0 || (r = read_order(b, &c, e)) < 0)
		return r;
	version = take32(b, &c);
	b->page_bytes = take32(b, &c);
	encryption = cur_u8(&c);
	cur_skip(&c, 1); /* page type */
	flags = cur_u8(&c);
	cur_seek(&c, META_LAST_PAGE_AT);
	b->last_page = take32(b, &c);
	cur_seek(&c, META_BUCKETS_AT);
	b->last_bucket = take32(b, &c);
	cur_seek(&c, META_SPARES_AT);
	for (unsigned i = 0; i < SPARES; i++)
		b->spares[i] = take32(b, &c);
	if (version < 8 || version > 10)
		return error_set(e, ERR_UNSUPPORTED, "Berkeley DB hash version %" PRIu32, version);
	if (encryption || flags & FLAG_CHECKSUM)
		return error_set(e, ERR_UNSUPPORTED, "a Berkeley DB with encryption or checksums");
	if (b->page_bytes < PAGE_BYTES_MIN || b->page_bytes > PAGE_BYTES_MAX ||
	    b->page_bytes & (b->page_bytes - 1))
		return error_set(e, ERR_FORMAT, "pages of %" PRIu32 " bytes", b->page_bytes);
	if (b->last_page >= spool_size(b->from) / b->page_bytes)
		return error_set(e, ERR_FORMAT,
		                 "cut short: page %" PRIu32 " is past the end at byte %" PRIu64,
		                 b->last_page, spool_size(b->from));
	if (b->last_bucket > b->last_page)
		return error_set(e, ERR_FORMAT, "%" PRIu32 " buckets in %" PRIu32 " pages",
		                 b->last_bucket, b->last_page);
	return 0;
}

/* --- pages --- */

struct page_head {
	uint32_t next_page; /* of its chain; 0 at the end */
	uint16_t entries;   /* of a hash page */
	uint16_t held;      /* bytes, of an overflow page */
	uint8_t type;
};

static int read_page(struct bdb *b, uint32_t number, unsigned char *into, struct page_head *head,
                     struct error *e)
{
	struct cursor c = CURSOR(NULL, into, b->page_bytes);
	uint32_t written;
	int r;

	if (!number || number > b->last_page)
		return error_set(e, ERR_FORMAT, "page %" PRIu32 " does not exist", number);
	if (b->seen[number / 8] & 1u << number % 8)
		return error_set(e, ERR_FORMAT, "page %" PRIu32 " is in two chains", number);
	b->seen[number / 8] |= (unsigned char)(1u << number % 8);
	r = spool_read(b->from, (uint64_t)number * b->page_bytes, into, b->page_bytes, e);
	if (r < 0)
		return r;
	cur_seek(&c, 8);
	written = take32(b, &c);
	cur_skip(&c, 4); /* the page in front */
	head->next_page = take32(b, &c);
	head->entries = take16(b, &c);
	head->held = take16(b, &c);
	cur_skip(&c, 1); /* level */
	head->type = cur_u8(&c);
	if (written != number)
		return error_set(e, ERR_FORMAT, "page %" PRIu32 " says that it is page %" PRIu32,
		                 number, written);
	return 0;
}

/* The bucket's first page; spares[] is by the power of two that the bucket's number is below. */
static uint32_t bucket_page(const struct bdb *b, uint32_t bucket)
{
	unsigned power = bucket ? 32u - (unsigned)__builtin_clz(bucket) : 0;
	return power < SPARES ? bucket + b->spares[power] : 0; /* page 0 is refused by read_page */
}

/* Go to the next page that has records: 1, or 0 when all buckets are done. A broken page is told
 * once and its chain left. */
static int read_hash_page(struct bdb *b, struct error *e)
{
	struct page_head head = { 0 };
	int r;

	if (!b->next_page) {
		if (b->bucket > b->last_bucket)
			return 0;
		b->next_page = bucket_page(b, (uint32_t)b->bucket++);
	}
	b->page_number = b->next_page;
	b->next_page = 0;
	b->entry = b->entry_count = 0;
	r = read_page(b, b->page_number, b->page, &head, e);
	if (r < 0)
		return r;
	if (head.type != TYPE_HASH && head.type != TYPE_HASH_UNSORTED)
		return error_set(e, ERR_FORMAT, "page %" PRIu32 " is of type %u, not hash",
		                 b->page_number, head.type);
	if (head.entries % 2 || head.entries > (b->page_bytes - PAGE_HEAD_BYTES) / 2)
		return error_set(e, ERR_FORMAT, "page %" PRIu32 " has %u entries", b->page_number,
		                 head.entries);
	b->next_page = head.next_page;
	b->entry_count = head.entries;
	return 1;
}

static int read_overflow(struct bdb *b, uint32_t number, uint32_t length, str *bytes,
                         struct error *e)
{
	struct page_head head = { 0 };
	int r;

	if (!length || length > spool_size(b->from))
		return error_set(e, ERR_FORMAT, "page %" PRIu32 ": a record of %" PRIu32 " bytes",
		                 number, length);
	buf_clear(&b->value);
	if (length > b->value.max_bytes)
		return error_set(e, ERR_LIMIT, "page %" PRIu32 ": a record of %" PRIu32 " bytes",
		                 number, length);
	while (b->value.n < length) {
		r = read_page(b, number, b->overflow, &head, e);
		if (r < 0)
			return r;
		if (head.type != TYPE_OVERFLOW || !head.held ||
		    head.held > b->page_bytes - PAGE_HEAD_BYTES || head.held > length - b->value.n)
			return error_set(e, ERR_FORMAT,
			                 "page %" PRIu32 " is no overflow page of this record",
			                 number);
		buf_add(&b->value, str_mem(b->overflow + PAGE_HEAD_BYTES, head.held));
		number = head.next_page;
		if (b->value.failed)
			return error_set(e, ERR_LIMIT,
			                 "no memory for a record of %" PRIu32 " bytes", length);
	}
	*bytes = buf_view(&b->value);
	return 0;
}

/* --- entries --- */

/* Where entry i of the page lies: from its offset to the start of the one before. */
static bool find_entry(const struct bdb *b, unsigned i, struct cursor *out)
{
	struct cursor c = CURSOR(NULL, b->page, b->page_bytes);
	size_t start, end = b->page_bytes;

	if (i) {
		cur_seek(&c, PAGE_HEAD_BYTES + 2 * ((size_t)i - 1));
		end = take16(b, &c);
	} else
		cur_seek(&c, PAGE_HEAD_BYTES);
	start = take16(b, &c);
	if (start < PAGE_HEAD_BYTES + 2 * (size_t)b->entry_count || start >= end ||
	    end > b->page_bytes)
		return false;
	*out = CURSOR(NULL, b->page + start, end - start);
	return true;
}

static int read_value(struct bdb *b, struct cursor *c, str *bytes, struct error *e)
{
	uint8_t kind = cur_u8(c);
	uint32_t number, length;

	if (kind == ENTRY_ON_PAGE) {
		*bytes = cur_bytes(c, cur_left(c));
		return 0;
	}
	if (kind != ENTRY_OFF_PAGE || c->n != ENTRY_OFF_PAGE_BYTES)
		return error_set(e, ERR_FORMAT,
		                 "page %" PRIu32 ": a value of kind %u and %zu bytes",
		                 b->page_number, kind, c->n);
	cur_skip(c, 3);
	number = take32(b, c);
	length = take32(b, c);
	return read_overflow(b, number, length, bytes, e);
}

static int read_pair(struct bdb *b, struct blob *out, struct error *e)
{
	struct cursor key, value;
	unsigned i = b->entry;

	b->entry += 2;
	if (!find_entry(b, i, &key) || !find_entry(b, i + 1, &value))
		return error_set(e, ERR_FORMAT, "page %" PRIu32 ": entry %u lies outside it",
		                 b->page_number, i);
	if (key.n != 5 || cur_u8(&key) != ENTRY_ON_PAGE)
		return error_set(e, ERR_FORMAT,
		                 "page %" PRIu32 ": the key of entry %u is no number",
		                 b->page_number, i);
	out->key = take32(b, &key);
	return out->key ? read_value(b, &value, &out->bytes, e) : 0;
}

static int next(struct blobs *blobs, struct blob *out, struct error *e)
{
	struct bdb *b = (struct bdb *)blobs;
	int r;

	for (;;) {
		out->key = 0;
		if (b->entry < b->entry_count) {
			r = read_pair(b, out, e);
			if (r >= 0 && !out->key)
				continue;
		} else {
			r = read_hash_page(b, e);
			if (r > 0)
				continue;
			if (!r)
				return 0;
		}
		if (r < 0 && r != ERR_FORMAT && r != ERR_LIMIT)
			return r;
		out->damaged = r < 0;
		return 1;
	}
}

static void release(struct blobs *blobs)
{
	struct bdb *b = (struct bdb *)blobs;
	buf_done(&b->value);
	free(b->seen);
	free(b->page);
	free(b->overflow);
	free(b);
}

int bdb_open(struct spool *from, size_t max_bytes, struct blobs **out, struct error *e)
{
	static const struct blobs_ops ops = { .next = next, .free = release };
	struct bdb *b = malloc(sizeof *b);
	int r;

	assert(b);
	*b = (struct bdb){ .blobs.ops = &ops, .from = from, .value = BUF(max_bytes) };
	r = read_meta(b, e);
	if (r >= 0) {
		b->seen = calloc((size_t)b->last_page / 8 + 1, 1);
		b->page = malloc(b->page_bytes);
		b->overflow = malloc(b->page_bytes);
		if (!b->seen || !b->page || !b->overflow)
			r = error_set(e, ERR_LIMIT, "no memory for %" PRIu32 " pages",
			              b->last_page);
	}
	if (r < 0)
		release(&b->blobs);
	else
		*out = &b->blobs;
	return r;
}
