/* vulndb/lookup.h — advisories for people: by any of their names, or by package. One thread. */
#pragma once
#include "vulndb/record.h"

struct vulndb;

struct lookup_row {
	str feed; /* "osv/npm" */
	const struct advisory
	        *advisory; /* head, text, and the packages that were asked for with their ranges */
	bool superseded;   /* another feed has a newer copy */
};

/* Strings are borrowed for the call. 0 goes on. */
typedef int lookup_each(void *ctx, const struct lookup_row *row, struct error *e);

/* All records that are `id` or call it another name of theirs (or, notices, speak of it), by id and
 * feed. The count, or below 0. */
int lookup_id(struct vulndb *db, str id, lookup_each *each, void *ctx, struct error *e) must_use;
/* All records of a package; ecosystem "npm", "Debian" (any release), "Debian:12", or empty for all.
 */
int lookup_package(struct vulndb *db, str ecosystem, str name, lookup_each *each, void *ctx,
                   struct error *e) must_use;
