/* fuzz/mutate_json.h — JSON (RFC 8259) */
#pragma once
#include "mutate_text.h"

static inline void mutate_json(struct subject *s, struct dice *d)
{
	static const char *const words[] = { "null",
		                             "true",
		                             "[]",
		                             "{}",
		                             "0",
		                             "-1",
		                             "1e308",
		                             "1e-400",
		                             "9223372036854775808",
		                             "\"\"",
		                             "\"\\u0000\"",
		                             "\"\\ud800\"",
		                             "\"name\":",
		                             "\"version\":\"1\",",
		                             ",",
		                             ":",
		                             "\"id\":\"x\",",
		                             "[[[[[[[[",
		                             "{\"a\":",
		                             NULL };
	static const struct grammar json = { "{}[],:\"", words };
	mutate_by(&json, s, d);
}
