/* vulndb/cve5.h — one CVE record (CVE JSON 5.x, cveproject.github.io/cve-schema) as a source of
 * severities, weaknesses and text, and of the versions of well-known programs (products.h). Input: hostile, some kilobytes.
 * Strings of the result are borrowed from the document and the arena. One thread. */
#pragma once
#include "base/json.h"
#include "vulndb/record.h"

enum { CVE5_BYTES = 8 << 20, CVE5_DETAILS_BYTES = 4096 };

/* 1 a record (a rejected one has state and reason only), 0 one that says nothing (reserved),
 * ERR_FORMAT when it is no CVE record. */
int cve5_read(const struct json *document, struct arena *a, struct advisory *out,
              struct error *e) must_use;
