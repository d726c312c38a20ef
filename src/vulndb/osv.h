/* vulndb/osv.h — one record of the OSV schema (ossf.github.io/osv-schema, 1.7) as an advisory.
 * Input: hostile, some kilobytes, at most OSV_BYTES. Strings of the result are borrowed from
 * `text`'s document and the arena. One thread. */
#pragma once
#include "base/json.h"
#include "vulndb/record.h"

enum { OSV_BYTES = 32 << 20 };

/* The document must outlive *out. ERR_FORMAT without an id; ERR_LIMIT when the arena is spent.
 * Ranges of type GIT are left out, and packages that have nothing else; a withdrawn record keeps no
 * packages. Notices of a distribution that name no CVE and are no security notices (ALBA, RHBA …)
 * keep none either. */
int osv_read(const struct json *document, struct arena *a, struct advisory *out,
             struct error *e) must_use;

/* A text cut to at most n bytes, not inside a UTF-8 sequence. */
str osv_cut(str s, size_t n);
/* "unimportant", "low**", "Moderate", "not yet assigned" … as a severity; unknown for the last */
enum severity osv_word(str word);
