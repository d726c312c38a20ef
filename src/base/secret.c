#include "base/secret.h"
#include <stdlib.h>

void secret_done(struct secret *s)
{
	if (s->p)
		explicit_bzero(s->p, s->n);
	free(s->p);
	*s = (struct secret){ 0 };
}

/* Grows by a fresh allocation: realloc would leave a copy behind. */
static char *more(struct secret *s, size_t n)
{
	size_t total;
	char *p;

	if (ckd_add(&total, s->n, n) || total == SIZE_MAX || !(p = malloc(total + 1)))
		abort();
	if (s->n)
		memcpy(p, s->p, s->n);
	p[total] = 0;
	n = s->n;
	secret_done(s);
	*s = (struct secret){ p, total };
	return p + n;
}

void secret_add(struct secret *s, str bytes)
{
	char *p = more(s, bytes.n);
	if (bytes.n)
		memcpy(p, bytes.p, bytes.n);
}

void secret_set(struct secret *s, str bytes)
{
	struct secret fresh = { 0 };
	secret_add(&fresh, bytes); /* bytes may be a view of the old content */
	secret_done(s);
	*s = fresh;
}

void secret_add_base64(struct secret *s, str bytes)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *p = more(s, (bytes.n + 2) / 3 * 4);

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t v = (uint32_t)(unsigned char)bytes.p[i] << 16;
		v |= left > 1 ? (uint32_t)(unsigned char)bytes.p[i + 1] << 8 : 0;
		v |= left > 2 ? (uint32_t)(unsigned char)bytes.p[i + 2] : 0;
		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		*p++ = left > 1 ? digits[v >> 6 & 63] : '=';
		*p++ = left > 2 ? digits[v & 63] : '=';
	}
}

void secret_basic(struct secret *s, str username, str password)
{
	struct secret pair = { 0 };

	secret_add(&pair, username);
	secret_add(&pair, STR(":"));
	secret_add(&pair, password);
	secret_set(s, STR("Basic "));
	secret_add_base64(s, secret_view(&pair));
	secret_done(&pair);
}

void secret_bearer(struct secret *s, str token)
{
	struct secret fresh = { 0 };

	secret_add(&fresh, STR("Bearer "));
	secret_add(&fresh, token);
	secret_done(s);
	*s = fresh;
}
