/* report/as_gitlab.c — GitLab's container scanning report, gl-container-scanning-report.json
 * (security report schemas 15.0.4): one vulnerability a finding. What was not assessed makes the
 * scan a failed one and is among its messages. */
#include "base/digest.h"
#include "base/jsonout.h"
#include "base/text.h"
#include "base/time.h"
#include "report/writer.h"
#include <stdio.h>

enum { NAME_MOST = 255, SOLUTION_MOST = 7000, DESCRIPTION_MOST = 1 << 20, SECONDS_TEXT = 19 };
#define SCHEMA_VERSION "15.0.4"

struct job {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch;
	const struct writer_ref *refs;
};

static void put_tool(struct jsonout *j, const char *key, const struct writer_style *style)
{
	jsonout_object(j, key);
	jsonout_text(j, "id", "plimsoll");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version);
	jsonout_object(j, "vendor");
	jsonout_text(j, "name", "plimsoll");
	jsonout_end(j);
	jsonout_end(j);
}

static void put_messages(struct job *job)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "messages");
	for (size_t i = 0; i < job->r->gaps.n; i++) {
		const struct gap *g = &job->r->gaps.v[i];
		bool matters = gap_matters(g->kind);
		jsonout_object(j, NULL);
		jsonout_text(j, "level", matters ? "warn" : "info");
		jsonout_str(j, "value",
		            arena_printf(job->scratch, "%s%.*s: %s: %.*s",
		                         matters ? "not assessed: " : "", STR_FMT(g->where),
		                         gap_meaning(g->kind), STR_FMT(g->why)));
		jsonout_end(j);
		if (!writer_step(job->scratch, j->out))
			break;
	}
	jsonout_end(j);
}

static void put_scan(struct job *job, const struct writer_style *style)
{
	struct jsonout *j = &job->json;
	char text[TIME_TEXT_BYTES];
	str when = str_upto(str_c(time_text(job->r->now, text)), SECONDS_TEXT);

	jsonout_object(j, "scan");
	put_tool(j, "analyzer", style);
	put_tool(j, "scanner", style);
	jsonout_text(j, "type", "container_scanning");
	jsonout_str(j, "start_time", when);
	jsonout_str(j, "end_time", when);
	jsonout_text(j, "status", job->r->assessed ? "success" : "failure");
	put_messages(job);
	jsonout_end(j);
}

/* At most so many code points. */
static str head(str text, size_t most)
{
	str rest = text;

	while (rest.n && most--)
		text_rune(&rest);
	return str_upto(text, text.n - rest.n);
}

static void put_identifier(struct job *job, const char *type, str name, str value, str url)
{
	struct jsonout *j = &job->json;

	if (!name.n || !value.n)
		return;
	jsonout_object(j, NULL);
	jsonout_text(j, "type", type);
	jsonout_str(j, "name", name);
	jsonout_str(j, "value", value);
	jsonout_some(j, "url", url);
	jsonout_end(j);
}

static void put_id(struct job *job, str id)
{
	const char *type = str_starts(id, STR("CVE-"))    ? "cve"
	                   : str_starts(id, STR("GHSA-")) ? "ghsa"
	                   : str_starts(id, STR("RHSA-")) ? "rhsa"
	                   : str_starts(id, STR("USN-"))  ? "usn"
	                                                  : "osv";
	put_identifier(job, type, id, id, writer_advisory_url(job->scratch, id));
}

static void put_identifiers(struct job *job, const struct finding *f)
{
	jsonout_array(&job->json, "identifiers");
	put_id(job, f->id.n ? f->id : STR("unnamed"));
	for (size_t i = 0; i < f->aliases.n; i++)
		put_id(job, f->aliases.v[i]);
	for (size_t i = 0; i < f->cwes.n; i++) {
		str n = writer_weakness_number(f->cwes.v[i]);
		put_identifier(job, "cwe", f->cwes.v[i], n,
		               arena_printf(job->scratch,
		                            "https://cwe.mitre.org/data/definitions/%.*s.html",
		                            STR_FMT(n)));
	}
	jsonout_end(&job->json);
}

static void put_links(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "links");
	for (size_t i = 0; i < f->references.n; i++) {
		str url = writer_url(job->scratch, f->references.v[i].url);
		if (!str_starts(url, STR("http"))) /* the schema wants it in lower case */
			continue;
		jsonout_object(j, NULL);
		jsonout_str(j, "url", url);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_location(struct job *job, const struct package *p)
{
	const struct scan_report *r = job->r;
	struct jsonout *j = &job->json;
	str system = r->distro.id.n ? arena_printf(job->scratch, "%.*s %.*s", STR_FMT(r->distro.id),
	                                           STR_FMT(r->distro.version_id))
	                            : STR("unknown");
	str image = r->image.name.n ? r->image.name : r->image.target;

	jsonout_object(j, "location");
	jsonout_object(j, "dependency");
	jsonout_object(j, "package");
	jsonout_str(j, "name", p->name);
	jsonout_end(j);
	jsonout_str(j, "version", p->version);
	jsonout_end(j);
	jsonout_str(j, "operating_system", str_trim(system));
	jsonout_str(j, "image", image.n ? image : STR("unknown"));
	jsonout_end(j);
}

/* The same in every pipeline, as long as the package stays what and where it is. */
static void put_uuid(struct job *job, const struct finding *f)
{
	size_t at = writer_package_index(job->r, f->package);
	str ref = at == SIZE_MAX ? f->package->name : str_c(job->refs[at].text);
	struct digest sum =
	        digest_of(arena_printf(job->scratch, "%.*s %.*s", STR_FMT(f->id), STR_FMT(ref)));
	char uuid[37];

	writer_uuid(&sum, uuid);
	jsonout_text(&job->json, "id", uuid);
}

static const char *severity_name(enum severity s)
{
	static const char *const names[] = {
		"Unknown", "Info", "Low", "Medium", "High", "Critical"
	};
	return names[s];
}

static void put_vulnerability(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;
	str title = writer_line(job->scratch, writer_title(f), 0);

	jsonout_object(j, NULL);
	put_uuid(job, f);
	jsonout_str(j, "name", head(title.n ? title : f->id, NAME_MOST));
	jsonout_str(j, "description",
	            head(f->description.n ? f->description : title, DESCRIPTION_MOST));
	jsonout_text(j, "severity", severity_name(f->severity));
	jsonout_some(j, "solution", head(f->remediation, SOLUTION_MOST));
	put_identifiers(job, f);
	put_links(job, f);
	put_location(job, f->package);
	jsonout_end(j);
}

int as_gitlab(const struct scan_report *r, const struct writer_style *style, struct buf *out,
              struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .r = r, .json = JSONOUT(out, 2), .scratch = &scratch };
	struct jsonout *j = &job.json;

	job.refs = writer_refs(r, &kept);
	if (!job.refs)
		return writer_done(&kept, out, "gitlab", e);
	jsonout_object(j, NULL);
	jsonout_text(j, "version", SCHEMA_VERSION);
	jsonout_text(
	        j, "schema",
	        "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/"
	        "v" SCHEMA_VERSION "/dist/container-scanning-report-format.json");
	put_scan(&job, style);
	jsonout_array(j, "vulnerabilities");
	for (size_t i = 0; i < r->findings.n; i++) {
		put_vulnerability(&job, &r->findings.v[i]);
		if (!writer_step(&scratch, out))
			break;
	}
	jsonout_end(j);
	jsonout_end(j);
	return writer_done(&scratch, out, "gitlab", e);
}
