/* vulndb/debian.h — Debian's security tracker (security-tracker.debian.org/tracker/data/json):
 * source package, CVE, releases; one advisory of origin TRACKER for each package and CVE. Input:
 * hostile, some 100 MB, one package/CVE pair in memory at a time. One thread. */
#pragma once
#include "vulndb/record.h"

struct stream;
typedef int debian_each(void *ctx, const struct advisory *a, struct error *e);

/* The releases that the tracker speaks of are in every advisory's `affected` as ecosystems
 * ("Debian:12"); a release where the package never was affected (fixed_version "0") is left out. */
int debian_read(const char *name, struct stream *from, debian_each *each, void *ctx,
                struct error *e) must_use;
