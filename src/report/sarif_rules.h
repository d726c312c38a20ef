/* report/sarif_rules.h — the rules of a SARIF run, one a vulnerability id; the run is as_sarif.c.
 */
#pragma once
#include "base/jsonout.h"
#include "report/writer.h"

struct sarif {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch; /* emptied after every rule and result */
	/* of each rule the worst finding with this id; rules are in the order of first appearance
	 */
	const struct finding **rules;
	size_t *rule_of; /* of every finding */
	size_t n;
};

bool sarif_find_rules(struct sarif *job, struct arena *a); /* false: the arena is spent */
void sarif_put_rules(struct sarif *job);                   /* the array */
const char *sarif_level(enum severity s);
void sarif_put_text(struct jsonout *j, const char *key, str text); /* { "text": … } */
