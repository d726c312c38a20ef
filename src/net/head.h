/* net/head.h — the head of an HTTP/1.1 request, read strictly (RFC 9112 sections 2 to 6): what two
 * readers could take for different requests is refused. Input: hostile, at most HEAD_BYTES_MAX
 * bytes. Any thread. */
#pragma once
#include "net/server.h"

enum { HEAD_BYTES_MAX = 32 << 10, HEAD_TARGET_MAX = 8 << 10, HEAD_FIELDS_MAX = 100 };

struct head_field {
	str name, value; /* value trimmed */
};

struct head { /* views of the head, and of the arena */
	enum method method;
	str target, path, query;
	str host;       /* empty with HTTP/1.0 only */
	unsigned minor; /* of HTTP/1. */
	bool keep;      /* the connection, after the answer */
	bool chunked;
	bool expects;    /* 100-continue */
	uint64_t length; /* of the body; 0 when chunked */
	struct head_field *fields;
	size_t n;
};

/* `head` from the request line to the empty line. 0, or the status to refuse it with and why. */
int head_parse(str head, struct arena *a, struct head *out, const char **why) must_use;
str head_field(const struct head *h, const char *name); /* the first; any case; empty when absent */
str head_last_field(const struct head *h, const char *name);
bool head_is_token(str s); /* RFC 9110 section 5.6.2 */
