#include "api/azure_texts.h"
#include "base/attr.h"
#include "center/postures.h"
#include <stdio.h>

#define WHAT_REGISTRY                                                                           \
	"Each image of the registry is read when it is pushed, imported or found, and its "     \
	"packages are held against current "                                                    \
	"advisories. The registry is unhealthy while one of its images has a finding that was " \
	"not disabled."
#define WHAT_RUNNING                                                                              \
	"Images that run in the cluster are held against current advisories for as long as they " \
	"run. The cluster is "                                                                    \
	"unhealthy while an image with a finding that was not disabled runs in it."
#define DO_REGISTRY                                                                              \
	"1. Open the unhealthy registry and its images with findings. 2. Raise the packages to " \
	"the fixed versions that each "                                                          \
	"finding names, in the base image or in the image's own build. 3. Push the new image, "  \
	"which is read at once, and see "                                                        \
	"that it is healthy. 4. Delete the old one: its findings stay as long as its digest is " \
	"in the registry."
#define DO_RUNNING                                                                              \
	"1. Open the unhealthy cluster and its running images with findings. 2. Rebuild them "  \
	"with the fixed versions that each "                                                    \
	"finding names, and push them. 3. Roll the workloads out anew, so that the old images " \
	"run no more."

static const char *const threats[] = { "accountBreach",        "dataExfiltration", "dataSpillage",
	                               "elevationOfPrivilege", "denialOfService",  NULL };
static const char *const tactics[] = { "Initial Access", "Execution", "Privilege Escalation",
	                               NULL };
static const char *const techniques[] = { "Exploit Public-Facing Application",
	                                  "Exploitation for Privilege Escalation", NULL };

// clang-format off
#define COMMON "Moderate", "Moderate", threats, tactics, techniques
const struct azure_text azure_texts[] = { /* names, severities: defender.md 3.1 */
	{ ASSESSMENT_REGISTRY, "Container registry images should have vulnerability findings resolved",
	  "High", "5f0f936f-2f01-4bf5-b6be-d423792fa562", WHAT_REGISTRY, DO_REGISTRY, COMMON, false, false },
	{ ASSESSMENT_REGISTRY_MDVM, "Azure registry container images should have vulnerabilities resolved",
	  "High", "090c7b07-b4ed-4561-ad20-e9075f3ccaff", WHAT_REGISTRY, DO_REGISTRY, COMMON, false, true },
	{ ASSESSMENT_RUNNING, "Running container images should have vulnerability findings resolved",
	  "High", "0fc39691-5a3f-4e3e-94ee-2e6447309ad9", WHAT_RUNNING, DO_RUNNING, COMMON, true, false },
	{ ASSESSMENT_RUNNING_MDVM, "Azure running container images should have vulnerabilities resolved",
	  "High", "17f4b1cc-c55c-4d94-b1f9-2978f6ac2957", WHAT_RUNNING, DO_RUNNING, COMMON, true, true },
	{ 0 }
};
// clang-format on

const struct azure_text *azure_text_of(str key)
{
	for (const struct azure_text *t = azure_texts; t->key; t++)
		if (str_eq_nocase(key, str_c(t->key)))
			return t;
	return NULL;
}

static void write_words(struct jsonout *j, const char *key, const char *const *words)
{
	jsonout_array(j, key);
	for (; *words; words++)
		jsonout_text(j, NULL, *words);
	jsonout_end(j);
}

void azure_text_write(struct jsonout *j, const struct azure_text *t)
{
	static const char *const categories[] = { "Compute", NULL };
	char policy[128];

	snprintf(policy, sizeof policy, "/providers/Microsoft.Authorization/policyDefinitions/%s",
	         t->policy);
	jsonout_text(j, "displayName", t->name);
	jsonout_text(j, "assessmentType", "BuiltIn");
	jsonout_text(j, "policyDefinitionId", policy);
	jsonout_text(j, "description", t->description);
	jsonout_text(j, "remediationDescription", t->remediation);
	write_words(j, "categories", categories);
	jsonout_text(j, "severity", t->severity);
	jsonout_text(j, "userImpact", t->impact);
	jsonout_text(j, "implementationEffort", t->effort);
	write_words(j, "threats", t->threats);
	write_words(j, "tactics", t->tactics);
	write_words(j, "techniques", t->techniques);
	jsonout_bool(j, "preview", false);
}
