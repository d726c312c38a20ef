#include "api/azure_details.h"
#include "api/azure.h"
#include "base/json.h"

/* --- what advisories tell --- */

static void take_rating(const struct json *r, struct azure_details *d, bool picked[3])
{
	int64_t major = 0;
	double score = -1;
	bool chosen = json_bool(r, "chosen");
	struct azure_cvss *to;

	if (!json_i64(r, "cvss", &major) || major < 2 || major > 4 || !json_f64(r, "score", &score))
		return;
	to = &d->cvss[major - 2];
	if (picked[major - 2] || (!chosen && score <= to->score))
		return;
	*to = (struct azure_cvss){ score, json_str(r, "vector") };
	picked[major - 2] = chosen;
}

/* The value of one metric of a vector: 'N' of "AV:N", 0 when it has none. */
static char metric(str vector, const char *name)
{
	str one, n = str_c(name);

	while (str_split(&vector, '/', &one))
		if (str_starts(one, n) && one.n == n.n + 2 && one.p[n.n] == ':')
			return one.p[n.n + 1];
	return 0;
}

static const char *loss(char v)
{
	return v == 'H' ? "all" : v == 'L' ? "some" : NULL;
}

/* What an attack takes and what it costs, from the vector's own words (CVSS 3.1, section 2). */
static str impact_of(struct arena *a, const struct azure_cvss *v)
{
	static const struct {
		const char *metric, *what;
	} losses[] = { { "C", "confidentiality" }, { "I", "integrity" }, { "A", "availability" } };
	struct buf b cleanup(buf_done) = BUF(512);
	char from = metric(v->vector, "AV"), rights = metric(v->vector, "PR");
	const char *sep = ", can cost ";

	if (v->score < 0 || !from)
		return (str){ 0 };
	buf_printf(&b, "An attack %s",
	           from == 'N'   ? "over the network"
	           : from == 'A' ? "from an adjacent network"
	           : from == 'L' ? "by somebody on the system"
	                         : "by somebody who can touch the device");
	buf_printf(&b, "%s",
	           rights == 'N'   ? ", without any privileges"
	           : rights == 'H' ? ", with high privileges"
	                           : "");
	if (metric(v->vector, "UI") == 'R')
		buf_printf(&b, ", with a user's help");
	for (size_t i = 0; i < LEN(losses); i++) {
		const char *how = loss(metric(v->vector, losses[i].metric));
		if (how)
			buf_printf(&b, "%s%s %s", sep, how, losses[i].what);
		sep = how ? ", " : sep;
	}
	buf_printf(&b, " (CVSS %.1f)", v->score);
	return arena_str(a, buf_view(&b));
}

void azure_details_read(struct arena *a, const struct finding_row *f, struct azure_details *out)
{
	struct error ignored = { 0 };
	bool picked[3] = { 0 };
	const struct json *ratings;

	*out = (struct azure_details){
		.cvss = { { .score = -1 }, { .score = -1 }, { .score = -1 } }
	};
	if (f->fact.n && json_parse("fact", f->fact, &out->fact, &ignored) < 0)
		out->fact = NULL;
	if (f->detail.n && json_parse("detail", f->detail, &out->own, &ignored) < 0)
		out->own = NULL;
	ratings = json_get(out->fact, "ratings");
	for (size_t i = 0; i < json_len(ratings); i++)
		take_rating(json_at(ratings, i), out, picked);
	out->title = json_str(out->fact, "title");
	out->description = json_str(out->fact, "description");
	out->remediation = json_str(out->own, "remediation");
	out->impact = impact_of(a, &out->cvss[1]);
}

void azure_details_done(struct azure_details *d)
{
	json_free(d->fact);
	json_free(d->own);
}

/* --- small parts --- */

str azure_details_host(str url)
{
	str host = str_from(url,
	                    str_find(url, STR("://")) < url.n ? str_find(url, STR("://")) + 3 : 0);
	return str_upto(host, str_chr(host, '/'));
}

static bool is_language(const struct package *p)
{
	return p->type != PACKAGE_DEB && p->type != PACKAGE_APK && p->type != PACKAGE_RPM;
}

/* "Debian" of "Debian:12" */
static str family(str ecosystem)
{
	return str_upto(ecosystem, str_chr(ecosystem, ':'));
}

str azure_details_category(const struct finding_row *f)
{
	if (is_language(&f->package) || !f->ecosystem.n)
		return str_c(package_type_text(f->package.type));
	return family(f->ecosystem);
}

static const char *os_word(str os)
{
	return str_eq_nocase(os, STR("windows")) ? "Windows" : "Linux";
}

void azure_details_image(struct jsonout *j, str os, str distribution)
{
	jsonout_object(j, "imageDetails");
	jsonout_text(j, "os", os_word(os));
	jsonout_str(j, "osDetails", distribution);
	jsonout_end(j);
}

static bool is_cve(str id)
{
	return str_starts(id, STR("CVE-"));
}

static str link_of(struct arena *a, str id)
{
	return is_cve(id) ? arena_concat(a, STR("https://www.cve.org/CVERecord?id="), id)
	       : str_starts(id, STR("GHSA-"))
	               ? arena_concat(a, STR("https://github.com/advisories/"), id)
	               : arena_concat(a, STR("https://osv.dev/vulnerability/"), id);
}

static void write_link(struct jsonout *j, str title, str link)
{
	jsonout_object(j, NULL);
	jsonout_str(j, "title", title);
	jsonout_str(j, "link", link);
	jsonout_end(j);
}

/* Title and link of what advisories refer to. */
static void write_references(struct jsonout *j, const char *key, const struct azure_details *d)
{
	const struct json *v = json_get(d->fact, "references");

	jsonout_array(j, key);
	for (size_t i = 0; i < json_len(v); i++) {
		str url = json_str(json_at(v, i), "url");
		if (url.n)
			write_link(j, url, url);
	}
	jsonout_end(j);
}

/* --- the form of 2020 --- */

static void write_cves(struct arena *a, struct jsonout *j, const struct finding_row *f,
                       const struct azure_details *d)
{
	const struct json *aliases = json_get(d->fact, "aliases");

	jsonout_array(j, "cve");
	write_link(j, f->vulnerability, link_of(a, f->vulnerability));
	for (size_t i = 0; i < json_len(aliases); i++) {
		str id = json_text(json_at(aliases, i));
		if (is_cve(id))
			write_link(j, id, link_of(a, id));
	}
	jsonout_end(j);
}

static void write_scores(struct jsonout *j, const struct azure_details *d)
{
	static const char *const versions[] = { "2.0", "3.0", "4.0" };

	jsonout_object(j, "cvss");
	for (size_t i = 0; i < LEN(versions); i++)
		if (d->cvss[i].score >= 0) {
			jsonout_object(j, versions[i]);
			jsonout_f64(j, "base", d->cvss[i].score);
			jsonout_end(j);
		}
	jsonout_end(j);
}

void azure_details_write_qualys(struct arena *a, struct jsonout *j, const struct finding_row *f,
                                const struct azure_details *d)
{
	jsonout_text(j, "type", "Vulnerability");
	jsonout_bool(j, "patchable", f->fix == FIX_AVAILABLE);
	write_scores(j, d);
	write_cves(a, j, f, d);
	azure_date_text(j, "publishedTime", json_str(d->fact, "published"));
	write_references(j, "vendorReferences", d);
	jsonout_str(j, "registryHost", azure_details_host(f->registry_url));
	jsonout_str(j, "repositoryName", f->repository);
	jsonout_str(j, "imageDigest", f->digest);
	azure_details_image(j, f->os, f->distribution);
}

/* --- the later form --- */

void azure_details_artifact(struct jsonout *j, str host, str repository, str digest, str tags,
                            str media_type, int64_t pushed_at)
{
	str tag;

	jsonout_object(j, "artifactDetails");
	jsonout_str(j, "repositoryName", repository);
	jsonout_str(j, "registryHost", host);
	jsonout_str(j, "digest", digest);
	jsonout_array(j, "tags");
	while (str_line(&tags, &tag))
		jsonout_str(j, NULL, tag);
	jsonout_end(j);
	jsonout_text(j, "artifactType", "ContainerImage");
	jsonout_str(j, "mediaType", media_type);
	azure_date(j, "lastPushedToRegistryUTC", pushed_at);
	jsonout_end(j);
}

static const char *fix_word(enum fix_status s)
{
	static const char *const words[FIX_STATUS_COUNT] = {
		[FIX_AVAILABLE] = "FixAvailable",
		[FIX_NONE] = "NoFixAvailable",
		[FIX_WILL_NOT] = "WontFix",
		[FIX_DEFERRED] = "NoFixAvailable",
		[FIX_UNDER_INVESTIGATION] = "Unknown",
		[FIX_END_OF_LIFE] = "WontFix",
	};
	return words[s];
}

/* "alpine_3.17", "ubuntu_linux_20.04" of "Alpine:v3.17", "Ubuntu:20.04:LTS" */
static str os_version(struct arena *a, str ecosystem)
{
	str name = family(ecosystem), version = str_from(ecosystem, name.n + 1), s;
	char *p;

	version = str_upto(version, str_chr(version, ':'));
	if (version.n && version.p[0] == 'v')
		version = str_from(version, 1);
	if (!version.n)
		return (str){ 0 };
	if (str_eq_nocase(name, STR("Ubuntu")))
		name = STR("ubuntu_linux");
	s = arena_lower(a, arena_join(a, name, STR("_"), version));
	p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; p && i < s.n; i++)
		p[i] = s.p[i] == ' ' ? '_' : s.p[i];
	return p ? str_mem(p, s.n) : (str){ 0 };
}

/* The file and the record that show the package, at most 20. */
static void write_evidence(struct arena *a, struct jsonout *j, const struct finding_row *f)
{
	struct json *paths = NULL;
	struct error ignored = { 0 };

	jsonout_array(j, "evidence");
	if (f->paths.n && json_parse("paths", f->paths, &paths, &ignored) == 0)
		for (size_t i = 0; i < json_len(paths); i++) {
			const struct json *x = json_at(paths, i);
			str path = json_str(x, "path"), inner = json_str(x, "inner"),
			    how = json_str(x, "evidence");
			if (inner.n)
				path = arena_join(a, path, STR("!/"), inner);
			jsonout_str(j, NULL,
			            how.n ? arena_join(a, path, STR(" ("), how, STR(")")) : path);
		}
	jsonout_end(j);
	json_free(paths);
}

static void write_fix_reference(struct arena *a, struct jsonout *j, const struct finding_row *f,
                                const struct azure_details *d)
{
	str id = json_text(json_at(json_get(d->fact, "advisories"), 0));

	if (!id.n || f->fix != FIX_AVAILABLE) {
		jsonout_null(j, "fixReference");
		return;
	}
	jsonout_object(j, "fixReference");
	jsonout_str(j, "id", id);
	jsonout_str(j, "description", json_str(d->own, "range"));
	jsonout_str(j, "url", link_of(a, id));
	jsonout_end(j);
}

static void write_software(struct arena *a, struct jsonout *j, const struct finding_row *f,
                           const struct azure_details *d)
{
	bool language = is_language(&f->package);

	jsonout_object(j, "softwareDetails");
	jsonout_str(j, "packageName", f->package.name);
	jsonout_str(j, "version", f->package.version);
	jsonout_str(j, "fixedVersion", f->fixed_version);
	jsonout_text(j, "fixStatus", fix_word(f->fix));
	jsonout_text(j, "category", language ? "Language" : "OS");
	jsonout_text(j, "language", language ? package_type_text(f->package.type) : "");
	jsonout_str(j, "vendor", language ? (str){ 0 } : family(f->ecosystem));
	write_evidence(a, j, f);
	jsonout_object(j, "osDetails");
	jsonout_text(j, "osPlatform", str_eq_nocase(f->os, STR("windows")) ? "windows" : "linux");
	jsonout_str(j, "osVersion", os_version(a, f->ecosystem));
	jsonout_str(j, "osName", f->distribution);
	jsonout_end(j);
	write_fix_reference(a, j, f, d);
	jsonout_end(j);
}

static void write_cvss(struct jsonout *j, const struct azure_details *d)
{
	static const char *const versions[] = { "2.0", "3.0", "4.0" };

	jsonout_object(j, "cvss");
	for (size_t i = 0; i < LEN(versions); i++) {
		if (d->cvss[i].score < 0 && i < 2)
			jsonout_null(j, versions[i]);
		if (d->cvss[i].score < 0)
			continue;
		jsonout_object(j, versions[i]);
		jsonout_f64(j, "base", d->cvss[i].score);
		jsonout_str(j, "cvssVectorString", d->cvss[i].vector);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void write_exploitability(struct jsonout *j, const struct finding_row *f)
{
	jsonout_object(j, "exploitabilityAssessment");
	jsonout_bool(j, "exploitStepsPublished", f->exploited.known);
	jsonout_bool(j, "exploitStepsVerified", f->exploited.known);
	jsonout_bool(j, "isInExploitKit", f->exploited.ransomware);
	jsonout_strs(j, "exploitUris", NULL, 0);
	jsonout_array(j, "types");
	jsonout_text(j, NULL, "NotAvailable");
	jsonout_end(j);
	jsonout_end(j);
}

static void write_weaknesses(struct jsonout *j, const struct azure_details *d)
{
	const struct json *v = json_get(d->fact, "cwes");

	jsonout_object(j, "weaknesses");
	jsonout_array(j, "cwe");
	for (size_t i = 0; i < json_len(v); i++) {
		jsonout_object(j, NULL);
		jsonout_str(j, "id", json_text(json_at(v, i)));
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_end(j);
}

static void write_vulnerability(struct jsonout *j, const struct finding_row *f,
                                const struct azure_details *d)
{
	static const char *const severities[SEVERITY_COUNT] = { "Unknown", "Low",  "Low",
		                                                "Medium",  "High", "Critical" };

	jsonout_object(j, "vulnerabilityDetails");
	jsonout_str(j, "cveId", f->vulnerability);
	jsonout_text(j, "severity", severities[f->severity]);
	azure_date_text(j, "publishedDate", json_str(d->fact, "published"));
	azure_date_text(j, "lastModifiedDate", json_str(d->fact, "modified"));
	write_cvss(j, d);
	write_references(j, "references", d);
	write_weaknesses(j, d);
	jsonout_strs(j, "workarounds", NULL, 0);
	write_exploitability(j, f);
	jsonout_null(j, "cpe");
	jsonout_end(j);
}

void azure_details_write_mdvm(struct arena *a, struct jsonout *j, const struct finding_row *f,
                              const struct azure_details *d)
{
	if (d->cvss[1].score >= 0)
		jsonout_f64(j, "cvssV30Score", d->cvss[1].score);
	azure_details_artifact(j, azure_details_host(f->registry_url), f->repository, f->digest,
	                       f->tags, f->media_type, f->pushed_at);
	write_software(a, j, f, d);
	write_vulnerability(j, f, d);
}
