/* fuzz/mutate_yaml.h — YAML (1.1 as libyaml reads it): indentation is grammar, so it moves too. */
#pragma once
#include "mutate_text.h"

static inline void mutate_yaml(struct subject *s, struct dice *d)
{
	static const char *const words[] = { "- ",       "  ",     ": ",     "? ",   "&a ",
		                             "*a",       "!!str ", "<<: *a", "|\n",  ">-\n",
		                             "---\n",    "...\n",  "'",      "\"",   "[",
		                             "{",        "~",      "{}",     "[]",   "%YAML 1.1\n",
		                             "- - - - ", "\t",     "#",      "0x10", NULL };
	static const struct grammar yaml = { "\n:-[]{},'\"&*", words };
	mutate_by(&yaml, s, d);
}
