/* api/hooknote.h — the secret of a registry's events and how to give it to the registry: for Docker distribution's
 * configuration, Azure's shell, Harbor's form. The texts hold the secret: they are shown once. */
#pragma once
#include "api/api.h"
#include "base/secret.h"

struct registry;

/* "plsh_" and 32 random bytes; *hash, in the arena, is what the store keeps. */
int hooknote_secret(struct arena *a, struct secret *text, str *hash, struct error *e) must_use;
/* A Hook (schemas.c) as the value of `key` */
void hooknote_write(struct call *c, struct jsonout *j, const char *key, const struct registry *r,
                    const struct secret *secret);
