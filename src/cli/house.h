/* cli/house.h — the folder that a center keeps its files in, and what lies in it from the first
 * start on: the key that seals secrets, TLS key and certificate, the store of SQLite. */
#pragma once
#include "base/error.h"
#include "base/secret.h"
#include "center/center.h"
#include "net/certificate.h"

struct house {
	char dir[4096], store[4096], key_file[4096], cert[4096], key[4096], token_file[4096];
	bool own_cert; /* made here, so renewed here */
	struct center center;
};

struct house_options {          /* NULLs are the defaults */
	const char *data_dir;   /* $STATE_DIRECTORY, /var/lib/plimsoll for root,
	                           $XDG_DATA_HOME/plimsoll */
	const char *store;      /* sqlite in data_dir */
	const char *key_file;   /* data_dir/secrets.key */
	const char *cert, *key; /* data_dir/tls/ */
	unsigned connections;
	bool existing; /* ERR_NOTFOUND where no center was */
};

/* Makes the folder (0700) and the key file where they are not, opens the store. */
int house_open(const struct house_options *o, struct house *h, struct error *e) must_use;
void house_close(struct house *h);
/* A certificate where there is none, or where ours ends within 30 days; `listen` is a name of it
 * too. 1: made. */
int house_certificate(struct house *h, const char *listen, struct error *e) must_use;
/* Writes a secret and a line feed to a fresh file of its owner's alone. */
int house_write_secret(const char *file, const struct secret *s, struct error *e) must_use;
int house_key_file(const struct house_options *o, char out[4096], struct error *e) must_use;
const char *house_default_dir(char *out, size_t room);
