#include "api/azure_subassessment.h"
#include "api/azure.h"
#include "api/azure_details.h"

#define TYPE        "Microsoft.Security/assessments/subAssessments"
#define ASSESSMENTS "Microsoft.Security/assessments"

/* --- shared by findings and images --- */

static void begin(struct arena *a, struct jsonout *j, const struct azure_parent *p,
                  const struct finding_key *k)
{
	char name[FINDING_NAME_BYTES];
	str parent = azure_id(a, p->resource_id, ASSESSMENTS, str_c(p->text->key));

	finding_name_make(k, name);
	azure_resource(j, NULL, arena_join(a, parent, STR("/subAssessments/"), str_c(name)),
	               str_c(name), TYPE);
}

static void write_status(struct jsonout *j, const char *code, str cause, str description,
                         const char *severity)
{
	jsonout_object(j, "status");
	jsonout_text(j, "code", code);
	jsonout_str(j, "cause", cause);
	jsonout_str(j, "description", description);
	if (severity)
		jsonout_text(j, "severity", severity);
	jsonout_end(j);
}

/* What stands over the row decides first. */
static void write_off(struct jsonout *j, const struct azure_parent *p, const char *severity)
{
	bool exempt = str_eq_nocase(p->cause, STR("Exempt"));

	write_status(j, "NotApplicable", p->cause,
	             exempt ? STR("Disabled parent assessment")
	                    : STR("The plan that assesses images is off"),
	             severity);
}

static void write_resource(struct arena *a, struct jsonout *j, str repository, str digest)
{
	jsonout_object(j, "resourceDetails");
	jsonout_text(j, "source", "Azure");
	jsonout_str(j, "id",
	            arena_join(a, STR("/repositories/"), repository, STR("/images/"), digest));
	jsonout_end(j);
}

/* --- a finding --- */

static const char *severity_of(const struct azure_text *t, enum severity s)
{
	static const char *const mdvm[] = { "Low", "Low", "Low", "Medium", "High", "Critical" };
	static const char *const qualys[] = { "Low", "Low", "Low", "Medium", "High", "High" };

	return t->mdvm ? mdvm[s] : qualys[s];
}

static void write_texts(struct arena *a, struct jsonout *j, const struct azure_parent *p,
                        const struct finding_row *f, const struct azure_details *d)
{
	if (p->text->mdvm) {
		jsonout_str(j, "displayName", f->vulnerability);
	} else {
		jsonout_str(
		        j, "displayName",
		        d->title.n ? d->title
		                   : arena_join(a, f->vulnerability, STR(" in "), f->package.name));
		jsonout_str(j, "category", azure_details_category(f));
		jsonout_some(j, "impact", d->impact);
	}
	jsonout_str(j, "description", d->description.n ? d->description : d->title);
	jsonout_str(j, "remediation", d->remediation);
}

void azure_finding_write(struct arena *a, struct jsonout *j, const struct azure_parent *p,
                         const struct finding_row *f)
{
	const char *severity = severity_of(p->text, f->severity);
	struct azure_details d;

	azure_details_read(a, f, &d);
	begin(a, j, p, &f->key);
	jsonout_str(j, "id", f->vulnerability);
	write_texts(a, j, p, f, &d);
	if (p->off)
		write_off(j, p, severity);
	else if (f->hidden)
		write_status(j, "NotApplicable", STR("Exempt"), STR("The finding is disabled"),
		             severity);
	else
		write_status(j, "Unhealthy", STR(""), STR("The resource is unhealthy"), severity);
	azure_date(j, "timeGenerated", f->found_at);
	write_resource(a, j, f->repository, f->digest);
	jsonout_object(j, "additionalData");
	jsonout_text(j, "assessedResourceType",
	             p->text->mdvm ? "AzureContainerRegistryVulnerability"
	                           : "ContainerRegistryVulnerability");
	if (!p->text->mdvm)
		azure_details_write_qualys(a, j, f, &d);
	azure_details_write_mdvm(a, j, f, &d);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
	azure_details_done(&d);
}

/* --- an image --- */

bool azure_image_has_row(const struct azure_parent *p, enum image_state s)
{
	return s == IMAGE_NOT_ASSESSED || s == IMAGE_UNSUPPORTED || s == IMAGE_FAILED ||
	       (s == IMAGE_HEALTHY && !p->text->mdvm);
}

static const char *cause_of(enum image_state s)
{
	return s == IMAGE_UNSUPPORTED ? "Unsupported"
	       : s == IMAGE_FAILED    ? "ScanFailed"
	                              : "NotAssessed";
}

static void write_image_data(struct jsonout *j, const struct azure_parent *p,
                             const struct image_row *i)
{
	jsonout_object(j, "additionalData");
	jsonout_text(j, "assessedResourceType",
	             p->text->mdvm ? "AzureContainerRegistryVulnerability"
	                           : "ContainerRegistryVulnerability");
	if (!p->text->mdvm) {
		jsonout_text(j, "type", "Information Gathered");
		jsonout_bool(j, "patchable", false);
		jsonout_object(j, "cvss");
		jsonout_end(j);
		jsonout_strs(j, "cve", NULL, 0);
		jsonout_strs(j, "vendorReferences", NULL, 0);
		jsonout_str(j, "registryHost", azure_details_host(i->registry_url));
		jsonout_str(j, "repositoryName", i->repository);
		jsonout_str(j, "imageDigest", i->digest);
		azure_details_image(j, i->os, i->distribution);
	}
	azure_details_artifact(j, azure_details_host(i->registry_url), i->repository, i->digest,
	                       i->tags, i->media_type, i->pushed_at);
	jsonout_end(j);
}

void azure_image_write(struct arena *a, struct jsonout *j, const struct azure_parent *p,
                       const struct image_row *i)
{
	bool clean = i->state == IMAGE_HEALTHY;

	begin(a, j, p, &(struct finding_key){ .image_id = i->id });
	jsonout_text(j, "id", clean ? "healthy" : image_state_word(i->state));
	jsonout_text(j, "displayName", clean ? "No findings" : "Not assessed");
	jsonout_text(j, "description", image_state_text(i->state));
	jsonout_text(j, "remediation", "");
	if (p->off)
		write_off(j, p, NULL);
	else if (clean)
		write_status(j, "Healthy", STR(""), STR("The resource is healthy"), NULL);
	else
		write_status(j, "NotApplicable", str_c(cause_of(i->state)),
		             i->cause.n ? i->cause : str_c(image_state_text(i->state)), NULL);
	azure_date(j, "timeGenerated",
	           i->assessed_at  ? i->assessed_at
	           : i->scanned_at ? i->scanned_at
	                           : i->first_seen);
	write_resource(a, j, i->repository, i->digest);
	write_image_data(j, p, i);
	jsonout_end(j);
	jsonout_end(j);
}
