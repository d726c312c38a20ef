#include "vulndb/cve5.h"
#include "base/time.h"
#include "vulndb/names.h"
#include "vulndb/osv.h"
#include "vulndb/products.h"

/* Names as other feeds have them */
static str source_name(const struct json *container)
{
	str name = json_str(json_get(container, "providerMetadata"), "shortName");
	if (str_eq(name, STR("GitHub_M")))
		return STR("GitHub");
	return name.n && name.n < 64 ? name : STR("CNA");
}

static void take_metrics(const struct json *container, str source, struct arena *a,
                         struct advisory *out)
{
	static const char *const forms[] = { "cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0" };
	const struct json *list = json_get(container, "metrics");
	for (size_t i = 0; i < json_len(list) && i < 16; i++)
		for (size_t k = 0; k < LEN(forms); k++) {
			str v = json_str(json_get(json_at(list, i), forms[k]), "vectorString");
			if (v.n && v.n < 512)
				vec_add(a, &out->opinions,
				        ((struct opinion){ .source = source, .vector = v }));
		}
}

static bool has_cwe(const struct advisory *out, str cwe)
{
	for (size_t i = 0; i < out->cwes.n; i++)
		if (str_eq(out->cwes.v[i], cwe))
			return true;
	return false;
}

static void take_weaknesses(const struct json *container, struct arena *a, struct advisory *out)
{
	const struct json *list = json_get(container, "problemTypes");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *texts = json_get(json_at(list, i), "descriptions");
		for (size_t k = 0; k < json_len(texts) && out->cwes.n < 32; k++) {
			str cwe = json_str(json_at(texts, k), "cweId");
			if (str_starts(cwe, STR("CWE-")) && cwe.n < 16 && !has_cwe(out, cwe))
				vec_add(a, &out->cwes, cwe);
		}
	}
}

static str english(const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (str_starts(json_str(json_at(list, i), "lang"), STR("en")))
			return json_str(json_at(list, i), "value");
	return (str){ 0 };
}

static void take_container(const struct json *container, struct arena *a, struct advisory *out)
{
	take_metrics(container, source_name(container), a, out);
	take_weaknesses(container, a, out);
}

/* The schema allows a time without a zone, which then is UTC; reports promise RFC 3339. */
static str date_of(struct arena *a, str text)
{
	char z[TIME_TEXT_BYTES];
	int64_t t;

	return time_parse(text, &t) ? arena_str(a, str_c(time_text(t, z))) : (str){ 0 };
}

static bool is_disputed(const struct json *cna)
{
	const struct json *tags = json_get(cna, "tags");
	for (size_t i = 0; i < json_len(tags); i++)
		if (str_eq(json_text(json_at(tags, i)), STR("disputed")))
			return true;
	return false;
}

int cve5_read(const struct json *doc, struct arena *a, struct advisory *out, struct error *e)
{
	const struct json *meta = json_get(doc, "cveMetadata"),
	                  *parts = json_get(doc, "containers");
	const struct json *cna = json_get(parts, "cna"), *adp = json_get(parts, "adp");

	*out = (struct advisory){ .origin = ORIGIN_CVE, .id = json_str(meta, "cveId") };
	if (!names_is_cve(out->id) || out->id.n > RECORD_ID_BYTES)
		return error_set(e, ERR_FORMAT,
		                 "no CVE record: cveMetadata.cveId is missing or malformed");
	if (str_eq(json_str(meta, "state"), STR("REJECTED")))
		out->state = STATE_REJECTED;
	else if (!str_eq(json_str(meta, "state"), STR("PUBLISHED")))
		return 0;
	else if (is_disputed(cna))
		out->state = STATE_DISPUTED;
	out->published = date_of(a, json_str(meta, "datePublished"));
	out->modified = date_of(a, json_str(meta, "dateUpdated"));
	if (out->state == STATE_REJECTED) { /* nothing else of it counts */
		out->details =
		        osv_cut(english(json_get(cna, "rejectedReasons")), CVE5_DETAILS_BYTES);
		return 1;
	}
	out->summary = osv_cut(json_str(cna, "title"), RECORD_SUMMARY_BYTES);
	out->details = osv_cut(english(json_get(cna, "descriptions")), CVE5_DETAILS_BYTES);
	take_container(cna, a, out);
	products_read(cna, a, out);
	for (size_t i = 0; i < json_len(adp) && i < 16; i++) {
		take_container(json_at(adp, i), a, out);
		if (!out->affected.n)
			products_read(json_at(adp, i), a, out);
	}
	if (a->failed)
		return error_set(e, ERR_LIMIT, "%.*s: larger than %zu bytes", STR_FMT(out->id),
		                 a->max_bytes);
	return 1;
}
