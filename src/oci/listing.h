/* oci/listing.h — what a registry says when it is asked for a list (upstream_catalog,
 * upstream_tags): hostile bytes. At most 16 MiB; one thread a call. Inside this room, and for its
 * tests. */
#pragma once
#include "oci/upstream.h"

/* {"repositories": [...]} or {"tags": [...]}: names that are none are left out. ERR_UPSTREAM when
 * it is no JSON. */
int listing_page(str body, const char *member, struct arena *a, struct name_page *out,
                 struct error *e) must_use;
/* The next page by the Link header; empty: that was all */
str listing_next(str link, struct arena *a);
/* Its address: on this registry ("https://host/v2/") whatever it says, else empty */
str listing_address(str registry, str path, struct arena *work);
