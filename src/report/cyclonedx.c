/* report/cyclonedx.c — the `vulnerabilities` of CycloneDX 1.6: ratings, advice, and the components
 * that each affects. */
#include "report/cyclonedx.h"
#include <stdio.h>

void cyclonedx_property(struct jsonout *j, const char *name, str value)
{
	if (!value.n)
		return;
	jsonout_object(j, NULL);
	jsonout_text(j, "name", name);
	jsonout_str(j, "value", value);
	jsonout_end(j);
}

static const char *severity_name(enum severity s)
{
	return s == SEVERITY_NEGLIGIBLE ? "info" : severity_word(s);
}

static void put_source(struct jsonout *j, str name, str url)
{
	jsonout_object(j, "source");
	jsonout_some(j, "name", name);
	jsonout_some(j, "url", url);
	jsonout_end(j);
}

static void put_ratings(struct jsonout *j, const struct finding *f)
{
	if (!f->ratings.n)
		return;
	jsonout_array(j, "ratings");
	for (int chosen = 1; chosen >= 0; chosen--) /* the chosen one first */
		for (size_t i = 0; i < f->ratings.n; i++) {
			const struct rating *r = &f->ratings.v[i];
			if (r->chosen != (bool)chosen)
				continue;
			jsonout_object(j, NULL);
			if (r->source.n)
				put_source(j, r->source, (str){ 0 });
			if (r->score >= 0)
				jsonout_f64(j, "score", r->score);
			jsonout_text(j, "severity", severity_name(r->severity));
			jsonout_text(j, "method", writer_rating_method(r));
			jsonout_some(j, "vector", r->vector);
			if (r->chosen)
				jsonout_some(j, "justification", f->severity_reason);
			jsonout_end(j);
		}
	jsonout_end(j);
}

static void put_cwes(struct jsonout *j, const struct finding *f)
{
	uint64_t number;

	if (!f->cwes.n)
		return;
	jsonout_array(j, "cwes");
	for (size_t i = 0; i < f->cwes.n; i++)
		if (str_u64(writer_weakness_number(f->cwes.v[i]), &number))
			jsonout_u64(j, NULL, number);
	jsonout_end(j);
}

static void put_aliases(struct cyclonedx *job, const struct finding *f)
{
	if (!f->aliases.n)
		return;
	jsonout_array(&job->json, "references");
	for (size_t i = 0; i < f->aliases.n; i++) {
		jsonout_object(&job->json, NULL);
		jsonout_str(&job->json, "id", f->aliases.v[i]);
		put_source(&job->json, str_c(writer_advisory_site(f->aliases.v[i])),
		           writer_advisory_url(job->scratch, f->aliases.v[i]));
		jsonout_end(&job->json);
	}
	jsonout_end(&job->json);
}

static void put_advisories(struct cyclonedx *job, const struct finding *f)
{
	jsonout_array(&job->json, "advisories");
	for (size_t i = 0; i < f->references.n; i++) {
		str url = writer_url(job->scratch, f->references.v[i].url);
		if (!url.n)
			continue;
		jsonout_object(&job->json, NULL);
		jsonout_some(&job->json, "title", f->references.v[i].type);
		jsonout_str(&job->json, "url", url);
		jsonout_end(&job->json);
	}
	jsonout_end(&job->json);
}

/* Findings of one vulnerability that differ in the package only are one entry. */
static bool same_vulnerability(const struct finding *a, const struct finding *b)
{
	return str_eq(a->id, b->id) && a->severity == b->severity &&
	       str_eq(a->ecosystem, b->ecosystem) && a->status == b->status &&
	       str_eq(a->fixed_version, b->fixed_version) && str_eq(a->range, b->range) &&
	       str_eq(a->comparison, b->comparison) && str_eq(a->description, b->description) &&
	       a->ratings.n == b->ratings.n && a->state == b->state &&
	       a->hidden.kind == b->hidden.kind && str_eq(a->hidden.by, b->hidden.by) &&
	       str_eq(a->hidden.why, b->hidden.why);
}

static str recommendations(struct arena *a, const struct finding *f, size_t n)
{
	str out = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!f[i].remediation.n || (i && str_eq(f[i].remediation, f[i - 1].remediation)))
			continue;
		if (out.n)
			out = arena_concat(a, out, STR("\n"));
		out = arena_concat(a, out, f[i].remediation);
	}
	return out;
}

static void put_version(struct jsonout *j, str version, const char *status)
{
	jsonout_object(j, NULL);
	jsonout_str(j, "version", version);
	jsonout_text(j, "status", status);
	jsonout_end(j);
}

static void put_affects(struct cyclonedx *job, const struct finding *f, size_t n)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "affects");
	for (size_t i = 0; i < n; i++) {
		size_t at = writer_package_index(job->r, f[i].package);
		jsonout_object(j, NULL);
		jsonout_text(j, "ref", at == SIZE_MAX ? "image" : job->refs[at].text);
		jsonout_array(j, "versions");
		put_version(j, f[i].package->version, "affected");
		if (writer_fixable(&f[i]) && !str_eq(f[i].fixed_version, f[i].package->version))
			put_version(j, f[i].fixed_version, "unaffected");
		jsonout_end(j);
		jsonout_end(j);
	}
	jsonout_end(j);
}

/* VEX's words (OpenVEX) for CycloneDX's. */
static const char *justification(str why)
{
	static const char *const words[][2] = {
		{ "component_not_present", "code_not_present" },
		{ "vulnerable_code_not_present", "code_not_present" },
		{ "vulnerable_code_not_in_execute_path", "code_not_reachable" },
		{ "inline_mitigations_already_exist", "protected_by_mitigating_control" },
	};
	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq(why, str_c(words[i][0])))
			return words[i][1];
	return NULL;
}

/* Only VEX says that somebody has looked; an ignored finding is one that nobody judged for us. */
static void put_analysis(struct cyclonedx *job, const struct finding *f)
{
	const struct hiding *h = &f->hidden;
	struct jsonout *j = &job->json;
	str detail;

	if (h->kind == HIDING_NONE)
		return;
	detail = arena_printf(job->scratch, "%s%s%.*s%s%.*s%s%.*s", hiding_word(h->kind),
	                      h->by.n ? " by " : "", STR_FMT(h->by), h->why.n ? ": " : "",
	                      STR_FMT(h->why), h->until.n ? ", until " : "", STR_FMT(h->until));
	jsonout_object(j, "analysis");
	jsonout_text(j, "state",
	             h->kind == HIDING_VEX
	                     ? str_eq(h->why, STR("fixed")) ? "resolved" : "not_affected"
	             : h->kind == HIDING_WITHDRAWN ? "false_positive"
	                                           : "in_triage");
	if (h->kind == HIDING_VEX && justification(h->why))
		jsonout_text(j, "justification", justification(h->why));
	jsonout_str(j, "detail", detail);
	jsonout_end(j);
}

static void put_exploited(struct cyclonedx *job, const struct finding *f)
{
	const struct exploitation *x = &f->exploited;
	struct jsonout *j = &job->json;

	if (x->known) {
		cyclonedx_property(j, "plimsoll:exploited", STR("known"));
		cyclonedx_property(j, "plimsoll:exploited_since", x->added);
		cyclonedx_property(j, "plimsoll:ransomware",
		                   x->ransomware ? STR("known") : (str){ 0 });
	}
	if (writer_has_epss(f)) {
		cyclonedx_property(j, "plimsoll:epss", arena_printf(job->scratch, "%.5f", x->epss));
		cyclonedx_property(j, "plimsoll:epss_percentile",
		                   arena_printf(job->scratch, "%.5f", x->percentile));
	}
}

static void put_why(struct cyclonedx *job, const struct finding *f)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "properties");
	cyclonedx_property(j, "plimsoll:fix_status", str_c(fix_status_word(f->status)));
	cyclonedx_property(j, "plimsoll:fixed_version", f->fixed_version);
	cyclonedx_property(j, "plimsoll:ecosystem", f->ecosystem);
	cyclonedx_property(j, "plimsoll:feed", f->feed);
	for (size_t i = 0; i < f->advisories.n; i++)
		cyclonedx_property(j, "plimsoll:advisory", f->advisories.v[i]);
	cyclonedx_property(j, "plimsoll:compared", f->compared_name);
	cyclonedx_property(j, "plimsoll:range", f->range);
	cyclonedx_property(j, "plimsoll:comparison", f->comparison);
	cyclonedx_property(j, "plimsoll:severity_reason", f->severity_reason);
	if (f->state != STATE_VALID)
		cyclonedx_property(j, "plimsoll:state", str_c(finding_state_word(f->state)));
	put_exploited(job, f);
	jsonout_end(j);
}

static void put_vulnerability(struct cyclonedx *job, const char *kind, const struct finding *f,
                              size_t first, size_t n)
{
	struct jsonout *j = &job->json;
	char ref[40];

	jsonout_object(j, NULL);
	snprintf(ref, sizeof ref, "%s-%zu", kind, first + 1);
	jsonout_text(j, "bom-ref", ref);
	jsonout_str(j, "id", f->id);
	put_source(j, str_c(writer_advisory_site(f->id)), writer_advisory_url(job->scratch, f->id));
	put_aliases(job, f);
	put_ratings(j, f);
	put_cwes(j, f);
	jsonout_some(j, "description", f->title.n ? f->title : f->description);
	if (f->title.n)
		jsonout_some(j, "detail", f->description);
	jsonout_some(j, "recommendation", recommendations(job->scratch, f, n));
	put_advisories(job, f);
	jsonout_some(j, "published", writer_timestamp(job->scratch, f->published));
	jsonout_some(j, "updated", writer_timestamp(job->scratch, f->modified));
	put_analysis(job, f);
	put_affects(job, f, n);
	put_why(job, f);
	jsonout_end(j);
}

static void put_list(struct cyclonedx *job, const char *kind, const struct finding *v, size_t all)
{
	size_t n;

	for (size_t i = 0; i < all; i += n) {
		for (n = 1; i + n < all; n++)
			if (!same_vulnerability(&v[i], &v[i + n]))
				break;
		put_vulnerability(job, kind, &v[i], i, n);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
}

void cyclonedx_vulnerabilities(struct cyclonedx *job)
{
	const struct scan_report *r = job->r;

	if (!r->generation)
		return;
	jsonout_array(&job->json, "vulnerabilities");
	put_list(job, "vulnerability", r->findings.v, r->findings.n);
	put_list(job, "suppressed", r->suppressed.v, r->suppressed.n);
	jsonout_end(&job->json);
}
