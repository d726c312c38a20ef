/* api/login.h — people at a browser: signing in by a token, a one-time link or OpenID Connect, and
 * out again. The session is a cookie that scripts cannot read and other sites do not send; changes
 * bring X-CSRF-Token beside it. */
#pragma once
#include "api/api.h"

extern const struct route_set login_routes;

str login_cookie(const struct call *c); /* the session's; empty: none */
void login_set_cookie(struct call *c, str session);
void login_forget_cookie(struct call *c);
