/* base/time.h — dates as seconds since 1970-01-01 UTC. Any thread. */
#pragma once
#include "base/str.h"

enum { TIME_TEXT_BYTES = 32 };

int64_t time_now(void);     /* wall clock, or SOURCE_DATE_EPOCH where that is set */
int64_t time_mono_ms(void); /* steady, for durations and deadlines */
/* RFC 3339 ("2024-05-06T07:08:09.123Z", "+02:00" too) or a bare "2024-05-06"; false on anything else */
bool time_parse(str text, int64_t *out);
/* RFC 7231 IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT") */
bool time_parse_http(str text, int64_t *out);
const char *time_text(int64_t t, char out[TIME_TEXT_BYTES]); /* "2024-05-06T07:08:09Z" */
