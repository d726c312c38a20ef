#include "api/oidc.h"

int oidc_new(const struct oidc_options *o, struct oidc **out, struct error *e)
{
	(void)o, (void)out;
	return error_set(e, ERR_UNSUPPORTED, "OpenID Connect is not in this build");
}

void oidc_free(struct oidc *o)
{
	(void)o;
}
