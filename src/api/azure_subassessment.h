/* api/azure_subassessment.h — one finding as a sub-assessment, in the form of its assessment's key:
 * that of 2020 (assessedResourceType ContainerRegistryVulnerability) with the objects of the later
 * form beside its members, or the later form alone (AzureContainerRegistryVulnerability); and an
 * image's own row, when there is nothing to find or it could not be looked at. One call, one
 * thread. */
#pragma once
#include "api/azure_texts.h"
#include "center/findings.h"
#include "center/imagelist.h"

struct azure_parent { /* of a row: the assessment on a registry or a cluster */
	const struct azure_text *text;
	str resource_id; /* of the registry or cluster */
	bool off;        /* it is exempt, or its plan is off: nothing counts */
	str cause;       /* why: "Exempt", "OffByPolicy" */
};

void azure_finding_write(struct arena *a, struct jsonout *j, const struct azure_parent *p,
                         const struct finding_row *f);
/* Does the image have a row of its own under that assessment? */
bool azure_image_has_row(const struct azure_parent *p, enum image_state s);
void azure_image_write(struct arena *a, struct jsonout *j, const struct azure_parent *p,
                       const struct image_row *i);
