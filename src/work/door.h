/* work/door.h — a registry of the center as oci knows it: where it is, who we are there. Secrets
 * are opened for as long as it lives. One thread.
 *
 * A registry's credential is "USERNAME:PASSWORD": sealed in the store as belonging to "registry ID
 * credential", or read from file:PATH or env:NAME, where white space at its end does not count. */
#pragma once
#include "base/secret.h"
#include "center/registries.h"
#include "model/reference.h"
#include "oci/target.h"

struct center;

struct door {
	struct source_options options; /* borrows from the door */
	str host;                      /* "127.0.0.1:5000" */
	struct secret username, password;
	int ca_fd;
	char ca_path[32];
};

/* Strings in `a`. ERR_USAGE for a URL that is none, ERR_DENIED or ERR_NOTFOUND for a credential
 * that cannot be read; neither holds a secret. */
int door_open(const struct center *c, const struct registry *r, struct arena *a, struct door *out,
              struct error *e) must_use;
void door_close(struct door *d); /* wipes; { .ca_fd = -1 } is fine too */
struct image_reference door_reference(const struct door *d, str repository, str tag, str digest);
/* "file:PATH" or "env:NAME" alone */
int door_read_ref(str ref, struct secret *out, struct error *e) must_use;
