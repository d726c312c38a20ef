/* vulndb/kev.h — CISA's Known Exploited Vulnerabilities catalogue, one JSON document of some MB
 * (known_exploited_vulnerabilities.json). Hostile input, read in the jail. One thread. */
#pragma once
#include "base/json.h"
#include "vulndb/facts.h"

enum { KEV_BYTES = 64 << 20 };

typedef int kev_each(void *ctx, const struct kev_entry *k, struct error *e);

/* Each entry with a CVE; strings are borrowed from the document. *released: its date, or empty. */
int kev_read(const struct json *doc, kev_each *each, void *ctx, str *released,
             struct error *e) must_use;
