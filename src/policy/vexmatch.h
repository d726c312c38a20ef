/* policy/vexmatch.h — which statement decides about a finding (docs/vex.md). */
#pragma once
#include "model/scan_report.h"
#include "policy/vex.h"

/* As package URLs spell them: PyPI's in any spelling, Go's versions with and without "v" */
bool vex_same_name(str a, str b, enum package_type type);
bool vex_same_version(str a, str b, enum package_type type);

/* After the last document and before the first question; keys in `a`. */
void vexmatch_index(struct vex_set *set, struct arena *a);

struct vex_verdict {
	const struct vex_document *document;
	const struct vex_statement *statement;
};

/* True when a statement is about this finding: *out is the one that wins. Every one that fits is
 * marked as fitted. `r` has image, distribution and packages. */
bool vexmatch_find(struct vex_set *set, const struct scan_report *r, const struct finding *f,
                   struct vex_verdict *out);
