/* center/access.h — who asks, and what his roles let him do where: the roles of defender.md 1.14 as
 * rows, held against actions ("Microsoft.Security/pricings/write") at scopes. A scope is a resource
 * ID ("/subscriptions/…", any case); "/" is everything; a role counts at its scope and beneath.
 * What a registry's images suffer from is seen with a security role and a read role on that
 * registry. Values; no I/O; any thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

enum role {
	ROLE_READER,
	ROLE_SECURITY_READER,
	ROLE_SECURITY_ADMIN,
	ROLE_CONTRIBUTOR,
	ROLE_OWNER,
	ROLE_ACR_PULL,
	ROLE_ACR_PUSH,
	ROLE_AGENT, /* only of tokens of kind agent, which have no other */
	ROLE_COUNT
};
const char *role_name(enum role r); /* "Security Reader" */
const char *role_guid(enum role r); /* Azure's; empty for agent */
bool role_parse(str text,
                enum role *out); /* name (any case, with or without blanks and hyphens) or GUID */

struct grant {
	enum role role;
	str scope; /* in lower case, no slash at its end but for "/" */
};

enum caller_kind { CALLER_NOBODY, CALLER_TOKEN, CALLER_AGENT, CALLER_SESSION };

struct caller { /* starts as { 0 }, which is nobody; strings live as long as the call */
	enum caller_kind kind;
	str name;   /* for people and the audit log: "token:ci", "user:ada@example.org" */
	int64_t id; /* of the token; 0: none */
	str csrf;   /* of a session */
	const struct grant *grants;
	size_t grant_count;
};

/* What a caller may do with an action at a scope. */
enum access {
	ACCESS_UNSEEN, /* nothing there is his to know: answered as if it did not exist */
	ACCESS_DENIED, /* he may know of it, and not do that */
	ACCESS_PART,   /* not at the scope, but somewhere beneath: lists are cut by his sight */
	ACCESS_WHOLE
};
enum access access_at(const struct caller *c, const char *action, str scope);
static inline bool access_may(const struct caller *c, const char *action, str scope)
{
	return access_at(c, action, scope) == ACCESS_WHOLE;
}
/* Findings of images in a registry, or in all of a larger scope: security role and read role. */
enum access access_findings(const struct caller *c, str registry);
/* Is the action in the table? Routes name no other. */
bool access_knows(const char *action);
/* May he hand this role at this scope on? Only what his own grants cover, and only who may make
 * tokens there. */
bool access_covers(const struct caller *c, const struct grant *g);

int scope_parse(str text, struct arena *a, str *out,
                struct error *e) must_use; /* lower case, checked */
bool scope_within(str scope, str outer);   /* equal or beneath, any case */
str scope_subscription(str scope);         /* the GUID, empty when there is none */

/* His sight (sight.h) for one kind of thing; a registry that was deleted counts where it stood. In
 * a transaction; what it points to is the arena's. */
enum sight_of {
	SIGHT_RESOURCES, /* that registries and subscriptions are there, and their state */
	SIGHT_CONTENT,   /* repositories, images, tags, packages: a read role on the registry */
	SIGHT_FINDINGS,  /* what images suffer from: a security role too */
	SIGHT_REPORTS,   /* what is said of each as a whole: recommendations, work, usage */
};
struct db;
struct sight;
int access_sight(struct db *d, const struct caller *c, enum sight_of what, struct arena *a,
                 struct sight *out, struct error *e) must_use;

/* The table, for docs and tests: row i's action, and which roles hold it granted at a subscription
 * (or "/") and at a resource group or below, as sets of 1 << role. False past the end. */
bool access_row(size_t i, const char **action, unsigned *above, unsigned *below);
