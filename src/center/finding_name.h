/* center/finding_name.h — the public name of a finding: a GUID that is its key (image, package,
 * vulnerability), one AES-128 block under a key that is no secret: names look random, are the same
 * for ever, and lead back without a search. Any thread. */
#pragma once
#include "base/str.h"

struct finding_key {
	int64_t image_id;         /* below 2^44 */
	int64_t package_id;       /* below 2^42 */
	int64_t vulnerability_id; /* below 2^42; 0: the image's own row (healthy, not assessed),
	                             package 0 too */
};

enum { FINDING_NAME_BYTES = 36 + 1 };

/* "0f8f…-…" in lower case, NUL-terminated; returns out. Ids past their bits are a programming
 * mistake. */
const char *finding_name_make(const struct finding_key *k, char out[FINDING_NAME_BYTES]);
bool finding_name_parse(str name,
                        struct finding_key *out); /* any case; false: no GUID. Any GUID has a key */
