/* store/pglink.h — one connection to PostgreSQL, or to what speaks its protocol: opened, asked with
 * a limit on every wait, its failures told as ours. No message has the password or a value in it.
 * One thread. Hosts libpq together with postgres.c. */
#pragma once
#include "store/driver.h"
#include <libpq-fe.h>

struct pglink {
	PGconn *c;
	char name[256];    /* "host:port/database", for messages */
	int64_t limit_ms;  /* how long a statement may take: the server ends it then, we a while
	                      later */
	int64_t answer_ms; /* the same of the transaction that runs */
	enum again again;  /* of the last failure */
	bool committing;   /* COMMIT may have reached the server */
};

/* ERR_UPSTREAM: not to be reached, which may pass. ERR_DENIED: it was, and refused. */
int pglink_open(struct pglink *l, const struct place *p, struct error *e) must_use;
void pglink_close(struct pglink *l);

/* The next result of what was sent, NULL between two; waits for answer_ms in all. */
int pglink_answer(struct pglink *l, PGresult **out, struct error *e) must_use;
/* All results of what was sent: the last one, which is no failure; NULL for `out`: not wanted. */
int pglink_result(struct pglink *l, PGresult **out, struct error *e) must_use;
/* statements without values */
int pglink_run(struct pglink *l, const char *sql, PGresult **out, struct error *e) must_use;
/* what a result says went wrong */
int pglink_refuse(struct pglink *l, const PGresult *r, struct error *e);
int pglink_lost(struct pglink *l, struct error *e); /* the connection is gone */
bool pglink_alive(struct pglink *l);                /* as far as is known without asking */
