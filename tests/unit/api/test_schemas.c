/* the little language of api/schemas.h, held against JSON Schema's meaning of the words it stands for */
#include "../test.h"
#include "api/schemas.h"

static int check(const char *name, const char *text)
{
	struct error e = { 0 };
	struct json *doc = NULL;
	int r;

	EXPECT_OK(json_parse("body", str_c(text), &doc, &e), &e);
	r = schemas_check(name, doc, &e);
	json_free(doc);
	return r;
}

TEST(what_a_body_must_be)
{
	static const struct {
		const char *name, *schema, *body;
		bool good;
	} rows[] = {
		// clang-format off
		{ "all that is needed", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\"}", true },
		{ "required", "NewRegistry", "{\"name\":\"a\"}", false },
		{ "additionalProperties", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"nmae\":1}", false },
		{ "type string", "NewRegistry", "{\"name\":7,\"url\":\"https://a\"}", false },
		{ "null is no string", "NewRegistry", "{\"name\":null,\"url\":\"https://a\"}", false },
		{ "minLength", "NewRegistry", "{\"name\":\"\",\"url\":\"https://a\"}", false },
		{ "maxLength counts characters", "NewRunning", "{\"owner\":\"\xc3\xa4\",\"image\":\"i\"}", true },
		{ "minimum", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"parallel\":0}", false },
		{ "maximum", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"parallel\":65}", false },
		{ "an integer is no number with a point", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"parallel\":1.5}", false },
		{ "enum in a list", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"triggers\":[\"push\"]}", true },
		{ "none of the enum", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"triggers\":[\"pish\"]}", false },
		{ "type array", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"triggers\":\"push\"}", false },
		{ "uuid", "NewRegistry", "{\"name\":\"a\",\"url\":\"https://a\",\"subscription\":\"1\"}", false },
		{ "minItems", "NewToken", "{\"name\":\"a\",\"roles\":[]}", false },
		{ "an object in a list", "NewToken", "{\"name\":\"a\",\"roles\":[{\"role\":\"Reader\"}]}", true },
		{ "no object in a list", "NewToken", "{\"name\":\"a\",\"roles\":[1]}", false },
		{ "date-time", "NewToken", "{\"name\":\"a\",\"roles\":[{\"role\":\"Reader\"}],\"expiresAt\":\"soon\"}", false },
		{ "values that are strings", "Inventory", "{\"kind\":\"host\",\"name\":\"a\",\"running\":[],\"facts\":{\"os\":1}}", false },
		{ "type boolean", "NewScan", "{\"imageId\":1,\"anew\":1}", false },
		{ "no object at all", "NewScan", "[]", false },
		{ "nothing but optional members", "ChangeRegistry", "{}", true },
		// clang-format on
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if ((check(rows[i].schema, rows[i].body) >= 0) != rows[i].good)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, rows[i].body);
}
