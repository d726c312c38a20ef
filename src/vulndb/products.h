/* vulndb/products.h — which packages a CVE record itself says are affected, for well-known
 * programs: vendor and product of `affected` (CVE JSON 5.1, "product";
 * cveproject.github.io/cve-schema), or its CPE names, become a name in the ecosystem "CVE". Input:
 * hostile, in the jail; strings are borrowed from the document, arrays in the arena. One thread. */
#pragma once
#include "base/json.h"
#include "vulndb/record.h"

/* Appends to out->affected what the container's `affected` says of the products in the table. A
 * version that cannot be read is kept as it is, so that the match can tell that it was left out. */
void products_read(const struct json *container, struct arena *a, struct advisory *out);
/* Does the table name this program ("openssl")? */
bool products_know(str name);
