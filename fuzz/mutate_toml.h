/* fuzz/mutate_toml.h — TOML 1.0 */
#pragma once
#include "mutate_text.h"

static inline void mutate_toml(struct subject *s, struct dice *d)
{
	static const char *const words[] = { "[[package]]\n",
		                             "[package]\n",
		                             "[a.b]\n",
		                             "a.b = 1\n",
		                             "name = \"x\"\n",
		                             "'''",
		                             "\"\"\"",
		                             "\\u0000",
		                             "\\U0010ffff",
		                             "1979-05-27T07:32:00Z",
		                             "0x_1",
		                             "inf",
		                             "nan",
		                             "1e9",
		                             "{}",
		                             "[]",
		                             "[[",
		                             "]]",
		                             "=",
		                             "#",
		                             "true",
		                             "\"\" = 1\n",
		                             NULL };
	static const struct grammar toml = { "\n=[]{},.'\"#", words };
	mutate_by(&toml, s, d);
}
