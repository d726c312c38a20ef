/* center/tokens.h — bearer tokens: "plsl_" and 32 random bytes, of which only the SHA-256 is kept.
 * A token has roles at scopes, ends, and can be revoked. None has more than who made it. Any
 * thread. */
#pragma once
#include "base/secret.h"
#include "base/vec.h"
#include "center/access.h"
#include "center/center.h"

enum { TOKEN_NAME_MAX = 128, TOKEN_GRANTS_MAX = 64 };
#define TOKEN_EXPIRES_USUAL INT64_MIN /* expires_at of a token to be made: as the settings say */

struct grants {
	struct grant *v;
	size_t n, room;
};

struct token {
	int64_t id;
	str name;
	bool agent;
	str created_by;
	int64_t created_at, expires_at, used_at, revoked_at; /* 0: never */
	struct grants grants;
};
struct tokens {
	VEC(struct token) list;
};

/* Makes it: name, agent, expires_at (0: never) and grants are `wanted`'s. `maker` NULL is the
 * machine itself, which may give all. *text is the token, this once. ERR_DENIED when the maker has
 * not got what he gives, ERR_USAGE for a name or date that cannot be, ERR_CONFLICT when a living
 * token has the name. */
int tokens_make(const struct center *c, const struct caller *maker, str peer,
                const struct token *wanted, struct arena *a, struct token *out, struct secret *text,
                struct error *e) must_use;
/* Whose it is: 1, and *out lives in the arena. 0 for what is no token, has ended or is revoked,
 * with why in *ended (it was one). Stamps the use, at most once a minute. */
int tokens_find(const struct center *c, str text, struct arena *a, struct caller *out, bool *ended,
                struct error *e) must_use;
/* All that the viewer may see: his own, and those whose every scope lies where he may manage
 * tokens. A viewer that is NULL is the machine itself. */
int tokens_list(const struct center *c, const struct caller *viewer, bool with_ended,
                struct arena *a, struct tokens *out, struct error *e) must_use;
int tokens_get(const struct center *c, const struct caller *viewer, int64_t id, struct arena *a,
               struct token *out, struct error *e) must_use;
int tokens_revoke(const struct center *c, const struct caller *by, str peer, int64_t id,
                  struct error *e) must_use;
/* Appends what the token of that id holds, whether it lives or not. */
int tokens_grants(struct db *d, int64_t id, struct arena *a, struct grants *into,
                  struct error *e) must_use;
/* Is there any living token that holds Owner at "/"? The first start makes one when not. */
int tokens_any_admin(const struct center *c, bool *out, struct error *e) must_use;
