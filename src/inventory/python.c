#include "inventory/python.h"
#include "base/buf.h"
#include "format/deb822.h"
#include "inventory/archive.h"

enum { EGG_BYTES = 1 << 30, CLASSIFIED_BYTES = 1 << 10 };

enum field { NAME, VERSION, EXPRESSION, LICENSE, CLASSIFIER, AUTHOR, FIELD_COUNT };

static const str fields[FIELD_COUNT] = {
	[NAME] = STR_INIT("Name"),
	[VERSION] = STR_INIT("Version"),
	[EXPRESSION] = STR_INIT("License-Expression"),
	[LICENSE] = STR_INIT("License"),
	[CLASSIFIER] = STR_INIT("Classifier"),
	[AUTHOR] = STR_INIT("Author"),
};

/* What setuptools writes where nothing was given; of a whole license text the first line. */
static str known(str value)
{
	value = str_trim(str_upto(value, str_chr(value, '\n')));
	return str_eq(value, STR("UNKNOWN")) ? (str){ 0 } : value;
}

/* "License :: OSI Approved :: MIT License" is "MIT License". Several are joined by "; ": they do
 * not say whether one may choose. */
static void read_classifiers(str lines, struct buf *out)
{
	str line;

	while (str_line(&lines, &line)) {
		size_t at = str_rchr(line, ':');
		str name = str_trim(str_from(line, at + 1));
		if (!str_starts(line, STR("License ::")) || at == line.n || !name.n ||
		    str_eq(name, STR("OSI Approved")))
			continue;
		if (out->n)
			buf_add(out, STR("; "));
		buf_add(out, name);
	}
	if (out->failed)
		buf_clear(out);
}

/* An expression; else one line of its author's, as he is free to put the whole text there; else
 * what the classifiers say. */
static str read_license(const struct deb822_stanza *s, struct buf *classified)
{
	str expression = known(s->values[EXPRESSION]), license = known(s->values[LICENSE]);
	bool is_text = license.n < str_trim(s->values[LICENSE]).n;

	if (expression.n || (license.n && !is_text))
		return expression.n ? expression : license;
	read_classifiers(s->values[CLASSIFIER], classified);
	return classified->n ? buf_view(classified) : license;
}

static int read_headers(struct stream *bytes, struct package like, struct inventory *into,
                        struct error *e)
{
	struct deb822 *d cleanup(deb822_cleanup) = deb822_new(bytes, fields, FIELD_COUNT);
	struct buf classified cleanup(buf_done) = BUF(CLASSIFIED_BYTES);
	struct deb822_stanza s = { 0 };
	deb822_take_all(d, CLASSIFIER);
	int r = deb822_next(d, &s, e);

	if (r < 0)
		return r;
	/* descriptions in old PKG-INFO files are not always indented: no matter, it is not read */
	like.type = PACKAGE_PYPI;
	like.name = known(s.values[NAME]);
	like.version = known(s.values[VERSION]);
	like.license = read_license(&s, &classified);
	like.maintainer = known(s.values[AUTHOR]);
	if (!like.name.n || !like.version.n)
		inventory_gap(into, GAP_NO_IDENTITY, like.path, "no %s",
		              like.name.n ? "Version" : "Name");
	return like.name.n ? inventory_add(into, &like, e) : 0;
}

int python_read(struct file *f, struct inventory *into, struct error *e)
{
	struct package like = { .path = f->path, .evidence = str_base(f->path) };

	if (!str_eq(like.evidence, STR("METADATA")) && !str_eq(like.evidence, STR("PKG-INFO")))
		like.evidence = STR("egg-info");
	return read_headers(f->bytes, like, into, e);
}

int python_read_egg(struct file *f, struct inventory *into, struct error *e)
{
	struct package like = { .path = f->path,
		                .inner = STR("EGG-INFO/PKG-INFO"),
		                .evidence = STR("PKG-INFO") };
	uint64_t budget = EGG_BYTES;
	struct members *egg = NULL;
	struct member m;
	int r = archive_open(f->bytes, &budget, &egg, e);

	if (r <= 0)
		return r;
	while ((r = members_next(egg, &m, e)) > 0)
		if (m.type == MEMBER_FILE && str_eq(m.path, like.inner)) {
			r = read_headers(members_stream(egg), like, into, e);
			break;
		}
	members_free(egg);
	return MIN(r, 0);
}
