/* Ids are written by hand: "CVE 2025-48379", "CVE_2019-2426", "CVE-2023-44441 ZDI-CAN-22093",
 * "CVE-2026-48785 / GHSA-cr2j-534f-mf3g", "XSA-313 CVE-2020-11740 CVE-2020-11741". */
#include "vulndb/secdb.h"
#include "version/ecosystem.h"
#include "vulndb/names.h"

enum { PACKAGE_BYTES = 32 << 20, IDS_MAX = 32 };

struct fix {
	str id, version;
	str alias; /* another name of the same flaw; empty when there is none, or no saying which */
	const struct ecosystem *eco;
};

struct package_fixes {
	struct arena scratch;
	const struct ecosystem *eco;
	str ecosystem, name;
	VEC(struct fix) list;
};

/* "cve_2019_2426," is CVE-2019-2426: upper case, one spelling of the dashes */
static str canonical(struct arena *a, str word)
{
	static const char ends[] = ",;:.()[]/+\"'";
	while (word.n && memchr(ends, word.p[0], sizeof ends - 1))
		word = str_from(word, 1);
	while (word.n && memchr(ends, word.p[word.n - 1], sizeof ends - 1))
		word.n--;
	if (word.n < 12 || !str_eq_nocase(str_upto(word, 3), STR("CVE")))
		return word;
	char *out = arena_alloc(a, word.n);
	if (!out)
		return (str){ 0 };
	memcpy(out, word.p, word.n);
	memcpy(out, "CVE", 3);
	for (size_t i = 3; i < word.n; i++)
		out[i] = out[i] == '_' ? '-' : out[i];
	return str_mem(out, word.n);
}

/* A name with a number in it: what else stands in an entry is a remark. */
static bool is_id(str s)
{
	bool digit = false, dash = false;
	if (s.n < 4 || s.n > RECORD_ID_BYTES || s.p[0] < 'A' || s.p[0] > 'Z')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= ' ' || c >= 0x7f)
			return false;
		digit |= c >= '0' && c <= '9';
		dash |= c == '-';
	}
	return digit && dash && (!str_starts(s, STR("CVE-")) || names_is_cve(s));
}

static bool next_word(str *rest, str *word)
{
	static const char between[] = " ,;/\t\r\n";
	size_t n = 0;
	while (rest->n && memchr(between, rest->p[0], sizeof between - 1))
		*rest = str_from(*rest, 1);
	while (n < rest->n && !memchr(between, rest->p[n], sizeof between - 1))
		n++;
	*word = str_upto(*rest, n);
	*rest = str_from(*rest, n);
	return n;
}

/* The ids of one entry, CVEs in front; how many of them are CVEs */
static size_t split_ids(struct arena *a, str entry, str ids[IDS_MAX], size_t *n)
{
	str word, others[IDS_MAX];
	size_t cves = 0, other_n = 0;
	bool cut = false; /* "CVE 2025-48379" */
	while (next_word(&entry, &word)) {
		if (cut)
			word = arena_concat(a, STR("CVE-"), word);
		cut = str_eq_nocase(word, STR("CVE"));
		word = canonical(a, word);
		if (names_is_cve(word) && word.n <= RECORD_ID_BYTES && cves < IDS_MAX)
			ids[cves++] = word;
		else if (is_id(word) && other_n < IDS_MAX)
			others[other_n++] = word;
	}
	*n = cves;
	for (size_t i = 0; i < other_n && *n < IDS_MAX; i++)
		ids[(*n)++] = others[i];
	return cves;
}

/* CVEs are flaws of their own; of the names beside one CVE it is the same flaw. */
static void take_entry(struct package_fixes *p, str version, str entry)
{
	str ids[IDS_MAX];
	size_t n, cves = split_ids(&p->scratch, entry, ids, &n);
	for (size_t i = 0; i < (cves ? cves : n); i++)
		vec_add(&p->scratch, &p->list,
		        ((struct fix){ .id = ids[i],
		                       .version = version,
		                       .alias = cves == 1 && n > 1 ? ids[1] : (str){ 0 },
		                       .eco = p->eco }));
}

/* By id; of one id the version that fixed it last, since a fix may have been incomplete */
static int order_fixes(const void *x, const void *y)
{
	const struct fix *a = x, *b = y;
	int c = str_cmp(a->id, b->id);
	bool a_zero = str_eq(a->version, STR("0")), b_zero = str_eq(b->version, STR("0"));
	if (c || a_zero != b_zero)
		return c ? c : (int)a_zero - (int)b_zero;
	c = b->eco->compare(b->version, a->version);
	return c ? c : str_cmp(a->version, b->version);
}

static int give(struct package_fixes *p, const struct fix *f, secdb_each *each, void *ctx,
                struct error *e)
{
	struct advisory out = { .origin = ORIGIN_TRACKER, .id = f->id };
	struct affected at = { .ecosystem = p->ecosystem, .name = p->name, .open = FIX_NONE };
	if (!str_eq(f->version, STR("0"))) {
		struct affected_range *r = vec_push(&p->scratch, &at.ranges);
		if (r) {
			vec_add(&p->scratch, &r->events,
			        ((struct range_event){ EVENT_INTRODUCED, STR("0") }));
			vec_add(&p->scratch, &r->events,
			        ((struct range_event){ EVENT_FIXED, f->version }));
		}
	}
	if (f->alias.n)
		vec_add(&p->scratch, &out.aliases, f->alias);
	vec_add(&p->scratch, &out.affected, at);
	if (p->scratch.failed)
		return error_set(e, ERR_LIMIT, "%.*s: too many fixes", STR_FMT(p->name));
	return each(ctx, &out, e);
}

static int take_package(struct package_fixes *p, const struct json *package, secdb_each *each,
                        void *ctx, struct error *e)
{
	void *it = NULL;
	str version;
	const struct json *ids;
	p->name = json_str(package, "name");
	p->list.n = p->list.room = 0;
	p->list.v = NULL;
	if (!p->name.n || p->name.n > RECORD_NAME_BYTES || memchr(p->name.p, 0, p->name.n))
		return 0;
	while (json_next(json_get(package, "secfixes"), &it, &version, &ids) == 1)
		for (size_t i = 0; version.n && version.n <= RECORD_NAME_BYTES && i < json_len(ids);
		     i++)
			take_entry(p, version, json_text(json_at(ids, i)));
	if (p->scratch.failed)
		return error_set(e, ERR_LIMIT, "%.*s: too many fixes", STR_FMT(p->name));
	if (p->list.n)
		qsort(p->list.v, p->list.n, sizeof *p->list.v, order_fixes);
	int r = 0;
	for (size_t i = 0; r == 0 && i < p->list.n; i++)
		if (!i || !str_eq(p->list.v[i].id, p->list.v[i - 1].id))
			r = give(p, &p->list.v[i], each, ctx, e);
	return r;
}

/* "Alpine" and v3.19 */
static int name_release(const struct json *doc, str base, struct arena *a, str *out,
                        struct error *e)
{
	str release = json_str(doc, "distroversion");
	*out = base;
	if (!str_eq(base, STR("Alpine")))
		return 0;
	if (!release.n || release.n > 32)
		return error_set(e, ERR_FORMAT, "no security database: no distroversion in it");
	*out = names_ecosystem(a, arena_printf(a, "Alpine:%.*s", STR_FMT(release)));
	return 0;
}

int secdb_read(const struct json *doc, str base, secdb_each *each, void *ctx, struct error *e)
{
	const struct json *packages = json_get(doc, "packages");
	struct arena kept cleanup(arena_done) = ARENA(4096);
	struct package_fixes p = { .scratch = ARENA(PACKAGE_BYTES), .eco = ecosystem_find(base) };
	if (!json_is_array(packages) || !p.eco)
		return error_set(e, ERR_FORMAT, "no security database: no list of packages");
	int r = name_release(doc, base, &kept, &p.ecosystem, e);
	for (size_t i = 0; r == 0 && i < json_len(packages); i++) {
		r = take_package(&p, json_get(json_at(packages, i), "pkg"), each, ctx, e);
		arena_reset(&p.scratch);
	}
	arena_done(&p.scratch);
	return r;
}
