/* vulndb/delta.h — what a new generation may change, for those who keep what they matched: under
 * which names a package is looked up, and which of these names changed since a generation. A key is
 * "ecosystem TAB name", as text. Any thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

struct distro;
struct exploitation;
struct package;
struct vulndb;

struct delta_keys { /* strings in the arena */
	str *v;
	size_t n, room;
};

/* All names that matching this package may read, its own and its source's; none when no advisories
 * speak of it. */
int delta_keys_of(const struct package *p, const struct distro *distro, struct arena *a,
                  struct delta_keys *out, struct error *e) must_use;

enum { DELTA_KEYS_MAX = 500000 };

/* The keys that changed since the generation of that number and state, ascending, each once: rows
 * of packages, and for advisories whose text or rating changed every package that these or their
 * aliases speak of. *whole: it does not reach back so far, or is longer than DELTA_KEYS_MAX, and
 * anything may have changed; no keys then. EPSS and KEV are no part of it (delta_exploited). */
int delta_since(struct vulndb *db, uint64_t generation, str state, struct arena *a,
                struct delta_keys *out, bool *whole, struct error *e) must_use;

/* Digest of the content, which tells generations apart; borrowed */
str delta_state(const struct vulndb *db);
/* Which feeds there are and which releases their trackers decide about, as one text: when it
 * changes, what is known of any package may. */
str delta_reach(const struct vulndb *db, struct arena *a);

/* What is known of attacks through a CVE; dates in `a`. */
int delta_exploited(struct vulndb *db, str cve, struct arena *a, struct exploitation *out,
                    struct error *e) must_use;
