#include "inventory/apkdb.h"
#include "format/lines.h"
#include <inttypes.h>

enum { LINE_BYTES = 64 << 10 };

struct record { /* of one package, its strings in `fields` */
	struct arena fields;
	struct package p;
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
	default: /* files, checksums, dependencies */
		return NULL;
	}
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
	if (l->text.n < 2 || l->text.p[1] != ':') {
		note(into, path, l->offset, "line without a field letter");
		return;
	}
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
