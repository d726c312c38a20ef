/* net/percent.h — percent-decoding that refuses instead of guessing (RFC 3986 section 2.1). Any
 * thread. */
#pragma once
#include "base/arena.h"

/* The decoded bytes, `s` itself where nothing was escaped. False for a broken escape, for NUL, for
 * what is not UTF-8 afterwards, and for an arena that is spent. '+' is a space where `plus` says
 * so. */
bool percent_decode(str s, bool plus, struct arena *a, str *out) must_use;
