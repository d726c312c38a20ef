/* base/jsonout.h — JSON written straight into a buf (RFC 8259), in the order of the calls. Strings
 * may hold any bytes: what is not UTF-8 becomes U+FFFD, and what must not reach a terminal
 * (text_is_unsafe) is escaped. Failure is the buf's. One thread a document.
 *
 * Every call takes the member's name, which is NULL inside an array and for the top value. */
#pragma once
#include "base/buf.h"

enum { JSONOUT_DEPTH_MAX = 63 };

struct jsonout { /* make with JSONOUT(&buf, 2); ended when every object and array is */
	struct buf *out;
	unsigned indent; /* spaces a level; 0: all on one line */
	unsigned depth;
	uint64_t arrays; /* bit a level: it is an array */
	uint64_t filled; /* bit a level: it has a member */
};

#define JSONOUT(out_, indent_) ((struct jsonout){ .out = (out_), .indent = (indent_) })

/* Nesting deeper than JSONOUT_DEPTH_MAX is a programming mistake. */
void jsonout_object(struct jsonout *j, const char *key);
void jsonout_array(struct jsonout *j, const char *key);
void jsonout_end(struct jsonout *j); /* of the innermost object or array */

void jsonout_str(struct jsonout *j, const char *key, str value);
void jsonout_some(struct jsonout *j, const char *key, str value); /* nothing when empty */
void jsonout_text(struct jsonout *j, const char *key, const char *value); /* NULL is "" */
void jsonout_strs(struct jsonout *j, const char *key, const str *v, size_t n); /* an array */
void jsonout_some_strs(struct jsonout *j, const char *key, const str *v, size_t n); /* not when empty */
void jsonout_u64(struct jsonout *j, const char *key, uint64_t value);
void jsonout_i64(struct jsonout *j, const char *key, int64_t value);
/* The shortest digits that read back as the same number; what is not finite is null. */
void jsonout_f64(struct jsonout *j, const char *key, double value);
void jsonout_bool(struct jsonout *j, const char *key, bool value);
void jsonout_null(struct jsonout *j, const char *key);
