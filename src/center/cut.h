/* center/cut.h — an inventory cut into parts, in memory: what inventories.c then stores. One part a
 * layer that brought packages, its packages by identity; the same inventory gives the same parts.
 * Memory: the arena. */
#pragma once
#include "base/digest.h"
#include "base/error.h"
#include "model/scan_report.h"

enum { CUT_PATHS_MOST = 20 };

struct package_id { /* what it is made of: inventories.h */
	uint8_t bytes[16];
};

struct cut_package {
	struct package_id id;
	const struct package *package, *owner; /* owner: the distribution's package; NULL: none */
	unsigned layer;
	bool again;  /* a lower layer has it too */
	str paths;   /* JSON */
	int64_t row; /* of the store; 0: not known yet */
};

struct cut_part {
	unsigned layer;
	struct digest digest;
	struct cut_package *packages; /* by identity */
	size_t n, counted;            /* counted: not again */
	int64_t row;
	bool fresh;
};

struct cut {
	struct cut_part *parts; /* lowest layer first */
	size_t n;
	size_t packages; /* that count */
	unsigned types;  /* set of 1 << package_type */
};

int cut_make(const struct scan_report *r, struct arena *a, struct cut *out,
             struct error *e) must_use;
struct package_id cut_identity(const struct package *p, const struct distro *distro,
                               const struct package *owner);
struct package_id cut_distribution(const struct distro *d);
bool cut_is_os(const struct package *p);
