/* oci/credentials.h — who we are to a registry. The first of these that knows the registry wins:
 *   1. --username and --password
 *   2. $REGISTRY_AUTH_FILE (podman, skopeo)
 *   3. $DOCKER_CONFIG/config.json, or ~/.docker/config.json
 *   4. $XDG_RUNTIME_DIR/containers/auth.json (podman)
 * Within a file: credHelpers, then credsStore, then auths (longest key first:
 * host/namespace/repository, host/namespace, host). A file that is there and malformed is an error.
 * Any thread. */
#pragma once
#include "model/reference.h"
#include "base/secret.h"

struct credentials { /* starts as { 0 }; ends with credentials_done */
	struct secret username, password;
	struct secret identity; /* a refresh token instead of a password (OAuth 2) */
};

/* 1 found, 0 none (anonymous), below 0 an error. */
int credentials_find(const struct image_reference *image, const char *username,
                     const char *password, struct credentials *out, struct error *e) must_use;
/* The same from the text of one such file, helpers left aside. For tests and fuzzing too. */
int credentials_read(const char *name, str text, const struct image_reference *image,
                     struct credentials *out, struct error *e) must_use;
void credentials_done(struct credentials *c);

/* Ask docker-credential-NAME (helper.c; no shell, 30 s). `server` as Docker names it. 0: knows
 * none. */
int helper_ask(str name, str server, struct credentials *out, struct error *e) must_use;
