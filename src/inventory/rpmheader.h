/* inventory/rpmheader.h — the header of an installed package as rpm keeps it in its database: rpm's
 * lib/header.c and "RPM Package format" (header structure). Input: hostile; nothing is allocated,
 * the strings are views of the record. Any thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct rpmheader { /* empty where the header has no such tag */
	str name, version, release, arch, source_rpm, vendor, packager, license, modularity;
	str basenames, dirnames, dirindexes; /* the data from there on: see rpmheader_files */
	uint32_t files, dirs;                /* how many of them are claimed */
	uint32_t epoch;                      /* 0 is as good as none */
};

/* ERR_FORMAT when the index or a tag of ours points outside, or when name, version or release is
 * missing. Tags that are not ours are looked at only as far as their place goes. */
int rpmheader_parse(str record, struct rpmheader *out, struct error *e) must_use;
/* Tells every file of the package, without the leading slash; those of a damaged list are left out. */
void rpmheader_files(const struct rpmheader *h, struct arena *scratch,
                     void (*tell)(void *ctx, str path), void *ctx);
/* "name-version-release.src.rpm" (or .nosrc.rpm): name, and "version-release". False for other
 * text. */
bool rpmheader_source(str source_rpm, str *name, str *version);
