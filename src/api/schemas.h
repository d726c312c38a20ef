/* api/schemas.h — what bodies of /api/v1 look like: a row a member. The OpenAPI document is printed from the rows, and
 * what a request brings is held against the same rows, so that the two cannot part. Any thread.
 *
 * A type is a word of:
 *   text            a string; "text 64" of at most 64 characters; "text 1-64" of at least one
 *   text 64 /RE/    one that fits the pattern, which is for readers: the handler looks itself
 *   time            RFC 3339
 *   guid, int, int 0-100, number, bool
 *   is a|b|c        one of these words
 *   json            anything; map: an object of anything; counts, texts: an object of integers, of strings
 *   Name            another schema
 * with [] before it for a list, [1-64] for one of so many, and ? behind it where it may be null. */
#pragma once
#include "base/json.h"
#include "base/jsonout.h"

struct schema_member {
	const char *name; /* with ~ before it: may be absent */
	const char *type;
	const char *about; /* NULL: the name says it */
};

struct schema {
	const char *name, *about;
	const struct schema_member *members; /* ended by a NULL name */
	bool closed; /* of requests: nothing else may be in it */
};

extern const struct schema schemas_all[]; /* ended by a NULL name; by name */
const struct schema *schemas_find(str name);

/* ERR_USAGE names the member. */
int schemas_check(const char *name, const struct json *v, struct error *e) must_use;
/* "components/schemas" of an OpenAPI document, the object's members. */
void schemas_write(struct jsonout *j);
/* A type as a JSON schema, as the value of `key`. */
void schemas_write_type(struct jsonout *j, const char *key, const char *type, const char *about);
