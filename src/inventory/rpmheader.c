/* A header is big-endian: the number of index entries, the number of bytes of data, the entries
 * (tag, type, offset into the data, count; 16 bytes each), the data. Three tags are regions, which
 * only frame others. A tag that comes twice counts by its last entry: rpm appends what it changed
 * after the region that was signed. */
#include "inventory/rpmheader.h"
#include "base/cursor.h"
#include "base/vec.h"
#include <inttypes.h>

enum {
	INTRO_BYTES = 8,
	ENTRY_BYTES = 16,
	ENTRIES_MAX = 0xffff, /* rpm's own two ceilings */
	DATA_BYTES_MAX = 0x0fffffff,
	TAG_FIRST = 100,
	REGION_FIRST = 61,
	REGION_LAST = 63,
};

enum type {
	TYPE_INT32 = 4,
	TYPE_STRING = 6,
	TYPE_BIN = 7,
	TYPE_STRING_ARRAY = 8,
	TYPE_I18N = 9,
	TYPE_LAST = 9
};

struct entry {
	uint32_t tag, type, offset, count;
};

struct tag_row {
	uint32_t tag;
	const char *name;
	size_t field; /* of struct rpmheader, a str */
};

// clang-format off
static const struct tag_row tag_rows[] = {
	{ 1000, "NAME",            offsetof(struct rpmheader, name) },
	{ 1001, "VERSION",         offsetof(struct rpmheader, version) },
	{ 1002, "RELEASE",         offsetof(struct rpmheader, release) },
	{ 1011, "VENDOR",          offsetof(struct rpmheader, vendor) },
	{ 1014, "LICENSE",         offsetof(struct rpmheader, license) },
	{ 1015, "PACKAGER",        offsetof(struct rpmheader, packager) },
	{ 1022, "ARCH",            offsetof(struct rpmheader, arch) },
	{ 1044, "SOURCERPM",       offsetof(struct rpmheader, source_rpm) },
	{ 5096, "MODULARITYLABEL", offsetof(struct rpmheader, modularity) },
};
// clang-format on
enum { TAG_EPOCH = 1003, TAG_DIRINDEXES = 1116, TAG_BASENAMES = 1117, TAG_DIRNAMES = 1118 };
enum { PATH_BYTES = 4096 };

/* Bytes of one item, which is also its alignment; 0: strings, of any length. */
static const uint8_t item_bytes[TYPE_LAST + 1] = { 0, 1, 1, 2, 4, 8, 0, 1, 0, 0 };

static bool is_text(uint32_t type)
{
	return type == TYPE_STRING || type == TYPE_STRING_ARRAY || type == TYPE_I18N;
}

/* What rpm asks of every entry, as a header with one wrong entry was not written by it. */
static bool fits(const struct entry *entry, size_t data_bytes)
{
	uint64_t end;

	if (entry->tag < TAG_FIRST || entry->type > TYPE_LAST || !entry->count ||
	    entry->offset >= data_bytes)
		return false;
	if (is_text(entry->type) || !item_bytes[entry->type])
		return true;
	end = entry->offset + (uint64_t)entry->count * item_bytes[entry->type];
	return end <= data_bytes && entry->offset % item_bytes[entry->type] == 0;
}

/* The entry's first string; the others of an array are translations or are not ours. */
static bool take_text(const struct entry *entry, str data, str *out)
{
	str rest = str_from(data, entry->offset);
	size_t n = str_chr(rest, '\0');

	if (!is_text(entry->type) || n == rest.n)
		return false;
	*out = str_upto(rest, n);
	return true;
}

/* File names are many: where they stand is kept, and that they are sound is seen when they are
 * told. */
static void take_files(const struct entry *entry, str data, struct rpmheader *out)
{
	str there = str_from(data, entry->offset);

	if (entry->tag == TAG_DIRINDEXES && entry->type == TYPE_INT32) {
		out->dirindexes = str_upto(there, (size_t)entry->count * 4);
	} else if (entry->tag == TAG_BASENAMES && entry->type == TYPE_STRING_ARRAY) {
		out->basenames = there;
		out->files = entry->count;
	} else if (entry->tag == TAG_DIRNAMES && entry->type == TYPE_STRING_ARRAY) {
		out->dirnames = there;
		out->dirs = entry->count;
	}
}

static int take_tag(const struct entry *entry, str data, struct rpmheader *out,
                    const struct cursor *c, struct error *e)
{
	if (entry->tag == TAG_EPOCH) {
		struct cursor number = CURSOR(NULL, data.p, data.n);
		if (entry->type != TYPE_INT32)
			return cur_error(c, e, "EPOCH is of type %" PRIu32, entry->type);
		cur_seek(&number, entry->offset);
		out->epoch = cur_be32(&number);
		return 0;
	}
	take_files(entry, data, out);
	for (size_t i = 0; i < LEN(tag_rows); i++)
		if (tag_rows[i].tag == entry->tag &&
		    !take_text(entry, data, (str *)(void *)((char *)out + tag_rows[i].field)))
			return cur_error(c, e, "%s is no text", tag_rows[i].name);
	return 0;
}

static int read_entries(struct cursor *c, uint32_t entries, str data, struct rpmheader *out,
                        struct error *e)
{
	for (uint32_t i = 0; i < entries; i++) {
		struct entry entry = { .tag = cur_be32(c),
			               .type = cur_be32(c),
			               .offset = cur_be32(c),
			               .count = cur_be32(c) };
		int r;

		if (entry.tag >= REGION_FIRST && entry.tag <= REGION_LAST)
			continue;
		if (!fits(&entry, data.n))
			return cur_error(c, e,
			                 "index entry %" PRIu32 ": tag %" PRIu32 ", type %" PRIu32
			                 ", offset %" PRIu32 ", count %" PRIu32 " in %zu bytes",
			                 i, entry.tag, entry.type, entry.offset, entry.count,
			                 data.n);
		if ((r = take_tag(&entry, data, out, c, e)) < 0)
			return r;
	}
	return 0;
}

int rpmheader_parse(str record, struct rpmheader *out, struct error *e)
{
	struct cursor c = CURSOR(NULL, record.p, record.n), index;
	struct rpmheader found = { 0 };
	uint32_t entries = cur_be32(&c), bytes = cur_be32(&c);
	str view, data;
	int r;

	if (cur_bad(&c) || !entries || entries > ENTRIES_MAX || bytes > DATA_BYTES_MAX ||
	    (uint64_t)entries * ENTRY_BYTES + bytes > cur_left(&c))
		return cur_error(&c, e,
		                 "an rpm header of %" PRIu32 " entries and %" PRIu32
		                 " bytes in a record of %zu",
		                 entries, bytes, record.n);
	view = cur_bytes(&c, (size_t)entries * ENTRY_BYTES);
	data = cur_bytes(&c, bytes);
	index = CURSOR(NULL, view.p, view.n);
	index.base = INTRO_BYTES;
	if ((r = read_entries(&index, entries, data, &found, e)) < 0)
		return r;
	if (!found.name.n || !found.version.n || !found.release.n)
		return error_set(e, ERR_FORMAT, "an rpm header without %s",
		                 !found.name.n      ? "NAME"
		                 : !found.version.n ? "VERSION"
		                                    : "RELEASE");
	*out = found;
	return 0;
}

/* The next of an array's strings; false when its NUL is missing. */
static bool next_text(str *rest, str *out)
{
	size_t n = str_chr(*rest, '\0');

	if (n == rest->n)
		return false;
	*out = str_upto(*rest, n);
	*rest = str_from(*rest, n + 1);
	return true;
}

void rpmheader_files(const struct rpmheader *h, struct arena *scratch,
                     void (*tell)(void *ctx, str path), void *ctx)
{
	struct cursor indexes = CURSOR(NULL, h->dirindexes.p, h->dirindexes.n);
	str dirs = h->dirnames, names = h->basenames, name;
	VEC(str) folders = { 0 };
	char path[PATH_BYTES];

	for (uint32_t i = 0; i < h->dirs && next_text(&dirs, &name); i++)
		if (!vec_add(scratch, &folders, name))
			return;
	for (uint32_t i = 0; i < h->files && next_text(&names, &name); i++) {
		uint32_t at = cur_be32(&indexes);
		str folder = at < folders.n && !cur_bad(&indexes) ? folders.v[at] : (str){ 0 };
		if (!folder.n || folder.p[0] != '/' || folder.n + name.n > sizeof path)
			continue;
		memcpy(path, folder.p + 1, folder.n - 1);
		memcpy(path + folder.n - 1, name.p, name.n);
		tell(ctx, str_mem(path, folder.n - 1 + name.n));
	}
}

bool rpmheader_source(str source_rpm, str *name, str *version)
{
	static const str endings[] = { STR_INIT(".src.rpm"), STR_INIT(".nosrc.rpm") };

	for (size_t i = 0; i < LEN(endings); i++) {
		str stem;
		size_t release, dash;

		if (!str_ends(source_rpm, endings[i]))
			continue;
		stem = str_upto(source_rpm, source_rpm.n - endings[i].n);
		release = str_rchr(stem, '-');
		if (release == stem.n)
			return false;
		dash = str_rchr(str_upto(stem, release), '-');
		if (dash == release || !dash || dash + 1 == release || release + 1 == stem.n)
			return false;
		*name = str_upto(stem, dash);
		*version = str_from(stem, dash + 1);
		return true;
	}
	return false;
}
