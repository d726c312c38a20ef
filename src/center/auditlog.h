/* center/auditlog.h — who did what, to what, and how it ended: a row for every change and every
 * refusal. Never a secret: `detail` is JSON of names and settings that a person may read. Any
 * thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "center/center.h"

enum audit_outcome { AUDIT_DONE, AUDIT_REFUSED, AUDIT_FAILED };

struct audit {
	int64_t id, at;
	str actor;  /* "token:ci", "user:ada@example.org", "system", "" for somebody unknown */
	str peer;   /* address; empty for the center itself */
	str action; /* "Microsoft.Security/pricings/write" */
	str target; /* resource ID or path */
	enum audit_outcome outcome;
	str detail; /* JSON object, or empty */
};

/* In a transaction of the change itself; id and at are set here. */
int auditlog_add(struct db *d, int64_t now, const struct audit *entry, struct error *e) must_use;
/* In a transaction of its own, for refusals. */
int auditlog_note(const struct center *c, const struct audit *entry, struct error *e) must_use;

struct audit_filter {
	int64_t from, to;                   /* 0: open */
	str actor, action, outcome, target; /* empty: any; action and target by their beginning */
	const str *scopes;                  /* only entries whose target lies in one of them */
	size_t scope_count;                 /* 0: none at all */
	int64_t before;                     /* ids below; 0: from the newest */
	unsigned limit;
};
struct audits {
	VEC(struct audit) list; /* newest first */
};
int auditlog_list(const struct center *c, const struct audit_filter *f, struct arena *a,
                  struct audits *out, struct error *e) must_use;
const char *audit_outcome_name(enum audit_outcome o); /* "done" */
