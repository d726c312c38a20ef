/* model/coverage.h — what was not looked at, and why. A gap that matters makes the image "not
 * assessed" (exit status 3): nothing that could not be read is called healthy. */
#pragma once
#include "base/str.h"

// clang-format off
#define GAP_KINDS(X)      /* word in reports          matters  what a person reads */ \
	X(UNKNOWN_RELEASE, "unknown-release",      true,  "the distribution or its release is not known") \
	X(NO_DATA,         "no-advisory-data",     true,  "the advisory database has nothing for it") \
	X(OLD_DATA,        "old-advisory-data",    true,  "the advisory data is too old") \
	X(UNREADABLE,      "unreadable",           true,  "the file is malformed or of a version that is not read") \
	X(LIMIT,           "limit",                true,  "a limit was reached") \
	X(CRASH,           "reader-died",          true,  "the jailed reader died") \
	X(FOREIGN_LAYER,   "foreign-layer",        true,  "the layer is not distributed by the registry") \
	X(LAYER,           "layer-unreadable",     true,  "the layer cannot be read to its end") \
	X(VERSION,         "version-unreadable",   true,  "the version cannot be ordered") \
	X(NOT_READ,        "not-read",             true,  "the file was not read") \
	X(NO_IDENTITY,     "no-identity",          false, "the file names no package or version") \
	X(NOTE,            "note",                 false, "worth knowing")
// clang-format on

enum gap_kind {
#define X(name, word, matters, text) GAP_##name,
	GAP_KINDS(X)
#undef X
	GAP_KIND_COUNT
};

struct gap { /* a value; strings borrowed from an arena */
	enum gap_kind kind;
	str where;   /* path in the image, ecosystem, or "layer 3 (sha256:…)" */
	str why;     /* one sentence, with the byte where there is one */
	int layer;   /* index into image.layers, -1 for the whole image */
};

const char *gap_word(enum gap_kind kind);    /* "unknown-release" */
const char *gap_meaning(enum gap_kind kind); /* what a person reads */
bool gap_matters(enum gap_kind kind);
