/* base/secret.h — a password, a token or an Authorization header: text that no message, log or
 * report may hold. It has no printing function on purpose and is wiped when it goes. One thread. */
#pragma once
#include "base/str.h"

struct secret {  /* starts as { 0 }; ends with secret_done */
	char *p; /* NUL-terminated behind its end; NULL when there is none */
	size_t n;
};

void secret_set(struct secret *s, str bytes);        /* a copy; the old content is wiped */
void secret_add(struct secret *s, str bytes);        /* appended */
void secret_add_base64(struct secret *s, str bytes); /* RFC 4648 section 4, padded */
/* "Basic …" of RFC 7617; "Bearer …" of RFC 6750 */
void secret_basic(struct secret *s, str username, str password);
void secret_bearer(struct secret *s, str token);
void secret_done(struct secret *s); /* wipe and free; may be used again */

static inline bool secret_is_set(const struct secret *s)
{
	return s && s->p;
}

static inline str secret_view(const struct secret *s) /* for the wire only */
{
	return s && s->p ? (str){ s->p, s->n } : (str){ 0 };
}
