#include "api/hooknote.h"
#include "api/answer.h"
#include "base/base64.h"
#include "base/digest.h"
#include "center/registries.h"
#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>

enum { SECRET_BYTES = 32 };

int hooknote_secret(struct arena *a, struct secret *text, str *hash, struct error *e)
{
	uint8_t bytes[SECRET_BYTES];
	struct digest d;

	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return error_errno(e, errno, "random bytes");
	secret_set(text, STR("plsh_"));
	secret_add(text, base64url_encode(a, str_mem(bytes, sizeof bytes)));
	explicit_bzero(bytes, sizeof bytes);
	d = digest_of(secret_view(text));
	*hash = arena_str(a, str_mem(d.bytes, sizeof d.bytes));
	return 0;
}

void hooknote_write(struct call *c, struct jsonout *j, const char *key, const struct registry *r,
                    const struct secret *secret)
{
	struct arena *a = c->arena;
	str s = secret_view(secret), base = answer_base(c);
	str url = arena_printf(a, "%.*s/hooks/%" PRId64, STR_FMT(base), r->id);

	jsonout_object(j, key);
	jsonout_str(j, "url", url);
	jsonout_str(j, "urlWithSecret",
	            arena_printf(a, "%.*s/hooks/%.*s/%.*s/%.*s", STR_FMT(base), STR_FMT(r->subscription),
	                         STR_FMT(r->name), STR_FMT(s)));
	jsonout_str(j, "secret", s);
	jsonout_str(j, "distribution",
	            arena_printf(a,
	                         "notifications:\n  endpoints:\n    - name: plimsoll\n      url: %.*s\n"
	                         "      headers:\n        Authorization: [Bearer %.*s]\n      timeout: 5s\n"
	                         "      threshold: 5\n      backoff: 5s\n      ignoredmediatypes:\n"
	                         "        - application/octet-stream\n",
	                         STR_FMT(url), STR_FMT(s)));
	jsonout_str(j, "acr",
	            arena_printf(a,
	                         "az acr webhook create --registry %.*s --name plimsoll --uri %.*s "
	                         "--actions push delete --headers 'Authorization=Bearer %.*s'",
	                         STR_FMT(r->name), STR_FMT(url), STR_FMT(s)));
	jsonout_str(j, "harbor",
	            arena_printf(a,
	                         "Webhook of the project: endpoint %.*s, auth header %.*s, events Artifact "
	                         "pushed, pulled and deleted, either payload format",
	                         STR_FMT(url), STR_FMT(s)));
	jsonout_end(j);
}
