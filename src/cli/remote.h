/* cli/remote.h — a center asked from the shell: where it is, as whom, one call after the other. One
 * thread. */
#pragma once
#include "base/json.h"
#include "cli/options.h"

struct remote_options {
	const char *server; /* NULL: https://127.0.0.1:8420 */
	const char *token;  /* NULL, with no server named: admin-token of this machine's data folder, if it can be read */
	const char *ca; /* NULL: the certificate of a center in this machine's data folder, if it
	                   can be read */
	bool insecure;
};
/* rows for a command's table */
#define REMOTE_ROWS(o)                                                                                 \
	{ "server", 0, OPTION_TEXT, &(o)->server, "URL", "the center; https://127.0.0.1:8420" },       \
	        { "token",     0,       OPTION_TEXT,                                                   \
		  &(o)->token, "TOKEN", "who asks; better in PLIMSOLL_TOKEN, as others see options" }, \
	        { "ca",     0,      OPTION_TEXT,                                                       \
		  &(o)->ca, "FILE", "certificate that the center's is held against, PEM" },            \
	{                                                                                              \
		"insecure", 0, OPTION_FLAG, &(o)->insecure, NULL, "whatever certificate it has"        \
	}

struct remote;
int remote_open(const struct remote_options *o, struct remote **out, struct error *e) must_use;
void remote_close(struct remote *r); /* NULL is fine */

/* One call: path with query ("/api/v1/tokens?ended=true"), a JSON body or empty. What the center
 * refuses is an error with its own words. *answer may be NULL (204); it ends with json_free. */
int remote_call(struct remote *r, const char *method, const char *path, str body,
                struct json **answer, struct error *e) must_use;
const char *remote_server(const struct remote *r);
