/* base/error.h — one error object, filled where a thing went wrong and prefixed on the way up.
 *
 * Functions return 0 for success (iterators 1 for an item, 0 at the end) and a negative code
 * otherwise; the caller's struct error then says what happened. A message reads from the outside in:
 * "app:1.2: layer 3: var/lib/dpkg/status: byte 812: no colon". Any thread, no globals. */
#pragma once
#include "base/attr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// clang-format off
/* The code decides the HTTP status, the exit status and whether a job is tried again. */
#define ERR_CODES(X)      /* name      HTTP exit again  what a person reads */ \
	X(USAGE,       400, 2, false, "the request is wrong") \
	X(FORMAT,      422, 4, false, "the input is malformed") \
	X(LIMIT,       413, 3, false, "not assessed: a limit was reached") \
	X(UNSUPPORTED, 415, 3, false, "not assessed: of a kind that is not read") \
	X(NODATA,      503, 3, false, "not assessed: no or too old advisory data") \
	X(NOTFOUND,    404, 4, false, "not found") \
	X(DENIED,      403, 4, false, "access denied") \
	X(UPSTREAM,    502, 4, true,  "a remote service failed") \
	X(SYSTEM,      500, 4, true,  "the system refused") \
	X(CRASH,       500, 3, true,  "not assessed: a jailed reader died") \
	X(CONFLICT,    409, 4, false, "it is there already, or was changed meanwhile") \
	X(UNKNOWN,     401, 4, false, "who asks is not known") \
	X(THROTTLED,   429, 4, true,  "too many requests")
// clang-format on

enum error_code { /* negative, so that a code is its own return value */
	ERR_NONE_ = 0,
#define X(name, http, exit, again, text) ERR_SEQ_##name,
	ERR_CODES(X)
#undef X
#define X(name, http, exit, again, text) ERR_##name = -ERR_SEQ_##name,
	ERR_CODES(X)
#undef X
};

struct error {
	int code;       /* ERR_…, 0 while nothing happened */
	int sys;        /* errno where one was behind it, else 0 */
	char msg[1024]; /* NUL-terminated; control bytes of the input are shown as ? */
};

/* Set code and text; returns code. Later text is cut at the buffer's end, never earlier text. */
int error_set(struct error *e, int code, const char *fmt, ...) printf_like(3, 4);
/* As error_set with ERR_SYSTEM (ENOENT: ERR_NOTFOUND, EACCES: ERR_DENIED) and ": strerror(sys)". */
int error_errno(struct error *e, int sys, const char *fmt, ...) printf_like(3, 4);
/* Put "where: " before the text that is there; the code travels on unchanged and is returned. */
int error_in(struct error *e, const char *fmt, ...) printf_like(2, 3);
/* What another process says went wrong in it, which may have been taken over: an unknown code is
 * ERR_CRASH, and there are words for it even where it sent none. Returns the code. */
int error_told(struct error *e, uint32_t code, const char *text, size_t n);

int error_exit_status(int code); /* of the program: design section 4 */
int error_http_status(int code);
bool error_again(int code);           /* worth another try later */
const char *error_name(int code);     /* "FORMAT" */
const char *error_meaning(int code);  /* what a person reads */
