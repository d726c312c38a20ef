/* report/writer.c — what the writers share. Input is one report: up to some 100,000 packages and
 * findings, strings of any bytes. */
#include "report/writer.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/time.h"
#include <inttypes.h>
#include <stdio.h>

enum { SENTENCE_LEAST = 24 }; /* "In v1. Before …" does not end at the first dot */

bool writer_fixable(const struct finding *f)
{
	return f->status == FIX_AVAILABLE && f->fixed_version.n;
}

bool writer_has_epss(const struct finding *f)
{
	return f->exploited.epss > 0;
}

const char *writer_fix_words(const struct finding *f)
{
	static const char *const words[FIX_STATUS_COUNT] = { "no version named", "no fix yet",
		                                             "will not fix",     "fix deferred",
		                                             "investigated",     "end of life" };
	return words[f->status];
}

str writer_title(const struct finding *f)
{
	str text = f->title.n ? f->title : f->description, rest = text;
	size_t at = 0;

	while (!f->title.n && (at += str_find(rest, STR(". "))) + 2 < text.n) {
		if (at > SENTENCE_LEAST && text.p[at + 2] >= 'A' && text.p[at + 2] <= 'Z')
			return str_upto(text, at + 1);
		at += 2;
		rest = str_from(text, at);
	}
	return text;
}

static int order_ids(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

static uint64_t count_ids(const struct scan_report *r)
{
	autofree str *ids = calloc(r->findings.n + 1, sizeof *ids);
	uint64_t distinct = 0;

	if (!ids)
		return 0;
	for (size_t i = 0; i < r->findings.n; i++)
		ids[i] = r->findings.v[i].id;
	qsort(ids, r->findings.n, sizeof *ids, order_ids);
	for (size_t i = 0; i < r->findings.n; i++)
		distinct += !i || !str_eq(ids[i], ids[i - 1]);
	return distinct;
}

static uint64_t count_vulnerable(const struct scan_report *r)
{
	bool *hit = calloc(r->packages.n + 1, 1);
	uint64_t packages = 0;

	for (size_t i = 0; hit && i < r->findings.n; i++) {
		size_t at = writer_package_index(r, r->findings.v[i].package);
		if (at != SIZE_MAX && !hit[at]) {
			hit[at] = true;
			packages++;
		}
	}
	free(hit);
	return packages;
}

void writer_count(const struct scan_report *r, struct writer_counts *out)
{
	struct writer_counts c = { 0 };

	for (size_t i = 0; i < r->packages.n; i++)
		c.packages[r->packages.v[i].type]++;
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = &r->findings.v[i];
		c.found[f->severity]++;
		c.all_found++;
		c.exploited += f->exploited.known;
		if (writer_fixable(f)) {
			c.fixable[f->severity]++;
			c.all_fixable++;
		}
	}
	for (size_t i = 0; i < r->suppressed.n; i++)
		c.suppressed[r->suppressed.v[i].hidden.kind]++;
	for (size_t i = 0; i < r->gaps.n; i++) {
		c.gaps[r->gaps.v[i].kind]++;
		c.gaps_that_matter += gap_matters(r->gaps.v[i].kind);
	}
	c.vulnerabilities = count_ids(r);
	c.vulnerable_packages = count_vulnerable(r);
	*out = c;
}

static int order(const struct package *a, const struct package *b)
{
	int c = (a->type > b->type) - (a->type < b->type);
	if (!c)
		c = str_cmp(a->name, b->name);
	if (!c)
		c = str_cmp(a->version, b->version);
	if (!c)
		c = str_cmp(a->path, b->path);
	return c ? c : str_cmp(a->inner, b->inner);
}

size_t writer_package_index(const struct scan_report *r, const struct package *p)
{
	uintptr_t at = (uintptr_t)p, first = (uintptr_t)r->packages.v;
	size_t low = 0, high = r->packages.n;

	if (at >= first && at < first + r->packages.n * sizeof *p)
		return (at - first) / sizeof *p;
	while (low < high) { /* a copy: packages are sorted */
		size_t middle = low + (high - low) / 2;
		if (order(&r->packages.v[middle], p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->packages.n && !order(&r->packages.v[low], p) ? low : SIZE_MAX;
}

static void add_field(struct digester *d, str s)
{
	uint64_t n = s.n;
	char le[8];

	for (size_t i = 0; i < sizeof le; i++)
		le[i] = (char)(n >> 8 * i);
	digester_add(d, le, sizeof le);
	digester_add(d, s.p, s.n);
}

static void name_package(const struct package *p, size_t same, char out[WRITER_REF_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	struct digester *d = digester_new();
	struct digest sum;
	char number[24];

	snprintf(number, sizeof number, "%zu", same);
	add_field(d, str_c(package_purl_type(p->type)));
	add_field(d, p->name);
	add_field(d, p->version);
	add_field(d, p->path);
	add_field(d, p->inner);
	add_field(d, str_c(number));
	digester_end(d, &sum);
	digester_free(d);
	memcpy(out, "package-", 8);
	for (size_t i = 0; i < 16; i++) {
		out[8 + 2 * i] = hex[sum.bytes[i] >> 4];
		out[9 + 2 * i] = hex[sum.bytes[i] & 15];
	}
	out[40] = 0;
}

struct writer_ref *writer_refs(const struct scan_report *r, struct arena *a)
{
	struct writer_ref *refs = arena_many(a, r->packages.n, struct writer_ref);
	size_t same = 0;

	for (size_t i = 0; refs && i < r->packages.n; i++) {
		same = i && !order(&r->packages.v[i - 1], &r->packages.v[i]) ? same + 1 : 0;
		name_package(&r->packages.v[i], same, refs[i].text);
	}
	return refs;
}

str writer_place(struct arena *a, const struct package *p)
{
	if (!p->inner.n)
		return p->path;
	return arena_concat(a, arena_concat(a, p->path, STR("!/")), p->inner);
}

const struct layer *writer_layer(const struct scan_report *r, int index)
{
	return index >= 0 && (size_t)index < r->image.layers.n ? &r->image.layers.v[index] : NULL;
}

const struct rating *writer_rating(const struct finding *f)
{
	for (size_t i = 0; i < f->ratings.n; i++)
		if (f->ratings.v[i].chosen)
			return &f->ratings.v[i];
	return NULL;
}

static bool agrees(const struct rating *r, const struct finding *f)
{
	return r->score >= 0 && severity_of_score(r->score, r->cvss_major) == f->severity;
}

double writer_score(const struct finding *f)
{
	const struct rating *chosen = writer_rating(f);
	double best = -1;

	if (chosen && agrees(chosen, f))
		return chosen->score;
	for (size_t i = 0; i < f->ratings.n; i++)
		if (agrees(&f->ratings.v[i], f) && f->ratings.v[i].score > best)
			best = f->ratings.v[i].score;
	return best;
}

const char *writer_rating_method(const struct rating *r)
{
	if (str_starts(r->vector, STR("CVSS:4")))
		return "CVSSv4";
	if (str_starts(r->vector, STR("CVSS:3.1/")))
		return "CVSSv31";
	if (str_starts(r->vector, STR("CVSS:3")))
		return "CVSSv3";
	return r->vector.n && r->cvss_major == 2 ? "CVSSv2" : "other";
}

static bool is_unreserved(char c) /* RFC 3986 section 2.3 */
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~", c));
}

str writer_percent(struct arena *a, str s, const char *kept)
{
	static const char hex[] = "0123456789ABCDEF";
	char *p = arena_array(a, s.n + 1, 3);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++) {
		char c = s.p[i];
		if (is_unreserved(c) || (c && strchr(kept, c))) {
			p[n++] = c;
		} else {
			p[n++] = '%';
			p[n++] = hex[(unsigned char)c >> 4];
			p[n++] = hex[c & 15];
		}
	}
	return (str){ p, n };
}

str writer_url(struct arena *a, str url)
{
	str scheme = str_upto(url, str_find(url, STR("://")));

	if (!str_eq_nocase(scheme, STR("http")) && !str_eq_nocase(scheme, STR("https")))
		return (str){ 0 };
	if (url.n < scheme.n + 4)
		return (str){ 0 };
	/* reserved characters and % as they are, brackets and quotes never */
	return writer_percent(a, url, ":/?#@!$&*+,;=%");
}

static const struct advisory_site {
	str prefix, page;
	const char *name;
} sites[] = {
	{ STR_INIT("CVE-"), STR_INIT("https://nvd.nist.gov/vuln/detail/"), "NVD" },
	{ STR_INIT("GHSA-"), STR_INIT("https://github.com/advisories/"), "GitHub" },
	{ STR_INIT("DSA-"), STR_INIT("https://security-tracker.debian.org/tracker/"), "Debian" },
	{ STR_INIT("DLA-"), STR_INIT("https://security-tracker.debian.org/tracker/"), "Debian" },
	{ STR_INIT("TEMP-"), STR_INIT("https://security-tracker.debian.org/tracker/"), "Debian" },
	{ STR_INIT("GO-"), STR_INIT("https://pkg.go.dev/vuln/"), "Go" },
	{ STR_INIT(""), STR_INIT("https://osv.dev/vulnerability/"), "OSV" },
};

static const struct advisory_site *site_of(str id)
{
	const struct advisory_site *site = sites;

	while (!str_starts(id, site->prefix)) /* the last takes all */
		site++;
	return site;
}

const char *writer_advisory_site(str id)
{
	return site_of(id)->name;
}

str writer_advisory_url(struct arena *a, str id)
{
	return id.n ? arena_concat(a, site_of(id)->page, writer_percent(a, id, "")) : (str){ 0 };
}

str writer_weakness_number(str cwe)
{
	uint64_t number;
	bool is = str_starts(cwe, STR("CWE-")) && str_u64(str_from(cwe, 4), &number) && number &&
	          number <= INT32_MAX;
	return is ? str_from(cwe, 4) : (str){ 0 };
}

void writer_uuid(const struct digest *name, char out[37])
{
	uint8_t b[16];

	memcpy(b, name->bytes, sizeof b);
	b[6] = (uint8_t)(0x80 | (b[6] & 0x0F)); /* a name's hash of our choice */
	b[8] = (uint8_t)(0x80 | (b[8] & 0x3F));
	for (size_t i = 0, at = 0; i < sizeof b; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		snprintf(out + at, 3, "%02x", b[i]);
		at += 2;
	}
}

bool writer_step(struct arena *scratch, struct buf *out)
{
	if (scratch->failed)
		return false;
	arena_reset(scratch);
	buf_spill(out, WRITER_SPILL_BYTES);
	return !out->failed;
}

str writer_timestamp(struct arena *a, str date)
{
	char text[TIME_TEXT_BYTES];
	int64_t t;

	return time_parse(date, &t) ? arena_str(a, str_c(time_text(t, text))) : (str){ 0 };
}

str writer_cut(str s, size_t cells)
{
	str rest = s;
	size_t used = 0, word = 0, hard = 0;

	while (rest.n) {
		size_t at = s.n - rest.n;
		uint32_t rune = text_rune(&rest);
		if (rune == ' ')
			word = at;
		used += text_rune_width(rune);
		if (used >
		    cells) /* a very long word is cut rather than leaving half a line empty */
			return str_upto(s, word * 2 > hard ? word : hard);
		hard = s.n - rest.n;
	}
	return s;
}

/* Most text is: printable ASCII with single spaces between words. */
static bool is_line(str text)
{
	char before = ' ';

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < ' ' || text.p[i] > '~' || (text.p[i] == ' ' && before == ' '))
			return false;
		before = text.p[i];
	}
	return !text.n || before != ' ';
}

str writer_line(struct arena *a, str text, size_t cells)
{
	if (is_line(text) && (!cells || text.n <= cells))
		return text;

	char *p = arena_array(a, text.n + 4, 3);
	size_t n = 0;
	bool gap = false;

	while (p && text.n) {
		uint32_t rune = text_rune(&text);
		if (rune == ' ' || (rune >= '\t' && rune <= '\r')) {
			gap = n > 0;
			continue;
		}
		if (gap)
			p[n++] = ' ';
		gap = false;
		n += text_encode(text_is_unsafe(rune) ? TEXT_REPLACEMENT : rune, p + n);
	}
	str line = { p, n };
	if (!p || !cells || text_width(line) <= cells)
		return line;
	line = writer_cut(line, cells - 1);
	memcpy(p + line.n, "\xe2\x80\xa6", 3); /* … */
	return (str){ p, line.n + 3 };
}

static str qualifier(struct arena *a, const char *key, str value)
{
	str safe = writer_percent(a, value, ":/");
	return value.n ? arena_printf(a, "%s=%.*s&", key, STR_FMT(safe)) : (str){ 0 };
}

/* purl-spec, type oci: the name is the last part of the repository, the version the digest. */
str writer_image_purl(struct arena *a, const struct image *image)
{
	size_t colon = str_rchr(image->name, ':'), slash = str_rchr(image->name, '/');
	bool tagged = colon < image->name.n && (slash == image->name.n || colon > slash);
	str repository = tagged ? str_upto(image->name, colon) : image->name;
	str tag = tagged ? str_from(image->name, colon + 1) : (str){ 0 };
	str name, version, out;

	bool named = str_eq(image->kind, STR("registry")) || str_eq(image->kind, STR("docker"));

	if (!named || !repository.n || !image->digest.n) /* a layout's ref is no repository */
		return (str){ 0 };
	repository = arena_lower(a, repository);
	name = writer_percent(a, str_base(repository), "");
	version = writer_percent(a, image->digest, "");
	out = arena_printf(a, "pkg:oci/%.*s@%.*s?", STR_FMT(name), STR_FMT(version));
	out = arena_concat(a, out, qualifier(a, "arch", image->arch));
	out = arena_concat(a, out, qualifier(a, "repository_url", repository));
	out = arena_concat(a, out, qualifier(a, "tag", tag));
	return str_upto(out, out.n ? out.n - 1 : 0); /* the last & or the ? */
}

int writer_done(const struct arena *a, const struct buf *out, const char *format, struct error *e)
{
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%s report: %zu bytes of memory are spent", format,
		                 a->max_bytes);
	if (out->failed)
		return error_set(e, ERR_LIMIT, "%s report: larger than %zu bytes", format,
		                 out->max_bytes);
	return 0;
}
