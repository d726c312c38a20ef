/* rpm keeps each installed package's header, whole, as one record of a database; which of three
 * grammars that has is said by its first bytes, as names are only a habit. */
#include "inventory/rpmdb.h"
#include "base/cursor.h"
#include "format/bdb.h"
#include "format/ndb.h"
#include "format/sqlitedb.h"
#include "inventory/detector.h"
#include "inventory/rpmheader.h"
#include <assert.h>
#include <inttypes.h>

enum {
	MAGIC_BYTES = 16,
	MANIFEST_BYTES_MAX = 16 << 20,
	MANIFEST_FIELDS = 10,
	ENTRY_TEXT_BYTES = 1024, /* as much of a name or version as the inventory keeps */
};

/* --- one package --- */

/* The source package's own version is told only where it is not the package's: rpm does not say its
 * epoch, so that it would look like another one. */
static void set_source(struct package *p, str source_rpm, str version_release)
{
	str name, version;

	if (!rpmheader_source(source_rpm, &name, &version))
		return;
	p->source = name;
	if (!str_eq(version, version_release))
		p->source_version = version;
}

/* "[epoch:]version-release"; *version_release is its tail. */
static str make_version(struct arena *a, uint32_t epoch, str version, str release,
                        str *version_release)
{
	str text;
	size_t colon = 0;

	version = str_upto(version, ENTRY_TEXT_BYTES);
	release = str_upto(release, ENTRY_TEXT_BYTES);
	if (epoch) {
		text = arena_printf(a, "%" PRIu32 ":%.*s-%.*s", epoch, STR_FMT(version),
		                    STR_FMT(release));
		colon = str_chr(text, ':') + 1;
	} else
		text = arena_printf(a, "%.*s-%.*s", STR_FMT(version), STR_FMT(release));
	*version_release = str_from(text, colon);
	return text;
}

struct owning {
	struct inventory *into;
	str owner;
};

static void own(void *ctx, str path)
{
	struct owning *o = ctx;
	detector_own(o->into, path, o->owner);
}

static int add_header(const struct rpmheader *h, uint64_t key, struct file *f,
                      struct inventory *into, struct arena *scratch, struct error *e)
{
	struct package p = {
		.type = PACKAGE_RPM,
		.name = h->name,
		.arch = h->arch,
		.module = h->modularity,
		.license = h->license,
		.maintainer = h->vendor.n ? h->vendor : h->packager,
		.path = f->path,
		.evidence = STR("rpm header"),
		.offset = key,
	};
	str version_release;

	p.version = make_version(scratch, h->epoch, h->version, h->release, &version_release);
	set_source(&p, h->source_rpm, version_release);
	rpmheader_files(h, scratch, own, &(struct owning){ into, h->name });
	return inventory_add(into, &p, e);
}

/* --- a database --- */

static int open_database(struct spool *from, struct blobs **out, struct error *e)
{
	unsigned char head[MAGIC_BYTES];
	int r = spool_read(from, 0, head, sizeof head, e);

	if (r == ERR_FORMAT)
		return error_set(e, ERR_FORMAT, "%" PRIu64 " bytes are no rpm database",
		                 spool_size(from));
	if (r < 0)
		return r;
	if (!memcmp(head, "SQLite format 3", 16))
		return sqlitedb_open(from, "Packages", "blob", RPMDB_HEADER_MAX, out, e);
	if (!memcmp(head, "RpmP", 4))
		return ndb_open(from, RPMDB_HEADER_MAX, out, e);
	return bdb_open(from, RPMDB_HEADER_MAX, out, e);
}

static void note_damage(const struct file *f, uint64_t key, const struct error *why,
                        struct inventory *into)
{
	enum gap_kind kind = why->code == ERR_LIMIT ? GAP_LIMIT : GAP_UNREADABLE;

	if (key)
		inventory_gap(into, kind, f->path, "record %" PRIu64 ": %s", key, why->msg);
	else
		inventory_gap(into, kind, f->path, "%s", why->msg);
}

static int read_records(struct blobs *from, struct file *f, struct inventory *into, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(MIB(4));
	struct rpmheader header;
	struct blob blob;
	int r;

	while ((r = blobs_next(from, &blob, e)) > 0) {
		if (blob.damaged || rpmheader_parse(blob.bytes, &header, e) < 0) {
			note_damage(f, blob.key, e, into);
			continue;
		}
		if (str_eq(header.name, STR("gpg-pubkey")))
			continue;
		arena_reset(&scratch);
		r = add_header(&header, blob.key, f, into, &scratch, e);
		if (r < 0)
			return r;
	}
	return r;
}

int rpmdb_read(struct file *f, struct inventory *into, struct error *e)
{
	struct blobs *records cleanup(blobs_cleanup) = NULL;
	int r;

	if (!into->spool)
		return error_set(e, ERR_LIMIT, "no room to read an rpm database in");
	r = spool_fill(into->spool, f->bytes, e);
	if (r >= 0)
		r = open_database(into->spool, &records, e);
	if (r < 0)
		return r;
	assert(records);
	return read_records(records, f, into, e);
}

int rpmdb_read_wal(struct file *f, struct inventory *into, struct error *e)
{
	(void)e;
	if (f->size_bytes)
		inventory_gap(into, GAP_NOT_READ, f->path,
		              "%" PRIu64
		              " bytes of changes that SQLite has not yet put into the database",
		              f->size_bytes);
	return 0;
}

/* --- the list of distroless images --- */

/* name, version-release, install time, build time, vendor, epoch, size, architecture, epoch as a
 * number, source rpm; "(none)" for what is not there. */
static bool split_line(str line, str field[MANIFEST_FIELDS])
{
	size_t n = 0;

	while (n < MANIFEST_FIELDS && str_split(&line, '\t', &field[n])) {
		if (str_eq(field[n], STR("(none)")))
			field[n] = (str){ 0 };
		n++;
	}
	return n == MANIFEST_FIELDS && !line.n && field[0].n && field[1].n;
}

static int add_line(str line, uint64_t offset, struct file *f, struct inventory *into,
                    struct arena *scratch, struct error *e)
{
	str field[MANIFEST_FIELDS] = { 0 };
	uint64_t epoch = 0;
	struct package p = {
		.type = PACKAGE_RPM, .path = f->path, .evidence = STR("line"), .offset = offset
	};

	if (!split_line(line, field) || (field[8].n && !str_u64(field[8], &epoch)) ||
	    epoch > UINT32_MAX) {
		inventory_gap(into, GAP_UNREADABLE, f->path,
		              "byte %" PRIu64 ": not a line of ten fields", offset);
		return 0;
	}
	if (str_eq(field[0], STR("gpg-pubkey")))
		return 0;
	p.name = field[0];
	p.version = field[1];
	if (epoch)
		p.version = arena_printf(scratch, "%" PRIu64 ":%.*s", epoch,
		                         STR_FMT(str_upto(field[1], ENTRY_TEXT_BYTES)));
	p.arch = field[7];
	p.maintainer = field[4];
	set_source(&p, field[9], field[1]);
	return inventory_add(into, &p, e);
}

int rpmdb_read_manifest(struct file *f, struct inventory *into, struct error *e)
{
	struct arena whole cleanup(arena_done) = ARENA(2 * (size_t)MANIFEST_BYTES_MAX);
	struct arena scratch cleanup(arena_done) = ARENA(KIB(64));
	str text, rest, line;
	int r = file_read_all(f, MANIFEST_BYTES_MAX, &whole, &text, e);

	if (r < 0)
		return r;
	rest = text;
	while (str_line(&rest, &line)) {
		if (!line.n)
			continue;
		arena_reset(&scratch);
		r = add_line(line, (uint64_t)(line.p - text.p), f, into, &scratch, e);
		if (r < 0)
			return r;
	}
	return 0;
}
