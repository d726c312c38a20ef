#include "api/schemas.h"
#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

enum { DEPTH_MAX = 8 };

/* --- types --- */

struct type { /* one taken apart */
	bool list, nullable;
	str word;    /* "text", "is", a schema's name … */
	str rest;    /* what follows it */
	str pattern; /* of a text */
	int64_t least, most; /* of an int, of a text's length */
	int64_t items_least, items_most;
};

static bool read_bounds(str text, int64_t *least, int64_t *most)
{
	size_t dash = str_chr(text, '-');
	uint64_t a = 0, b = 0;

	if (!str_u64(str_upto(text, dash), &a) || (dash < text.n && !str_u64(str_from(text, dash + 1), &b)))
		return false;
	*least = dash < text.n ? (int64_t)a : 0;
	*most = (int64_t)(dash < text.n ? b : a);
	return true;
}

static struct type read_type(const char *text)
{
	struct type t = { .least = -1, .most = -1, .items_least = -1, .items_most = -1 };
	str s = str_c(text);
	size_t at;

	if (str_starts(s, STR("["))) {
		at = str_chr(s, ']');
		t.list = true;
		(void)read_bounds(str_mem(s.p + 1, at - 1), &t.items_least, &t.items_most);
		s = str_from(s, at + 1);
	}
	if (str_ends(s, STR("?"))) {
		t.nullable = true;
		s.n--;
	}
	at = str_find(s, STR(" /"));
	if (at < s.n && !str_starts(s, STR("is "))) {
		t.pattern = str_mem(s.p + at + 2, s.n - at - 3);
		s.n = at;
	}
	at = str_chr(s, ' ');
	t.word = str_upto(s, at);
	t.rest = str_from(s, at + 1);
	if (t.rest.n && !str_eq(t.word, STR("is")))
		(void)read_bounds(t.rest, &t.least, &t.most);
	return t;
}

/* --- writing --- */

static void write_words(struct jsonout *j, str words, bool nullable)
{
	str one;

	jsonout_text(j, "type", "string");
	jsonout_array(j, "enum");
	while (str_split(&words, '|', &one))
		jsonout_str(j, NULL, one);
	if (nullable)
		jsonout_null(j, NULL);
	jsonout_end(j);
}

static void write_number(struct jsonout *j, const struct type *t)
{
	jsonout_text(j, "type", "integer");
	jsonout_text(j, "format", "int64");
	if (t->least >= 0)
		jsonout_i64(j, "minimum", t->least);
	if (t->most >= 0)
		jsonout_i64(j, "maximum", t->most);
}

static void write_text(struct jsonout *j, const struct type *t)
{
	jsonout_text(j, "type", "string");
	if (t->least > 0)
		jsonout_i64(j, "minLength", t->least);
	if (t->most >= 0)
		jsonout_i64(j, "maxLength", t->most);
	jsonout_some(j, "pattern", t->pattern);
}

static void write_map(struct jsonout *j, const char *of) /* NULL: anything */
{
	jsonout_text(j, "type", "object");
	if (!of)
		return;
	jsonout_object(j, "additionalProperties");
	jsonout_text(j, "type", of);
	jsonout_end(j);
}

static void write_ref(struct jsonout *j, str name, bool nullable)
{
	char ref[128];

	snprintf(ref, sizeof ref, "#/components/schemas/%.*s", STR_FMT(name));
	if (nullable) { /* beside a $ref nothing counts in OpenAPI 3.0 */
		jsonout_array(j, "allOf");
		jsonout_object(j, NULL);
	}
	jsonout_text(j, "$ref", ref);
	if (nullable) {
		jsonout_end(j);
		jsonout_end(j);
	}
}

static void write_one(struct jsonout *j, const struct type *t)
{
	if (str_eq(t->word, STR("text")))
		write_text(j, t);
	else if (str_eq(t->word, STR("int")))
		write_number(j, t);
	else if (str_eq(t->word, STR("is")))
		write_words(j, t->rest, t->nullable);
	else if (str_eq(t->word, STR("map")))
		write_map(j, NULL);
	else if (str_eq(t->word, STR("counts")) || str_eq(t->word, STR("texts")))
		write_map(j, str_eq(t->word, STR("counts")) ? "integer" : "string");
	else if (str_eq(t->word, STR("bool")))
		jsonout_text(j, "type", "boolean");
	else if (str_eq(t->word, STR("number")))
		jsonout_text(j, "type", "number");
	else if (str_eq(t->word, STR("time")) || str_eq(t->word, STR("guid"))) {
		jsonout_text(j, "type", "string");
		jsonout_text(j, "format", str_eq(t->word, STR("time")) ? "date-time" : "uuid");
	} else if (!str_eq(t->word, STR("json")))
		write_ref(j, t->word, t->nullable);
}

static bool is_plain_ref(const struct type *t)
{
	return !t->list && !t->nullable && schemas_find(t->word);
}

void schemas_write_type(struct jsonout *j, const char *key, const char *type, const char *about)
{
	struct type t = read_type(type);
	struct type item = t;

	jsonout_object(j, key);
	if (t.list) {
		item.nullable = false;
		jsonout_text(j, "type", "array");
		if (t.items_most >= 0) {
			jsonout_i64(j, "minItems", t.items_least);
			jsonout_i64(j, "maxItems", t.items_most);
		}
		jsonout_object(j, "items");
		write_one(j, &item);
		jsonout_end(j);
	} else {
		write_one(j, &t);
	}
	if (t.nullable)
		jsonout_bool(j, "nullable", true);
	if (about && !is_plain_ref(&t))
		jsonout_text(j, "description", about);
	jsonout_end(j);
}

static bool is_optional(const struct schema_member *m)
{
	return m->name[0] == '~';
}

static void write_schema(struct jsonout *j, const struct schema *s)
{
	bool any = false;

	jsonout_object(j, s->name);
	jsonout_text(j, "type", "object");
	if (s->about)
		jsonout_text(j, "description", s->about);
	jsonout_object(j, "properties");
	for (const struct schema_member *m = s->members; m->name; m++) {
		schemas_write_type(j, m->name + is_optional(m), m->type, m->about);
		any = any || !is_optional(m);
	}
	jsonout_end(j);
	if (any) {
		jsonout_array(j, "required");
		for (const struct schema_member *m = s->members; m->name; m++)
			if (!is_optional(m))
				jsonout_text(j, NULL, m->name);
		jsonout_end(j);
	}
	if (s->closed)
		jsonout_bool(j, "additionalProperties", false);
	jsonout_end(j);
}

void schemas_write(struct jsonout *j)
{
	for (const struct schema *s = schemas_all; s->name; s++)
		write_schema(j, s);
}

const struct schema *schemas_find(str name)
{
	for (const struct schema *s = schemas_all; s->name; s++)
		if (str_eq(str_c(s->name), name))
			return s;
	return NULL;
}

/* --- what a request brings --- */

static int check_schema(const struct schema *s, const struct json *v, const char *where, unsigned depth,
                        struct error *e);

static size_t characters(str s)
{
	size_t n = 0;

	for (; s.n; n++)
		(void)text_rune(&s);
	return n;
}

static bool is_word_of(str words, str word)
{
	str one;

	while (str_split(&words, '|', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

static bool is_guid(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s.p[i] != '-' : !memchr("0123456789abcdefABCDEF", s.p[i], 22))
			return false;
	}
	return s.n == 36;
}

static int check_text(const struct type *t, const struct json *v, const char *where, struct error *e)
{
	str s = json_text(v);
	int64_t at, n = (int64_t)characters(s);

	if (json_kind(v) != JSON_KIND_STRING)
		return error_set(e, ERR_USAGE, "%s: a string", where);
	if (str_eq(t->word, STR("is")) && !is_word_of(t->rest, s))
		return error_set(e, ERR_USAGE, "%s: one of %.*s", where, STR_FMT(t->rest));
	if (str_eq(t->word, STR("time")) && !time_parse(s, &at))
		return error_set(e, ERR_USAGE, "%s: a date such as 2030-01-02T03:04:05Z", where);
	if (str_eq(t->word, STR("guid")) && !is_guid(s))
		return error_set(e, ERR_USAGE, "%s: a GUID", where);
	if (str_eq(t->word, STR("text")) && ((t->most >= 0 && n > t->most) || n < t->least))
		return error_set(e, ERR_USAGE, "%s: of %d to %d characters", where, (int)MAX(t->least, 0), (int)t->most);
	return 0;
}

static int check_number(const struct type *t, const struct json *v, const char *where, struct error *e)
{
	int64_t n;

	if (json_kind(v) != JSON_KIND_INTEGER || !json_int(v, &n))
		return error_set(e, ERR_USAGE, "%s: a whole number", where);
	if ((t->least >= 0 && n < t->least) || (t->most >= 0 && n > t->most))
		return error_set(e, ERR_USAGE, "%s: a number from %lld to %lld", where, (long long)t->least,
		                 (long long)t->most);
	return 0;
}

static bool are_texts(const struct json *v)
{
	const struct json *value;
	void *it = NULL;
	str key;

	while (json_next(v, &it, &key, &value) == 1)
		if (json_kind(value) != JSON_KIND_STRING)
			return false;
	return json_is_object(v);
}

static int check_one(const struct type *t, const struct json *v, const char *where, unsigned depth,
                     struct error *e)
{
	static const char *const texts[] = { "text", "time", "guid", "is" };
	const struct schema *other = schemas_find(t->word);

	if (t->nullable && json_kind(v) == JSON_KIND_NULL)
		return 0;
	for (size_t i = 0; i < LEN(texts); i++)
		if (str_eq(t->word, str_c(texts[i])))
			return check_text(t, v, where, e);
	if (str_eq(t->word, STR("int")))
		return check_number(t, v, where, e);
	if (str_eq(t->word, STR("bool")))
		return json_kind(v) == JSON_KIND_BOOL ? 0 : error_set(e, ERR_USAGE, "%s: true or false", where);
	if (str_eq(t->word, STR("texts")))
		return are_texts(v) ? 0 : error_set(e, ERR_USAGE, "%s: an object of strings", where);
	if (str_eq(t->word, STR("map")))
		return json_is_object(v) ? 0 : error_set(e, ERR_USAGE, "%s: an object", where);
	return other ? check_schema(other, v, where, depth + 1, e) : 0;
}

static int check_member(const struct schema_member *m, const struct json *v, unsigned depth, struct error *e)
{
	struct type t = read_type(m->type), item = t;
	const char *name = m->name + is_optional(m);
	int r = 0;

	if (json_kind(v) == JSON_KIND_NONE)
		return is_optional(m) ? 0 : error_set(e, ERR_USAGE, "the member \"%s\" is missing", name);
	if (!t.list || (t.nullable && json_kind(v) == JSON_KIND_NULL))
		return check_one(&t, v, name, depth, e);
	if (!json_is_array(v))
		return error_set(e, ERR_USAGE, "%s: a list", name);
	if (t.items_most >= 0 && ((int64_t)json_len(v) < t.items_least || (int64_t)json_len(v) > t.items_most))
		return error_set(e, ERR_USAGE, "%s: %d to %d of them", name, (int)t.items_least, (int)t.items_most);
	item.nullable = false;
	for (size_t i = 0; i < json_len(v) && r == 0; i++)
		r = check_one(&item, json_at(v, i), name, depth, e);
	return r;
}

static bool has_member(const struct schema *s, str name)
{
	for (const struct schema_member *m = s->members; m->name; m++)
		if (str_eq(str_c(m->name + is_optional(m)), name))
			return true;
	return false;
}

static int check_schema(const struct schema *s, const struct json *v, const char *where, unsigned depth,
                        struct error *e)
{
	const struct json *value;
	void *it = NULL;
	str key;
	int r = 0;

	if (!json_is_object(v) || depth > DEPTH_MAX)
		return error_set(e, ERR_USAGE, "%s: an object", where);
	for (const struct schema_member *m = s->members; m->name && r == 0; m++)
		r = check_member(m, json_get(v, m->name + is_optional(m)), depth, e);
	while (r == 0 && s->closed && json_next(v, &it, &key, &value) == 1)
		if (!has_member(s, key))
			r = error_set(e, ERR_USAGE, "there is no member \"%.*s\" here", STR_FMT(str_upto(key, 64)));
	return r;
}

int schemas_check(const char *name, const struct json *v, struct error *e)
{
	const struct schema *s = schemas_find(str_c(name));

	return s ? check_schema(s, v, "the body", 0, e) : error_set(e, ERR_SYSTEM, "no schema %s", name);
}
