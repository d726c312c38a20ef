/* api/azure_details.h — additionalData of a finding, in both forms (defender.md 1.7). What
 * advisories tell is read from the documents that the finding carries. One call, one thread. */
#pragma once
#include "center/findings.h"

struct arena;
struct json;
struct jsonout;

struct azure_details {
	struct json *fact, *own;                     /* NULL: none */
	str title, description, remediation, impact; /* may be empty */
	struct azure_cvss {
		double score; /* below 0: none */
		str vector;
	} cvss[3]; /* of CVSS 2, 3 and 4: the chosen rating's, else the highest */
};

void azure_details_read(struct arena *a, const struct finding_row *f, struct azure_details *out);
void azure_details_done(struct azure_details *d);
void azure_details_write_qualys(struct arena *a, struct jsonout *j, const struct finding_row *f,
                                const struct azure_details *d);
void azure_details_write_mdvm(struct arena *a, struct jsonout *j, const struct finding_row *f,
                              const struct azure_details *d);
str azure_details_category(const struct finding_row *f); /* "Debian", "Python" */
str azure_details_host(str registry_url);
void azure_details_image(struct jsonout *j, str os, str distribution);
void azure_details_artifact(struct jsonout *j, str host, str repository, str digest, str tags,
                            str media_type, int64_t pushed_at);
