#include "base/json.h"
#include "base/jsonout.h"
#include <jansson.h>

/* struct json is never defined: a pointer to it is jansson's json_t, seen from outside this file.
 */
static json_t *inside(const struct json *j)
{
	return (json_t *)(uintptr_t)j;
}

static const struct json *outside(const json_t *j)
{
	return (const struct json *)j;
}

int json_parse(const char *name, str text, struct json **out, struct error *e)
{
	json_error_t why;
	json_t *j =
	        json_loadb(text.n ? text.p : "", text.n, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);

	if (!j)
		return error_set(e, ERR_FORMAT, "%s: byte %d: %s", name ? name : "JSON",
		                 why.position, why.text);
	*out = (struct json *)j;
	return 0;
}

void json_free(struct json *document)
{
	json_decref(inside(document));
}

const struct json *json_get(const struct json *object, const char *key)
{
	return outside(json_object_get(inside(object), key));
}

str json_text(const struct json *value)
{
	if (!json_is_string(inside(value)))
		return (str){ 0 };
	return (str){ json_string_value(inside(value)), json_string_length(inside(value)) };
}

str json_str(const struct json *object, const char *key)
{
	return json_text(json_get(object, key));
}

bool json_i64(const struct json *object, const char *key, int64_t *out)
{
	return json_int(json_get(object, key), out);
}

bool json_int(const struct json *value, int64_t *out)
{
	const json_t *v = inside(value);
	if (!json_is_integer(v))
		return false;
	*out = json_integer_value(v);
	return true;
}

bool json_f64(const struct json *object, const char *key, double *out)
{
	const json_t *v = inside(json_get(object, key));
	if (!json_is_number(v))
		return false;
	*out = json_number_value(v);
	return true;
}

bool json_bool(const struct json *object, const char *key)
{
	return json_is_true(inside(json_get(object, key)));
}

/* jansson has macros of these two names */
#undef json_is_object
#undef json_is_array

bool json_is_object(const struct json *v)
{
	return v && json_typeof(inside(v)) == JSON_OBJECT;
}

bool json_is_array(const struct json *v)
{
	return v && json_typeof(inside(v)) == JSON_ARRAY;
}

size_t json_len(const struct json *array)
{
	return json_array_size(inside(array));
}

const struct json *json_at(const struct json *array, size_t i)
{
	return outside(json_array_get(inside(array), i));
}

int json_next(const struct json *object, void **it, str *key, const struct json **value)
{
	json_t *o = inside(object);

	*it = *it ? json_object_iter_next(o, *it) : json_object_iter(o);
	if (!*it)
		return 0;
	*key = str_c(json_object_iter_key(*it));
	*value = outside(json_object_iter_value(*it));
	return 1;
}

static bool write_value(struct jsonout *j, const char *key, json_t *v);

static bool write_members(struct jsonout *j, const char *key, json_t *v)
{
	bool whole = true;

	jsonout_object(j, key);
	for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it))
		whole &= write_value(j, json_object_iter_key(it), json_object_iter_value(it));
	jsonout_end(j);
	return whole;
}

static bool write_items(struct jsonout *j, const char *key, json_t *v)
{
	bool whole = true;

	jsonout_array(j, key);
	for (size_t i = 0; i < json_array_size(v); i++)
		whole &= write_value(j, NULL, json_array_get(v, i));
	jsonout_end(j);
	return whole;
}

/* Depth: JSONOUT_DEPTH_MAX calls. */
static bool write_value(struct jsonout *j, const char *key, json_t *v)
{
	switch (v ? json_typeof(v) : JSON_NULL) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		if (j->depth == JSONOUT_DEPTH_MAX) {
			jsonout_null(j, key);
			return false;
		}
		return json_is_object(outside(v)) ? write_members(j, key, v) : write_items(j, key, v);
	case JSON_STRING:
		jsonout_str(j, key, json_text(outside(v)));
		return true;
	case JSON_INTEGER:
		jsonout_i64(j, key, json_integer_value(v));
		return true;
	case JSON_REAL:
		jsonout_f64(j, key, json_real_value(v));
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		jsonout_bool(j, key, json_is_true(v));
		return true;
	case JSON_NULL:
		break;
	}
	jsonout_null(j, key);
	return true;
}

bool json_write(struct jsonout *j, const char *key, const struct json *value)
{
	return write_value(j, key, inside(value));
}

enum json_kind json_kind(const struct json *v)
{
	static const enum json_kind kinds[] = {
		[JSON_OBJECT] = JSON_KIND_OBJECT, [JSON_ARRAY] = JSON_KIND_ARRAY,
		[JSON_STRING] = JSON_KIND_STRING, [JSON_INTEGER] = JSON_KIND_INTEGER,
		[JSON_REAL] = JSON_KIND_REAL,     [JSON_TRUE] = JSON_KIND_BOOL,
		[JSON_FALSE] = JSON_KIND_BOOL,    [JSON_NULL] = JSON_KIND_NULL,
	};
	return v ? kinds[json_typeof(inside(v))] : JSON_KIND_NONE;
}
