/* report/explanation_writer.h — an explanation for people and for programs (docs/explain.md). */
#pragma once
#include "model/explanation.h"
#include "report/writer.h"

typedef int explanation_writer_fn(const struct explanation *x, const struct writer_style *style,
                                  struct buf *out, struct error *e);
explanation_writer_fn as_explain, as_explain_json;

/* "introduced 0 <= 1.2.0 (dpkg order): yes" */
str explanation_comparison(struct arena *a, const struct judged *j, const struct compared *c);
/* "CVE-2024-1/package-<32 hex>", as `explain` takes it; refs of writer_refs */
str explanation_reference(struct arena *a, const struct scan_report *r, const struct writer_ref *refs,
                          const struct finding *f);
