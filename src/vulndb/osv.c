#include "vulndb/osv.h"
#include "vulndb/names.h"

str osv_cut(str s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	return str_upto(s, n);
}

enum severity osv_word(str word)
{
	enum severity s = SEVERITY_UNKNOWN;
	while (str_ends(word, STR("*"))) /* Debian: taken over from NVD */
		word.n--;
	if (str_eq(word, STR("unimportant")))
		return SEVERITY_NEGLIGIBLE;
	return severity_parse(str_trim(word), &s) ? s : SEVERITY_UNKNOWN;
}

static bool is_id(str s)
{
	if (!s.n || s.n > RECORD_ID_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return true;
}

typedef VEC(str) strings;

static bool holds(const str *v, size_t n, str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

/* A notice: CVEs from all three lists are what it covers. A record of its own: aliases are names.
 */
static void take_ids(const struct json *list, struct arena *a, struct advisory *out, bool aliases)
{
	for (size_t i = 0; i < json_len(list); i++) {
		str id = json_text(json_at(list, i));
		if (!is_id(id) || str_eq(id, out->id))
			continue;
		if (out->notice && names_is_cve(id)) {
			if (!holds(out->covers.v, out->covers.n, id))
				vec_add(a, &out->covers, id);
		} else if (aliases && !holds(out->aliases.v, out->aliases.n, id)) {
			vec_add(a, &out->aliases, id);
		}
	}
}

/* "DEBIAN-CVE-2024-1" speaks of CVE-2024-1, whether or not it says so in `upstream`. */
static void take_covers(const struct json *doc, struct arena *a, struct advisory *out)
{
	size_t at = str_find(out->id, STR("CVE-"));
	take_ids(json_get(doc, "aliases"), a, out, true);
	if (!out->notice)
		return;
	take_ids(json_get(doc, "upstream"), a, out, false);
	take_ids(json_get(doc, "related"), a, out, false);
	if (!out->covers.n && names_is_cve(str_from(out->id, at)))
		vec_add(a, &out->covers, str_from(out->id, at));
}

static void add_word(struct arena *a, struct opinion *into, str source, str word)
{
	(void)a;
	enum severity s = osv_word(word);
	if (s != SEVERITY_UNKNOWN)
		*into = (struct opinion){ .source = source, .severity = s };
}

#define take_severities(list, a, source_, vec)                                          \
	for (size_t i_ = 0; i_ < json_len(list); i_++) {                                \
		const struct json *one_ = json_at((list), i_);                          \
		str type_ = json_str(one_, "type"), score_ = json_str(one_, "score");   \
		struct opinion o_ = { 0 };                                              \
		if (str_starts(type_, STR("CVSS_")) && score_.n < 512)                  \
			o_ = (struct opinion){ .source = (source_), .vector = score_ }; \
		else                                                                    \
			add_word((a), &o_, type_, score_);                              \
		if (o_.source.n)                                                        \
			vec_add((a), (vec), o_);                                        \
	}

#define take_word(word, a, source_, vec)               \
	do {                                           \
		struct opinion o_ = { 0 };             \
		add_word((a), &o_, (source_), (word)); \
		if (o_.source.n)                       \
			vec_add((a), (vec), o_);       \
	} while (0)

static void take_cwes(const struct json *list, struct arena *a, struct advisory *out)
{
	for (size_t i = 0; i < json_len(list) && out->cwes.n < 32; i++) {
		const struct json *one = json_at(list, i);
		str cwe = json_is_object(one) ? json_str(one, "cweId") : json_text(one);
		if (str_starts(cwe, STR("CWE-")) && is_id(cwe) &&
		    !holds(out->cwes.v, out->cwes.n, cwe))
			vec_add(a, &out->cwes, cwe);
	}
}

static void take_references(const struct json *list, struct arena *a, struct advisory *out)
{
	for (size_t i = 0; i < json_len(list) && out->references.n < RECORD_REFERENCES_MAX; i++) {
		const struct json *one = json_at(list, i);
		struct reference r = { json_str(one, "type"), json_str(one, "url") };
		bool web = str_starts(r.url, STR("https://")) || str_starts(r.url, STR("http://"));
		if (web && r.url.n <= RECORD_URL_BYTES && r.type.n < 32)
			vec_add(a, &out->references, r);
	}
}

static void take_event(const struct json *event, struct arena *a, struct affected_range *into)
{
	static const char *const keys[EVENT_KINDS] = { "introduced", "fixed", "last_affected",
		                                       "limit" };
	for (int m = 0; m < EVENT_KINDS; m++) {
		str version = json_text(json_get(event, keys[m]));
		if (version.n && version.n <= RECORD_NAME_BYTES)
			vec_add(a, &into->events,
			        ((struct range_event){ (enum event_kind)m, version }));
	}
}

static void take_ranges(const struct json *list, struct arena *a, struct affected *into)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *range = json_at(list, i), *events = json_get(range, "events");
		str type = json_str(range, "type");
		if (!str_eq(type, STR("ECOSYSTEM")) && !str_eq(type, STR("SEMVER")))
			continue;
		struct affected_range *r = vec_push(a, &into->ranges);
		for (size_t k = 0; r && k < json_len(events); k++)
			take_event(json_at(events, k), a, r);
	}
}

/* "Important: nodejs:18 security update": the module stream whose builds the notice is about. A
 * build for a module says so in its release (".module+el8…", ".module_el8…"). */
static str module_of(const struct advisory *of, const struct affected *f)
{
	bool module = false;
	for (size_t i = 0; i < f->ranges.n; i++)
		for (size_t k = 0; k < f->ranges.v[i].events.n; k++) {
			str v = f->ranges.v[i].events.v[k].version;
			module = module || str_find(v, STR(".module")) < v.n;
		}
	if (!module)
		return (str){ 0 };
	str rest = of->summary, word;
	size_t colon = str_find(rest, STR(": "));
	rest = str_from(rest, colon < rest.n ? colon + 2 : 0);
	while (str_split(&rest, ' ', &word)) {
		size_t at = str_chr(word, ':');
		if (at && at + 1 < word.n)
			return word;
	}
	return STR("*");
}

/* Databases list every release that a range holds, which costs space and a comparison each at every
 * match: what the ranges say already is left out. */
static void take_versions(const struct json *list, struct arena *a, struct affected *into)
{
	const struct ecosystem *eco = ecosystem_find(into->ecosystem);
	struct range *ranges = arena_many(a, into->ranges.n, struct range);
	for (size_t i = 0; ranges && i < into->ranges.n; i++)
		ranges[i] =
		        (struct range){ into->ranges.v[i].events.v, into->ranges.v[i].events.n };
	for (size_t i = 0; ranges && i < json_len(list); i++) {
		str v = json_text(json_at(list, i));
		if (!v.n || v.n > RECORD_NAME_BYTES)
			continue;
		if (!eco || !eco->valid(v) ||
		    !range_evaluate(eco, v, ranges, into->ranges.n, NULL, 0).affected)
			vec_add(a, &into->versions, v);
	}
}

static void take_package(const struct json *one, struct arena *a, struct advisory *out)
{
	static const char *const words[] = { "urgency", "severity", "ubuntu_priority" };
	const struct json *package = json_get(one, "package"),
	                  *versions = json_get(one, "versions");
	const struct json *own = json_get(one, "ecosystem_specific");
	str ecosystem = json_str(package, "ecosystem"), name = json_str(package, "name");
	struct affected f = { .open = FIX_NONE };
	str source = names_source(out->id, NULL);

	if (!ecosystem.n || !name.n || ecosystem.n > RECORD_NAME_BYTES ||
	    name.n > RECORD_NAME_BYTES)
		return;
	f.ecosystem = names_ecosystem(a, ecosystem);
	f.name = names_package(a, f.ecosystem, name);
	take_ranges(json_get(one, "ranges"), a, &f);
	take_versions(versions, a, &f);
	if (!f.ranges.n && !f.versions.n)
		return;
	take_severities(json_get(one, "severity"), a, source, &f.opinions);
	for (size_t i = 0; i < LEN(words); i++)
		take_word(json_str(own, words[i]), a, source, &f.opinions);
	if (str_eq(json_str(own, "urgency"), STR("end-of-life")))
		f.open = FIX_END_OF_LIFE;
	f.module = module_of(out, &f);
	take_cwes(json_get(json_get(one, "database_specific"), "cwes"), a, out);
	vec_add(a, &out->affected, f);
}

/* "1.0-2" of "1.0-2.module_el8.6.0+2880+7d9e3703" */
static str before_module(str version)
{
	return str_upto(version, str_find(version, STR(".module")));
}

static str only_fix(const struct affected *f)
{
	str fixed = { 0 };
	for (size_t i = 0; i < f->ranges.n; i++)
		for (size_t k = 0; k < f->ranges.v[i].events.n; k++)
			if (f->ranges.v[i].events.v[k].kind == EVENT_FIXED) {
				if (fixed.n)
					return (str){ 0 };
				fixed = f->ranges.v[i].events.v[k].version;
			}
	return fixed;
}

/* The same version and release built again for the next minor release is the same fix: the lowest
 * build has it, and whoever runs that one needs no other. */
static void drop_rebuilds(struct advisory *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < out->affected.n; i++) {
		const struct affected *f = &out->affected.v[i];
		const struct ecosystem *eco = f->module.n ? ecosystem_find(f->ecosystem) : NULL;
		str fix = only_fix(f), other;
		bool again = false;
		for (size_t k = kept; eco && fix.n && k-- && !again;) {
			struct affected *g = &out->affected.v[k];
			if (!str_eq(g->name, f->name)) /* builds of a package stand together */
				break;
			again = str_eq(g->ecosystem, f->ecosystem) && (other = only_fix(g)).n &&
			        str_eq(before_module(fix), before_module(other));
			if (again && eco->compare(fix, other) < 0)
				*g = *f;
		}
		if (!again)
			out->affected.v[kept++] = *f;
	}
	out->affected.n = kept;
}

/* Bug-fix and enhancement notices of the rpm distributions */
static bool is_security(const struct advisory *out)
{
	static const str others[] = { STR_INIT("ALBA-"), STR_INIT("ALEA-"), STR_INIT("RHBA-"),
		                      STR_INIT("RHEA-"), STR_INIT("RLBA-"), STR_INIT("RLEA-") };
	for (size_t i = 0; i < LEN(others); i++)
		if (str_starts(out->id, others[i]))
			return out->covers.n;
	return true;
}

static void take_severity(const struct json *doc, struct arena *a, struct advisory *out)
{
	str source = names_source(out->id, NULL);
	take_severities(json_get(doc, "severity"), a, source, &out->opinions);
	take_word(json_str(json_get(doc, "database_specific"), "severity"), a, source,
	          &out->opinions);
	if (out->notice) { /* "Important: openssl security update" */
		size_t colon = str_find(out->summary, STR(": "));
		if (colon < out->summary.n)
			take_word(str_upto(out->summary, colon), a, source, &out->opinions);
	}
}

int osv_read(const struct json *doc, struct arena *a, struct advisory *out, struct error *e)
{
	const struct json *affected = json_get(doc, "affected");
	*out = (struct advisory){ .origin = ORIGIN_OSV, .id = json_str(doc, "id") };
	if (!is_id(out->id))
		return error_set(e, ERR_FORMAT, "no OSV record: its id is missing or malformed");
	names_source(out->id, &out->notice);
	out->published = osv_cut(json_str(doc, "published"), 40);
	out->modified = osv_cut(json_str(doc, "modified"), 40);
	out->withdrawn = osv_cut(json_str(doc, "withdrawn"), 40);
	out->summary = osv_cut(json_str(doc, "summary"), RECORD_SUMMARY_BYTES);
	out->details = osv_cut(json_str(doc, "details"), RECORD_DETAILS_BYTES);
	take_covers(doc, a, out);
	take_severity(doc, a, out);
	take_cwes(json_get(json_get(doc, "database_specific"), "cwe_ids"), a, out);
	take_references(json_get(doc, "references"), a, out);
	for (size_t i = 0; is_security(out) && i < json_len(affected); i++)
		take_package(json_at(affected, i), a, out);
	drop_rebuilds(out);
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%.*s: larger than %zu bytes", STR_FMT(out->id),
		                 a->max_bytes);
	return 0;
}
