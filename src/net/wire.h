/* net/wire.h — a socket that never blocks, with or without TLS on it. One thread. */
#pragma once
#include "base/attr.h"
#include "base/str.h"
#include <openssl/ssl.h>

enum wire_result { WIRE_AGAIN = 0, WIRE_END = -1, WIRE_BROKEN = -2, WIRE_NO_TLS = -3 };

struct wire {
	int fd;
	SSL *ssl; /* NULL: plain */
	/* what the last call that gave WIRE_AGAIN waits for */
	bool needs_read, needs_write;
};

/* The descriptor is taken over in any case; ctx may be NULL. False when memory is gone. */
bool wire_open(struct wire *w, int fd, SSL_CTX *ctx) must_use;
int wire_shake(
        struct wire *w); /* 1 done; WIRE_NO_TLS: a plain request came, and the wire is plain now */
ssize_t wire_read(struct wire *w, char *p, size_t n); /* bytes, or a wire_result */
ssize_t wire_write(struct wire *w, str bytes);        /* bytes taken, or a wire_result */
void wire_farewell(struct wire *w);                   /* nothing more will be written */
void wire_close(struct wire *w);
