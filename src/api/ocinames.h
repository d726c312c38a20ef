/* api/ocinames.h — names of the OCI distribution specification 1.1, as registries send them and people order them.
 * No allocation, any thread. */
#pragma once
#include "base/str.h"

bool ocinames_repository(str s); /* "team/app": lower case, at most 255 bytes */
bool ocinames_tag(str s);        /* at most 128 */
bool ocinames_digest(str s);     /* of any algorithm */
