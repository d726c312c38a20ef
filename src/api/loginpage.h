/* api/loginpage.h — the two pages of signing in: no script, nothing from elsewhere. They become the
 * call's answer. */
#pragma once
#include "api/api.h"

/* A form for a token; for a link only a button, as programs that look at links must not use them
 * up. */
void loginpage_sign_in(struct call *c, str link, bool by_provider, const char *why);
void loginpage_signed_in(struct call *c, const struct caller *who);
