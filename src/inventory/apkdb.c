#include "inventory/apkdb.h"
#include "format/lines.h"
#include "inventory/detector.h"
#include <inttypes.h>

enum { LINE_BYTES = 64 << 10, FOLDER_BYTES = 4096 };

struct record { /* of one package, its strings in `fields` */
	struct arena fields;
	struct package p;
	char folder[FOLDER_BYTES]; /* of the files that follow */
	size_t folder_n;
	bool begun;
};

static void record_done(struct record *r)
{
	arena_done(&r->fields);
}

static str *slot_of(struct record *r, char key)
{
	switch (key) {
	case 'P':
		return &r->p.name;
	case 'V':
		return &r->p.version;
	case 'A':
		return &r->p.arch;
	case 'o':
		return &r->p.source;
	case 'L':
		return &r->p.license;
	case 'm':
		return &r->p.maintainer;
	default: /* checksums, dependencies */
		return NULL;
	}
}

/* "F:usr/bin" is a folder, the "R:name" lines behind it are its files */
static bool take_file(struct record *r, char key, str value, struct inventory *into)
{
	size_t n = r->folder_n;

	if (key == 'F') {
		r->folder_n = MIN(value.n, sizeof r->folder);
		if (r->folder_n)
			memcpy(r->folder, value.p, r->folder_n);
		return true;
	}
	if (key != 'R')
		return false;
	if (value.n && n + value.n < sizeof r->folder && r->p.name.n) {
		if (n)
			r->folder[n++] = '/';
		memcpy(r->folder + n, value.p, value.n);
		detector_own(into, str_mem(r->folder, n + value.n), r->p.name);
	}
	return true;
}

static void note(struct inventory *into, str path, uint64_t byte, const char *why)
{
	inventory_gap(into, GAP_UNREADABLE, path, "byte %" PRIu64 ": %s", byte, why);
}

static void take_line(struct record *r, const struct line *l, str path, struct inventory *into)
{
	str *slot;

	if (!r->begun)
		r->p.offset = l->offset;
	r->begun = true;
	if (l->open) /* apk ends a record with an empty line */
		note(into, path, l->offset, "cut off in the last record");
	if (l->text.n < 2 || l->text.p[1] != ':') {
		note(into, path, l->offset, "line without a field letter");
		return;
	}
	if (take_file(r, l->text.p[0], str_from(l->text, 2), into))
		return;
	slot = slot_of(r, l->text.p[0]);
	if (!slot || slot->n)
		return;
	if (l->cut)
		note(into, path, l->offset, "field longer than is read");
	*slot = arena_str(&r->fields, str_trim(str_from(l->text, 2)));
}

static int end_record(struct record *r, str path, struct inventory *into, struct error *e)
{
	int result = 0;

	if (r->begun && (!r->p.name.n || !r->p.version.n)) {
		note(into, path, r->p.offset,
		     r->p.name.n ? "a package without a version (V:)"
		                 : "a package without a name (P:)");
	} else if (r->begun) {
		r->p.type = PACKAGE_APK;
		r->p.path = path;
		r->p.evidence = STR("stanza");
		result = inventory_add(into, &r->p, e);
	}
	arena_reset(&r->fields);
	r->p = (struct package){ 0 };
	r->folder_n = 0;
	r->begun = false;
	return result;
}

int apkdb_read(struct file *f, struct inventory *into, struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, LINE_BYTES);
	struct record record cleanup(record_done) = { .fields = ARENA(8 * LINE_BYTES) };
	struct line l;
	int r;

	while ((r = lines_next(lines, &l, e)) > 0) {
		if (l.text.n)
			take_line(&record, &l, f->path, into);
		else if ((r = end_record(&record, f->path, into, e)) < 0)
			return r;
	}
	return r < 0 ? r : end_record(&record, f->path, into, e);
}
