/* base/base64.h — RFC 4648 in both alphabets. Any thread. */
#pragma once
#include "base/arena.h"

str base64url_encode(struct arena *a, str bytes); /* section 5, without padding */
/* The bytes; false for anything but the alphabet (either one), padding where it belongs or none, or
 * spare bits that are not zero: one text, one reading. */
bool base64_decode(struct arena *a, str text, str *out);
