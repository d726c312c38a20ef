/* model/package_use.h — what a package is there for, as far as its name tells. Flaws in kernel
 * headers or documentation are found as all others are; who does not want to hear of them can leave
 * the class out (`scan --leave-out`), and the report counts what was left out. Any thread. */
#pragma once
#include "model/package.h"

// clang-format off
#define PACKAGE_USES(X)   /* word            what a person reads */ \
	X(ORDINARY,       "ordinary",       "what the image runs") \
	X(KERNEL_HEADERS, "kernel-headers", "headers of the kernel, whose flaws are in code that is not there") \
	X(DEVELOPMENT,    "development",    "headers and static libraries to build with, development dependencies") \
	X(DOCUMENTATION,  "documentation",  "manuals and examples") \
	X(DEBUG_SYMBOLS,  "debug-symbols",  "symbols for a debugger") \
	X(FIRMWARE,       "firmware",       "programs for devices")
// clang-format on

enum package_use {
#define X(name, word, text) USE_##name,
	PACKAGE_USES(X)
#undef X
	        USE_COUNT
};

/* By the rules of its packaging system for names ("libssl-dev", "openssl-devel", "bash-doc",
 * "libc6-dbg"), and by PACKAGE_DEVELOPMENT of a lock file. */
enum package_use package_use_of(const struct package *p);
const char *package_use_word(enum package_use use);      /* "kernel-headers" */
const char *package_use_text(enum package_use use);      /* what a person reads */
bool package_use_parse(str word, enum package_use *out); /* any case */
