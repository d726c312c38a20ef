#include "inventory/dpkg.h"
#include "format/deb822.h"
#include "format/lines.h"
#include "inventory/detector.h"
#include <inttypes.h>

enum field { PACKAGE, STATUS, VERSION, ARCHITECTURE, SOURCE, MAINTAINER, FIELD_COUNT };

static const str fields[FIELD_COUNT] = {
	[PACKAGE] = STR_INIT("Package"), [STATUS] = STR_INIT("Status"),
	[VERSION] = STR_INIT("Version"), [ARCHITECTURE] = STR_INIT("Architecture"),
	[SOURCE] = STR_INIT("Source"),   [MAINTAINER] = STR_INIT("Maintainer"),
};

/* dpkg(1), "Package states": in which of them are files of the package on disk? */
static const struct {
	str word;
	bool present;
} states[] = {
	{ STR_INIT("installed"), true },        { STR_INIT("not-installed"), false },
	{ STR_INIT("config-files"), false },    { STR_INIT("half-installed"), true },
	{ STR_INIT("unpacked"), true },         { STR_INIT("half-configured"), true },
	{ STR_INIT("triggers-awaited"), true }, { STR_INIT("triggers-pending"), true },
};

/* "install ok installed": 1 present, 0 not, -1 no status that dpkg writes */
static int is_present(str status)
{
	str word = { 0 };

	if (!status.n) /* status.d has none */
		return 1;
	for (unsigned i = 0; i < 3; i++)
		if (!str_split(&status, ' ', &word))
			return -1;
	for (size_t i = 0; i < LEN(states); i++)
		if (str_eq(states[i].word, word))
			return states[i].present;
	return -1;
}

/* "glibc (2.36-9)" names both, "glibc" the source only, when the versions are the same. */
static void split_source(str field, str *name, str *version)
{
	size_t open = str_chr(field, '(');

	*name = str_trim(str_upto(field, open));
	*version = str_from(field, open + 1);
	*version = str_trim(str_upto(*version, str_chr(*version, ')')));
}

static void note(struct inventory *into, str path, uint64_t byte, const char *why)
{
	inventory_gap(into, GAP_UNREADABLE, path, "byte %" PRIu64 ": %s", byte, why);
}

static int take_stanza(const struct deb822_stanza *s, str path, struct inventory *into,
                       struct error *e)
{
	struct package p = {
		.type = PACKAGE_DEB,
		.name = s->values[PACKAGE],
		.version = s->values[VERSION],
		.arch = s->values[ARCHITECTURE],
		.maintainer = s->values[MAINTAINER],
		.path = path,
		.evidence = STR("stanza"),
		.offset = s->offset,
	};
	int present = is_present(s->values[STATUS]);

	if (s->damage)
		note(into, path, s->damage_at, s->damage);
	if (!present)
		return 0;
	if (!p.name.n || !p.version.n || present < 0) {
		if (!s->damage)
			note(into, path, s->offset,
			     !p.name.n     ? "a stanza without Package"
			     : present < 0 ? "a stanza with an unknown Status"
			                   : "a stanza without Version");
		return 0;
	}
	split_source(s->values[SOURCE], &p.source, &p.source_version);
	return inventory_add(into, &p, e);
}

int dpkg_read(struct file *f, struct inventory *into, struct error *e)
{
	struct deb822 *d cleanup(deb822_cleanup) = deb822_new(f->bytes, fields, FIELD_COUNT);
	struct deb822_stanza s;
	int r;

	while ((r = deb822_next(d, &s, e)) > 0) {
		r = take_stanza(&s, f->path, into, e);
		if (r < 0)
			return r;
	}
	return r;
}

/* --- which files are a package's --- */

enum { LINE_BYTES = 8 << 10, SUM_CHARS = 32 };

/* "/usr/x", "./usr/x" and "usr/x" are one */
static str clean(str path)
{
	if (path.n && path.p[0] == '.')
		path = str_from(path, 1);
	while (path.n && path.p[0] == '/')
		path = str_from(path, 1);
	return path;
}

/* The path behind `skip` bytes of each line */
static int read_files(struct file *f, str owner, size_t skip, struct inventory *into,
                      struct error *e)
{
	struct lines *lines cleanup(lines_cleanup) = lines_new(f->bytes, LINE_BYTES);
	struct line l;
	int r;

	while ((r = lines_next(lines, &l, e)) > 0)
		if (!l.cut && owner.n && l.text.n > skip)
			detector_own(into, clean(str_trim(str_from(l.text, skip))), owner);
	return r;
}

int dpkg_read_list(struct file *f, struct inventory *into, struct error *e)
{
	str name = str_base(f->path);

	name = str_upto(name, name.n - strlen(".list"));
	return read_files(f, str_upto(name, str_chr(name, ':')), 0, into, e);
}

int dpkg_read_sums(struct file *f, struct inventory *into, struct error *e)
{
	str name = str_base(f->path);

	return read_files(f, str_upto(name, name.n - strlen(".md5sums")), SUM_CHARS, into, e);
}
