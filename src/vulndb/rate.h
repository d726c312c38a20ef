/* vulndb/rate.h — what the sources think of a finding, and which of them is shown. Any thread.
 *
 * The chosen severity, first rule that gives one:
 *   1. the distribution's own rating of a flaw in its own package: its word (Debian's urgency,
 * Ubuntu's priority, "Important: …" of a notice about one CVE), or its own vector (SUSE, Red Hat
 * …);
 *   2. the highest CVSS version; of one version the most specific source: GitHub, then the
 * ecosystem's own database (PyPA, Go, RustSec), the CVE's own authority, CISA, a distribution's
 * copy, last a notice about several CVEs; of one source the highest score;
 *   3. a word, sources in the same order.
 *
 * Who wants it otherwise names sources, the first that has an opinion is taken, else the rules
 * above: "vendor" (rule 1), "cvss" (rule 2), "highest" (the worst of all), "nvd", "ghsa", "cna" (the
 * CVE's own authority), "cna:NAME", or the name of a source as ratings have it ("Debian",
 * "CISA-ADP"), in any case. */
#pragma once
#include "model/finding.h"
#include "vulndb/record.h"

/* Takes an opinion in, unless the same source already said so; a vector that cannot be scored is
 * dropped. `shared`: of a notice about several CVEs. Strings are copied into `a`. */
void rate_add(struct arena *a, struct finding *f, const struct opinion *o, bool shared);
/* Sorts the ratings and marks the chosen one; fills severity and severity_reason. `wanted`: names
 * of sources with commas; may be empty. */
void rate_choose(struct arena *a, struct finding *f, str wanted);
/* Whether each name in the list is one of these; else the first that is none. */
bool rate_knows(str list, str *unknown);
const char *rate_sources(void); /* all of them, for people */
