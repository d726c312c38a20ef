/* inventory/sbom.c — an SBOM's grammar told from its content, streamed: every component is taken
 * from the document as it closes, what says nothing of packages is passed over. CycloneDX
 * (ECMA-424), SPDX 2.3 clauses 7 and 10, in-toto Statement v0.1 and v1, DSSE (envelope.md). */
#include "inventory/sbom.h"
#include "base/buf.h"
#include "base/jsonout.h"
#include "format/jsonwalk.h"
#include "format/lines.h"
#include "inventory/sbomitem.h"

enum { HEAD_BYTES = 512, SCRATCH_MIB = 8, ENVELOPES_MAX = 3, LINE_BYTES = 64 << 10 };

enum grammar { NO_GRAMMAR, CYCLONEDX, SPDX, SYFT, SPDX3, OTHER };

struct document {
	struct sbomread read;
	enum grammar grammar;
	unsigned envelopes; /* around this one */
	str predicate_type;
};

static str without_mark(str s) /* UTF-8's byte order mark */
{
	return str_starts(s, STR("\xef\xbb\xbf")) ? str_from(s, 3) : s;
}

static bool begins_with_tags(str s)
{
	return str_starts(s, STR("SPDXVersion:")) ||
	       (str_starts(s, STR("#")) && str_find(s, STR("SPDX")) < s.n);
}

/* --- what of a document is read --- */

static bool is(const str *path, size_t n, const char *a, const char *b)
{
	return n == (b ? 2u : 1u) && str_eq(path[0], str_c(a)) && (!b || str_eq(path[1], str_c(b)));
}

/* An SBOM stands at the top, or is the predicate of a statement (old cosign: its Data). */
static size_t depth_of(const str *path, size_t n)
{
	if (n > 1 && str_eq(path[0], STR("predicate")))
		return n > 2 && str_eq(path[1], STR("Data")) ? 2 : 1;
	return 0;
}

static bool is_wrapper(const str *path, size_t n)
{
	return is(path, n, "predicate", NULL) || is(path, n, "predicate", "Data") ||
	       is(path, n, "dsseEnvelope", NULL);
}

static bool is_payload(const str *path, size_t n)
{
	return is(path, n, "payload", NULL) || is(path, n, "dsseEnvelope", "payload");
}

static enum jsonwalk_take plan(void *ctx, const str *path, size_t n, enum jsonwalk_shape shape,
                               bool item)
{
	static const char *const told[] = { "bomFormat",     "specVersion", "spdxVersion",
		                            "predicateType", "name",        "@context",
		                            "descriptor" };
	size_t at = depth_of(path, n);
	(void)ctx;

	if (is_wrapper(path, n) && shape == JSONWALK_OBJECT)
		return JSONWALK_APART;
	if (is_payload(path, n) || is_wrapper(path, n))
		return JSONWALK_WHOLE;
	if (n - at == 1 &&
	    (str_eq(path[at], STR("components")) || str_eq(path[at], STR("packages"))))
		return shape == JSONWALK_ARRAY && !item ? JSONWALK_APART : JSONWALK_WHOLE;
	if (n - at == 1 && (str_eq(path[at], STR("metadata"))))
		return shape == JSONWALK_OBJECT ? JSONWALK_APART : JSONWALK_SKIP;
	if (n - at == 2 && str_eq(path[at], STR("metadata")) &&
	    str_eq(path[at + 1], STR("component")))
		return JSONWALK_WHOLE;
	for (size_t i = 0; i < LEN(told); i++)
		if (n - at == 1 && shape != JSONWALK_ARRAY && str_eq(path[at], str_c(told[i])))
			return JSONWALK_WHOLE;
	return JSONWALK_SKIP;
}

/* --- envelopes --- */

struct base64 { /* RFC 4648 section 4, or 5; what is neither is passed over */
	struct stream s;
	str rest;
};

static int digit_of(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+' || c == '-' ? 62
	       : c == '/' || c == '_' ? 63
	                              : -1;
}

static ssize_t base64_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct base64 *b = (struct base64 *)s;
	char *out = p;
	size_t done = 0;
	(void)e;

	while (done + 3 <= n && b->rest.n) {
		uint32_t bits = 0;
		unsigned have = 0;
		for (; b->rest.n && have < 4; b->rest = str_from(b->rest, 1)) {
			int d = digit_of(b->rest.p[0]);
			if (d >= 0) {
				bits = bits << 6 | (uint32_t)d;
				have++;
			}
		}
		bits <<= 6 * (4 - have);
		for (unsigned i = 0; i + 1 < have; i++)
			out[done++] = (char)(bits >> (16 - 8 * i));
	}
	return (ssize_t)done;
}

static void base64_free(struct stream *s)
{
	(void)s; /* on the stack of open_envelope */
}

static int read_document(struct document *d, struct stream *from, struct error *e);

static int open_envelope(struct document *d, str json, struct error *e)
{
	static const struct stream_ops ops = { base64_read, base64_free };
	struct base64 payload = { { .ops = &ops }, json };

	if (d->envelopes == ENVELOPES_MAX)
		return error_set(e, ERR_LIMIT, "more than %d envelopes in each other",
		                 ENVELOPES_MAX);
	d->envelopes++;
	int r = read_document(d, &payload.s, e);
	return r < 0 ? error_in(e, "payload") : 0;
}

/* --- the parts --- */

static void take_marker(struct document *d, str key, str text)
{
	struct arena *a = d->read.into->arena;
	struct sbom_about *about = d->read.about;

	if (str_eq(key, STR("bomFormat")))
		d->grammar = str_eq_nocase(text, STR("CycloneDX")) ? CYCLONEDX : OTHER;
	else if (str_eq(key, STR("specVersion")) && d->grammar != SPDX)
		about->format = arena_printf(a, "CycloneDX %.*s", STR_FMT(str_upto(text, 16)));
	else if (str_eq(key, STR("spdxVersion"))) {
		d->grammar = SPDX;
		about->format = arena_str(a, str_upto(text, 16));
	} else if (str_eq(key, STR("@context")) && str_find(text, STR("spdx")) < text.n)
		d->grammar = SPDX3;
	else if (str_eq(key, STR("predicateType")))
		d->predicate_type = arena_str(a, str_upto(text, 200));
	else if (str_eq(key, STR("name")) && !about->name.n)
		about->name = arena_str(a, str_upto(text, 1024));
}

static int take_part(struct document *d, str key, const struct json *j, struct error *e)
{
	if (str_eq(key, STR("components"))) {
		d->read.entry = "component";
		return sbomitem_component(&d->read, j, e);
	}
	if (str_eq(key, STR("packages"))) {
		d->read.entry = "package";
		return sbomitem_spdx(&d->read, j, e);
	}
	if (str_eq(key, STR("component")))
		sbomitem_subject(&d->read, j);
	else if (str_eq(key, STR("descriptor")) && str_eq(json_str(j, "name"), STR("syft")))
		d->grammar = SYFT;
	else
		take_marker(d, key, json_text(j));
	return 0;
}

static int each(void *ctx, const str *path, size_t n, str json, struct error *e)
{
	struct document *d = ctx;
	struct json *j = NULL;
	int r;

	if (is_payload(path, n))
		return open_envelope(d, json, e);
	if (json.n > MIB(SBOM_ITEM_MIB) && !is_wrapper(path, n))
		return error_set(e, ERR_LIMIT, "%.*s: an entry of more than %d MiB",
		                 STR_FMT(path[n - 1]), SBOM_ITEM_MIB);
	r = json_parse("entry", json, &j, e);
	if (r >= 0 && is_wrapper(path, n)) { /* an SBOM as a string: tag-value, or JSON again */
		struct stream *s = stream_mem(json_text(j));
		r = ++d->envelopes > ENVELOPES_MAX ? error_set(e, ERR_LIMIT, "too many envelopes")
		                                   : read_document(d, s, e);
		stream_free(s);
	} else if (r >= 0) {
		r = take_part(d, path[n - 1], j, e);
	}
	json_free(j);
	return r;
}

/* --- SPDX as tag-value --- */

struct tags { /* the package that is being told */
	struct document *d;
	struct buf texts[7]; /* of the fields below */
	bool open;
	bool in_text; /* between <text> and </text> */
};

enum tag { TAG_NAME, TAG_VERSION, TAG_PURL, TAG_LICENSE, TAG_SUPPLIER, TAG_PURPOSE, TAG_INFO };

static void begin_package(struct tags *t)
{
	for (size_t i = 0; i < LEN(t->texts); i++)
		buf_clear(&t->texts[i]);
	t->open = true;
}

/* The fields as the JSON form has them, so that one function reads both */
static int end_package(struct tags *t, struct error *e)
{
	struct sbomread *r = &t->d->read;
	struct jsonout out;
	struct buf text cleanup(buf_done) = BUF(MIB(1));
	struct json *j = NULL;
	int code;

	if (!t->open)
		return 0;
	t->open = false;
	out = JSONOUT(&text, 0);
	jsonout_object(&out, NULL);
	jsonout_str(&out, "name", buf_view(&t->texts[TAG_NAME]));
	jsonout_str(&out, "versionInfo", buf_view(&t->texts[TAG_VERSION]));
	jsonout_str(&out, "licenseDeclared", buf_view(&t->texts[TAG_LICENSE]));
	jsonout_str(&out, "supplier", buf_view(&t->texts[TAG_SUPPLIER]));
	jsonout_str(&out, "primaryPackagePurpose", buf_view(&t->texts[TAG_PURPOSE]));
	jsonout_str(&out, "sourceInfo", buf_view(&t->texts[TAG_INFO]));
	jsonout_array(&out, "externalRefs");
	jsonout_object(&out, NULL);
	jsonout_text(&out, "referenceType", "purl");
	jsonout_str(&out, "referenceLocator", buf_view(&t->texts[TAG_PURL]));
	jsonout_end(&out);
	jsonout_end(&out);
	jsonout_end(&out);
	code = json_parse("package", buf_view(&text), &j, e);
	r->entry = "package";
	if (code >= 0)
		code = sbomitem_spdx(r, j, e);
	json_free(j);
	return code;
}

static void set(struct tags *t, enum tag which, str value)
{
	buf_clear(&t->texts[which]);
	buf_add(&t->texts[which], value);
}

static int take_tag(struct tags *t, str tag, str value, struct error *e)
{
	static const struct {
		const char *tag;
		enum tag field;
	} rows[] = {
		{ "PackageVersion", TAG_VERSION },   { "PackageLicenseDeclared", TAG_LICENSE },
		{ "PackageSupplier", TAG_SUPPLIER }, { "PrimaryPackagePurpose", TAG_PURPOSE },
		{ "PackageSourceInfo", TAG_INFO },
	};
	int r = 0;

	if (str_eq(tag, STR("PackageName"))) {
		r = end_package(t, e);
		begin_package(t);
		set(t, TAG_NAME, value);
	} else if (str_eq(tag, STR("SPDXVersion"))) {
		take_marker(t->d, STR("spdxVersion"), value);
	} else if (str_eq(tag, STR("DocumentName"))) {
		take_marker(t->d, STR("name"), value);
	} else if (str_eq(tag, STR("ExternalRef")) && !t->texts[TAG_PURL].n) {
		str rest = value, word;
		str_split(&rest, ' ', &word);
		if (str_split(&rest, ' ', &word) && str_eq_nocase(word, STR("purl")))
			set(t, TAG_PURL, str_trim(rest));
	}
	for (size_t i = 0; i < LEN(rows); i++)
		if (str_eq(tag, str_c(rows[i].tag)))
			set(t, rows[i].field, value);
	return r;
}

static int take_line(struct tags *t, str line, struct error *e)
{
	size_t colon = str_chr(line, ':'), close;
	str value = str_trim(str_from(line, colon + 1));

	if (t->in_text) {
		t->in_text = str_find(line, STR("</text>")) == line.n;
		return 0;
	}
	if (!line.n || line.p[0] == '#' || colon == line.n)
		return 0;
	if (str_starts(value, STR("<text>"))) {
		value = str_from(value, 6);
		close = str_find(value, STR("</text>"));
		t->in_text = close == value.n;
		value = str_upto(value, close);
	}
	return take_tag(t, str_trim(str_upto(line, colon)), value, e);
}

static int read_tags(struct document *d, struct stream *from, struct error *e)
{
	struct lines *l cleanup(lines_cleanup) = lines_new(from, LINE_BYTES);
	struct tags t = { .d = d };
	struct line line;
	int r;

	for (size_t i = 0; i < LEN(t.texts); i++)
		t.texts[i] = BUF(LINE_BYTES);
	while ((r = lines_next(l, &line, e)) > 0) {
		r = take_line(&t, line.text, e);
		if (r < 0)
			break;
	}
	if (r >= 0 && t.in_text)
		r = error_set(e, ERR_FORMAT, "%s: byte %llu: <text> without an end", d->read.where,
		              (unsigned long long)from->at);
	if (r >= 0)
		r = end_package(&t, e);
	for (size_t i = 0; i < LEN(t.texts); i++)
		buf_done(&t.texts[i]);
	return r;
}

/* --- the whole --- */

static int read_document(struct document *d, struct stream *from, struct error *e)
{
	char first[HEAD_BYTES];
	ssize_t got = stream_read_full(from, first, sizeof first, e);
	str head = without_mark(str_mem(first, got > 0 ? (size_t)got : 0));
	struct stream *s cleanup(stream_cleanup) = NULL;

	if (got < 0)
		return (int)got;
	s = stream_prefixed(head, stream_borrow(from));
	head = str_trim(head);
	if (str_starts(head, STR("{")))
		return jsonwalk_planned(d->read.where, s, plan, MIB(SBOM_PAYLOAD_MIB), each, d, e);
	if (str_starts(head, STR("<")))
		return error_set(e, ERR_UNSUPPORTED, "%s: XML is not read; write the SBOM as JSON",
		                 d->read.where);
	if (begins_with_tags(head))
		return read_tags(d, s, e);
	return error_set(e, ERR_FORMAT, "%s: byte 0: neither JSON nor SPDX's tags", d->read.where);
}

static int judge(struct document *d, struct error *e)
{
	if (d->grammar == SPDX3)
		return error_set(e, ERR_UNSUPPORTED, "%s: SPDX 3 is not read; 2.2 and 2.3 are",
		                 d->read.where);
	if (d->grammar == SYFT)
		return error_set(e, ERR_UNSUPPORTED,
		                 "%s: Syft's own JSON is not read; its cyclonedx-json is",
		                 d->read.where);
	if (d->grammar == CYCLONEDX || d->grammar == SPDX)
		return 0;
	if (d->predicate_type.n)
		return error_set(e, ERR_UNSUPPORTED, "%s: an attestation of %.*s, which is no SBOM",
		                 d->read.where, STR_FMT(d->predicate_type));
	return error_set(e, ERR_FORMAT, "%s: this is no SBOM: neither CycloneDX nor SPDX",
	                 d->read.where);
}

static void settle_distro(struct sbomread *r)
{
	struct distro d = r->os.id.n ? r->os : r->hint;

	if (r->os.id.n && r->hint.id.n && !str_eq(r->os.id, r->hint.id))
		inventory_gap(r->into, GAP_UNKNOWN_RELEASE, str_c(r->where),
		              "the system is %.*s, its packages are of %.*s", STR_FMT(r->os.id),
		              STR_FMT(r->hint.id));
	if (r->strangers)
		inventory_gap(r->into, GAP_UNKNOWN_RELEASE, str_c(r->where),
		              "%llu packages are of another distribution (%.*s) than %.*s",
		              (unsigned long long)r->strangers, STR_FMT(r->stranger),
		              STR_FMT(r->hint.id));
	if (!d.version_id.n && !d.codename.n && str_eq(r->os.id, r->hint.id)) {
		d.version_id = r->hint.version_id;
		d.codename = r->hint.codename;
	}
	if (d.id.n)
		vec_add(r->into->arena, &r->into->distros, d);
	if (r->files)
		inventory_gap(r->into, GAP_NOTE, str_c(r->where),
		              "%llu entries are files and no packages",
		              (unsigned long long)r->files);
}

int sbom_read(const char *where, struct stream *from, struct inventory *into,
              struct sbom_about *about, struct error *e)
{
	struct document d = { .read = { .where = where,
		                        .into = into,
		                        .about = about,
		                        .entry = "component",
		                        .scratch = ARENA(MIB(SCRATCH_MIB)) } };
	int r = read_document(&d, from, e);

	if (r >= 0)
		r = stream_drain(from, e);
	settle_distro(&d.read);
	arena_done(&d.read.scratch);
	return r < 0 ? r : judge(&d, e);
}
