/* PostgreSQL 15, libpq chapters 34.1 to 34.4; SQLSTATE: appendix A. */
#include "store/pglink.h"
#include "base/time.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>

enum {
	CONNECT_S_MIN = 2, /* libpq takes 1 as 2 */
	CONNECT_S_MAX = 10,
	GRACE_MS = 5000,  /* the server ends a statement first */
	IDLE_MS = 300000, /* within a transaction */
	SETTINGS_MAX = 64,
};

/* --- failures --- */

/* libpq's words as one line */
static const char *line(const char *text, char out[512])
{
	size_t n = 0;

	for (; text && *text && n < 511; text++)
		if (*text != '\n')
			out[n++] = *text;
		else if (n && text[1])
			out[n++] = ' ';
	out[n] = '\0';
	return out;
}

int pglink_lost(struct pglink *l, struct error *e)
{
	char text[512];

	l->again = l->committing ? AGAIN_NEVER : AGAIN_LOST;
	return error_set(e, ERR_UPSTREAM, "%s: %s%s", l->name,
	                 l->committing ? "lost while it kept a change, which may have counted: "
	                               : "",
	                 line(PQerrorMessage(l->c), text));
}

// clang-format off
static const struct {
	const char *state; /* SQLSTATE or its beginning */
	int code;
	enum again again;
} states[] = {
	{ "40001", ERR_SYSTEM,   AGAIN_SOON }, /* serialization_failure */
	{ "40P01", ERR_SYSTEM,   AGAIN_SOON }, /* deadlock_detected */
	{ "40003", ERR_UPSTREAM, AGAIN_NEVER }, /* statement_completion_unknown: CockroachDB, YugabyteDB */
	{ "0A000", ERR_SYSTEM,   AGAIN_LOST }, /* a prepared statement from before a change of the schema */
	{ "26000", ERR_SYSTEM,   AGAIN_LOST }, /* one that somebody between us has forgotten */
	{ "23505", ERR_CONFLICT, AGAIN_NO },   /* unique_violation */
	{ "23503", ERR_CONFLICT, AGAIN_NO },   /* foreign_key_violation */
	{ "42710", ERR_CONFLICT, AGAIN_NO },   /* duplicate_object: two made the same table at once */
	{ "42P07", ERR_CONFLICT, AGAIN_NO },   /* duplicate_table */
	{ "23P01", ERR_CONFLICT, AGAIN_NO },   /* exclusion_violation */
	{ "23",    ERR_USAGE,    AGAIN_NO },   /* other constraints */
	{ "22",    ERR_USAGE,    AGAIN_NO },   /* data */
	{ "25006", ERR_USAGE,    AGAIN_NO },   /* read_only_sql_transaction */
	{ "25P03", ERR_SYSTEM,   AGAIN_NEVER }, /* idle_in_transaction_session_timeout: work was too slow */
	{ "42501", ERR_DENIED,   AGAIN_NO },   /* insufficient_privilege */
	{ "54000", ERR_LIMIT,    AGAIN_NO },   /* program_limit_exceeded */
};
// clang-format on

/* the server ends the connection: it is shut down, or has crashed */
static bool is_farewell(const char *state)
{
	return !strncmp(state, "57P", 3) || !strncmp(state, "08", 2);
}

int pglink_refuse(struct pglink *l, const PGresult *r, struct error *e)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *why = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	char text[512];

	if (!state || is_farewell(state) || PQstatus(l->c) == CONNECTION_BAD) {
		pglink_lost(l, e);
		return why ? error_set(e, ERR_UPSTREAM, "%s: %s", l->name, line(why, text))
		           : e->code;
	}
	for (size_t i = 0; i < LEN(states); i++)
		if (!strncmp(state, states[i].state, strlen(states[i].state))) {
			l->again = l->committing && states[i].again == AGAIN_LOST ? AGAIN_NEVER
			                                                          : states[i].again;
			return error_set(e, states[i].code, "%s", line(why, text));
		}
	return error_set(e, ERR_SYSTEM, "%s: %s (%s)", l->name, line(why, text), state);
}

/* --- asking --- */

static int too_slow(struct pglink *l, struct error *e)
{
	l->again = AGAIN_NEVER; /* it would be again */
	return error_set(e, ERR_UPSTREAM, "%s: no answer within %lld s", l->name,
	                 (long long)(l->answer_ms / 1000));
}

/* one turn of waiting; 0 when something came */
static int wait_input(struct pglink *l, int64_t until_ms, struct error *e)
{
	struct pollfd p = { .fd = PQsocket(l->c), .events = POLLIN };
	int64_t left = until_ms - time_mono_ms();
	int n = left > 0 ? poll(&p, 1, (int)MIN(left, INT32_MAX)) : 0;

	if (n < 0 && errno == EINTR)
		return 0;
	if (n == 0)
		return too_slow(l, e);
	return n < 0 || !PQconsumeInput(l->c) ? pglink_lost(l, e) : 0;
}

int pglink_answer(struct pglink *l, PGresult **out, struct error *e)
{
	int64_t until_ms = time_mono_ms() + l->answer_ms;

	while (PQisBusy(l->c))
		if (wait_input(l, until_ms, e) < 0)
			return e->code;
	*out = PQgetResult(l->c);
	return 0;
}

static bool is_well(const PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* of several results the first failure counts, else the last */
static int gather(struct pglink *l, PGresult **out, struct error *e)
{
	PGresult *kept = NULL, *r = NULL;

	for (;;) {
		if (pglink_answer(l, &r, e) < 0) {
			PQclear(kept);
			return e->code;
		}
		if (!r)
			break;
		if (kept && !is_well(kept)) {
			PQclear(r);
		} else {
			PQclear(kept);
			kept = r;
		}
	}
	*out = kept;
	return kept ? 0 : pglink_lost(l, e);
}

int pglink_result(struct pglink *l, PGresult **out, struct error *e)
{
	PGresult *r = NULL;
	int code = gather(l, &r, e);

	if (code >= 0 && !is_well(r))
		code = pglink_refuse(l, r, e);
	if (code >= 0 && out)
		*out = take(r);
	PQclear(r);
	return code;
}

int pglink_run(struct pglink *l, const char *sql, PGresult **out, struct error *e)
{
	if (!PQsendQuery(l->c, sql))
		return pglink_lost(l, e);
	return pglink_result(l, out, e);
}

bool pglink_alive(struct pglink *l)
{
	return PQstatus(l->c) == CONNECTION_OK && PQconsumeInput(l->c) &&
	       PQstatus(l->c) == CONNECTION_OK;
}

/* --- opening --- */

struct settings {
	const char *names[SETTINGS_MAX + 1], *values[SETTINGS_MAX + 1];
	int n;
};

static const char *setting(const struct settings *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (!strcmp(s->names[i], name))
			return s->values[i];
	return NULL;
}

/* what the address leaves open */
static void usually(struct settings *s, const char *name, const char *value)
{
	if (setting(s, name) || s->n == SETTINGS_MAX)
		return;
	s->names[s->n] = name;
	s->values[s->n++] = value;
}

static void complete(struct settings *s, const char *connect_s)
{
	const char *host = setting(s, "host");

	usually(s, "client_encoding", "UTF8");
	usually(s, "fallback_application_name", "plimsoll");
	usually(s, "connect_timeout", connect_s);
	usually(s, "keepalives_idle", "30");
	usually(s, "keepalives_interval", "10");
	usually(s, "keepalives_count", "3");
	usually(s, "tcp_user_timeout", "30000");
	if (host && strchr(host, ',')) /* of several, the one that can be written */
		usually(s, "target_session_attrs", "read-write");
}

static void unheard(void *ctx, const char *notice)
{
	(void)ctx, (void)notice;
}

static void connect_with(struct pglink *l, const PQconninfoOption *given, unsigned wait_ms)
{
	struct settings s = { 0 };
	char connect_s[16];

	for (; given->keyword && s.n < SETTINGS_MAX; given++)
		if (given->val) {
			s.names[s.n] = given->keyword;
			s.values[s.n++] = given->val;
		}
	snprintf(connect_s, sizeof connect_s, "%u",
	         MIN(MAX(wait_ms / 1000, (unsigned)CONNECT_S_MIN), (unsigned)CONNECT_S_MAX));
	complete(&s, connect_s);
	l->c = PQconnectdbParams(s.names, s.values, 0);
	PQsetNoticeProcessor(l->c, unheard, NULL); /* else it writes on stderr */
}

static void name_it(struct pglink *l)
{
	const char *host = PQhost(l->c), *port = PQport(l->c), *name = PQdb(l->c);

	snprintf(l->name, sizeof l->name, "%s:%s/%s", host ? host : "", port ? port : "",
	         name ? name : "");
}

/* It answered, and does not let us in: asking again would not help. */
static bool is_refusal(PGconn *c)
{
	return PQconnectionNeedsPassword(c) || PQconnectionUsedPassword(c);
}

static int set_limits(struct pglink *l, const struct place *p, struct error *e)
{
	char sql[256];

	snprintf(sql, sizeof sql,
	         "SET statement_timeout = %u; SET lock_timeout = %u;"
	         "SET idle_in_transaction_session_timeout = %d; SET client_min_messages = error",
	         p->statement_ms, p->wait_ms, IDLE_MS);
	return pglink_run(l, sql, NULL, e);
}

int pglink_open(struct pglink *l, const struct place *p, struct error *e)
{
	PQconninfoOption *given =
	        PQconninfoParse(p->url, NULL); /* its messages quote the password */
	char text[512];
	int r = 0;

	*l = (struct pglink){ .limit_ms = (int64_t)p->statement_ms + GRACE_MS };
	l->answer_ms = l->limit_ms;
	if (!given)
		return error_set(e, ERR_USAGE,
		                 "the store's address is none that PostgreSQL's library "
		                 "reads: postgresql://user@host:port/database?…");
	connect_with(l, given, p->wait_ms);
	PQconninfoFree(given);
	name_it(l);
	if (PQstatus(l->c) != CONNECTION_OK)
		r = error_set(e, is_refusal(l->c) ? ERR_DENIED : ERR_UPSTREAM, "%s",
		              line(PQerrorMessage(l->c), text));
	else
		r = set_limits(l, p, e);
	if (r < 0)
		pglink_close(l);
	return r;
}

void pglink_close(struct pglink *l)
{
	PQfinish(l->c);
	l->c = NULL;
}
