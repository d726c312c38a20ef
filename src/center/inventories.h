/* center/inventories.h — what a scan read, stored once for the fleet. An inventory is cut into
 * parts, the packages that one layer brought; parts and packages that are known already are shared,
 * not written. A package (identity) counts in one part of an image, that of its lowest layer; where
 * upper layers have it again, their parts say so and do not count it.
 *
 * Identity of a package: the first 16 bytes of SHA-256 over type, name, version, arch, source,
 * source version, module, traits, for deb, apk and rpm the distribution's identity, and of a
 * package that a distribution's package owns the owner's identity. */
#pragma once
#include "center/center.h"
#include "model/scan_report.h"

struct watch_keys {
	str *v;
	size_t n, room;
};
/* Under which keys of the advisory data a package is looked up (vulndb's word), strings in `a`.
 * Asked only for packages that the store does not know; within a transaction: it does not use the
 * store. */
typedef int inventory_keys(void *ctx, const struct package *p, const struct distro *distro,
                           struct arena *a, struct watch_keys *out, struct error *e);

struct inventory_order {
	int64_t manifest_id;
	const struct scan_report
	        *report; /* image, distro (with its ecosystem), packages, gaps, base */
	str scanner;     /* version of whoever read it */
	int64_t now;
	inventory_keys *keys;
	void *keys_ctx;
};

struct inventory_stored {
	int64_t profile_id;
	size_t parts, parts_new, packages, packages_new;
	bool unmatched; /* some of its packages, or its profile, wait to be matched */
};

/* In one transaction, whole or not at all, the same again when repeated. The manifest is SCANNED
 * then. Of the report's gaps those are kept that only a new scan can change; GAP_NO_DATA,
 * GAP_OLD_DATA and GAP_UNKNOWN_RELEASE come with profiles (profiles.h), GAP_VERSION with packages
 * (matches.h). */
int inventories_store(const struct center *c, const struct inventory_order *o,
                      struct inventory_stored *out, struct error *e) must_use;
/* The same within a transaction of the caller's; `a` for what it needs meanwhile. */
int inventories_store_in(struct db *d, struct arena *a, const struct inventory_order *o,
                         struct inventory_stored *out, struct error *e) must_use;

/* A gap as JSON {"kind","where","why","layer"}, as in manifest.gaps and profile.gaps */
struct jsonout;
void inventories_write_gap(struct jsonout *j, const struct gap *g);
