/* vulndb/vulndb.h — the advisory database, read side: one LMDB file, read through mmap by any
 * number of processes, replaced by rename. */
#pragma once
#include "base/arena.h"
#include "model/scan_report.h"

struct vulndb; /* one open generation; any thread may read */

/* Where the database is unless somebody says: $PLIMSOLL_DB, else advisories.db in cache_dir, or (NULL)
 * in plimsoll/ of $XDG_CACHE_HOME, ~/.cache or /var/cache. Written into out, which is returned. */
const char *vulndb_default_path(const char *cache_dir, char *out, size_t room);

/* ERR_NODATA when there is none or it is empty, ERR_UNSUPPORTED for another schema version. */
int vulndb_open(const char *path, struct vulndb **out, struct error *e) must_use;
void vulndb_close(struct vulndb *db); /* NULL is fine */
/* Whose severity is shown: names with commas (rate.h), borrowed; before the first match. */
void vulndb_rate_by(struct vulndb *db, str sources);
uint64_t vulndb_generation(const struct vulndb *db);
uint64_t vulndb_packages(const struct vulndb *db); /* names with advisories */
uint64_t vulndb_bytes(const struct vulndb *db);    /* of the file */

/* Fills generation, data_date and sources of the report (strings in `a`). */
int vulndb_describe(struct vulndb *db, struct arena *a, struct scan_report *into,
                    struct error *e) must_use;
/* The sources alone, behind those that are there */
int vulndb_describe_own(struct vulndb *db, struct arena *a, struct scan_report *into,
                        struct error *e) must_use;
/* Has the database any advisories for this ecosystem ("Debian:12", "npm")? */
bool vulndb_covers(struct vulndb *db, str ecosystem);
/* Does the distribution's own feed say of every flaw in its packages whether this release has it? */
bool vulndb_decides(const struct vulndb *db, str ecosystem);
/* Does its distribution's tracker follow other releases, and not this one (ended, or not out yet)?
 * What is found in it is not known then, whatever advisories speak of it. */
bool vulndb_left_behind(const struct vulndb *db, str ecosystem);

/* Findings of one package: aliases merged, CVE first; strings and arrays in `a`, the package is
 * borrowed. `distro` may be NULL or without ecosystem (then deb, apk and rpm match nothing).
 * Versions that cannot be ordered are noted as gaps. Appends to into->findings and into->gaps. */
int vulndb_match(struct vulndb *db, const struct package *p, const struct distro *distro,
                 struct arena *a, struct scan_report *into, struct error *e) must_use;
/* A finding of another database (own advisories): what this one knows of its CVEs is added, ratings,
 * text and whether they are exploited. Strings in `a`. */
int vulndb_tell(struct vulndb *db, struct arena *a, struct finding *f, struct error *e) must_use;
/* The same for all packages of the report but those left out (NULL: none), which stay where they are
 * as long as the findings. */
int vulndb_match_all(struct vulndb *db, const struct distro *distro,
                     bool (*left_out)(const struct package *p), struct arena *a,
                     struct scan_report *into, struct error *e) must_use;
