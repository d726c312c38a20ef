/* vulndb/secdb.h — Alpine's security database and those of the same form (Wolfi, Chainguard): for
 * each package, the versions in which a fix came and the flaws it fixed. One JSON document a
 * release and repository (secdb.alpinelinux.org/vX.Y/main.json, 1 to 10 MB); a fixed version of "0"
 * says that the package never was affected. Hostile input, read in the jail. One thread. */
#pragma once
#include "base/json.h"
#include "vulndb/record.h"

enum { SECDB_BYTES = 64 << 20 };

typedef int secdb_each(void *ctx, const struct advisory *a, struct error *e);

/* One record a package and flaw: origin ORIGIN_TRACKER, id the CVE where there is one, without a
 * range when it is not affected. `base` is "Alpine", whose release the document names, or the
 * rolling "Wolfi", "Chainguard". Borrowed for the call of `each`, whose failure ends the reading.
 */
int secdb_read(const struct json *doc, str base, secdb_each *each, void *ctx,
               struct error *e) must_use;
