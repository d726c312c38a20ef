/* base/json.h — JSON read whole into memory (RFC 8259, through jansson). For documents of bounded
 * size: manifests, configurations, advisory records. Duplicate keys: the last wins. Nesting is
 * limited by jansson to 2,048 levels. A document and the strings seen in it live until json_free.
 * Getters never fail: an absent key or another type gives the empty value. One thread a document. */
#pragma once
#include "base/error.h"
#include "base/str.h"

struct json; /* a value inside a document; NULL is accepted everywhere and means "absent" */

/* Parse a whole document (any value at the top, NUL allowed in strings). ERR_FORMAT with
 * "name: byte N: why"; name is borrowed for the call. */
int json_parse(const char *name, str text, struct json **out, struct error *e) must_use;
void json_free(struct json *document); /* only what json_parse gave; NULL is fine */

const struct json *json_get(const struct json *object, const char *key);
str json_str(const struct json *object, const char *key); /* string member, else empty */
str json_text(const struct json *value);                  /* value itself a string, else empty */
bool json_int(const struct json *value, int64_t *out); /* value itself */
bool json_i64(const struct json *object, const char *key, int64_t *out);
bool json_f64(const struct json *object, const char *key, double *out); /* integers too */
bool json_bool(const struct json *object, const char *key); /* true only for the literal true */
enum json_kind { JSON_KIND_NONE, JSON_KIND_NULL, JSON_KIND_BOOL, JSON_KIND_INTEGER, JSON_KIND_REAL, JSON_KIND_STRING, JSON_KIND_ARRAY, JSON_KIND_OBJECT };
enum json_kind json_kind(const struct json *v); /* NONE: absent */
bool json_is_object(const struct json *v);
bool json_is_array(const struct json *v);

size_t json_len(const struct json *array); /* 0 for anything else */
const struct json *json_at(const struct json *array, size_t i);

/* Walk an object's members in the document's order: start with *it NULL, 1 for a member, 0 at the
 * end. */
int json_next(const struct json *object, void **it, str *key, const struct json **value);

/* The value written again, in its own order. False: it nests deeper than jsonout writes, and what was too
 * deep became null. */
struct jsonout;
bool json_write(struct jsonout *j, const char *key, const struct json *value);
