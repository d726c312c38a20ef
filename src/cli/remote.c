#include "cli/remote.h"
#include "cli/house.h"
#include "net/client.h"
#include <fcntl.h>
#include <stdio.h>

enum { ANSWER_BYTES = 64 << 20 };

struct remote {
	struct client *client;
	struct secret token;
	char server[2048];
};

/* The center of this machine made a certificate that nobody else knows. */
static const char *own_certificate(char room[4096])
{
	char dir[3072];

	snprintf(room, 4096, "%s/tls/cert.pem", house_default_dir(dir, sizeof dir));
	return access(room, R_OK) == 0 ? room : NULL;
}

/* Where the first start left its token, for whoever may read it there. */
static void own_token(struct secret *out)
{
	char dir[3072], name[4096], text[256];

	snprintf(name, sizeof name, "%s/admin-token", house_default_dir(dir, sizeof dir));
	autoclose int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
	if (n > 0)
		secret_set(out, str_trim(str_mem(text, (size_t)n)));
	explicit_bzero(text, sizeof text);
}

int remote_open(const struct remote_options *o, struct remote **out, struct error *e)
{
	const char *server = o->server && *o->server ? o->server : "https://127.0.0.1:8420";
	char room[4096];
	struct client_options net = { .ca_file = o->ca && *o->ca ? o->ca : own_certificate(room),
		                      .insecure = o->insecure };
	str text = str_c(server);
	struct remote *r;
	int code;

	while (str_ends(text, STR("/")))
		text.n--;
	if (!str_starts(text, STR("https://")) && !str_starts(text, STR("http://")))
		return error_set(e, ERR_USAGE, "--server %s: an address that begins with https://",
		                 server);
	if (text.n >= sizeof r->server)
		return error_set(e, ERR_USAGE, "--server: too long");
	struct secret token cleanup(secret_done) = { 0 };
	if (o->token && *o->token)
		secret_set(&token, str_trim(str_c(o->token)));
	else if (!o->server || !*o->server) /* a center elsewhere is not shown this machine's token */
		own_token(&token);
	if (!secret_view(&token).n)
		return error_set(e, ERR_USAGE,
		                 "no token: set PLIMSOLL_TOKEN (`plimsoll token create --local` on "
		                 "the center's "
		                 "machine makes one)");
	if (!(r = calloc(1, sizeof *r)))
		abort();
	code = client_new(&net, &r->client, e);
	if (code < 0) {
		free(r);
		return code;
	}
	snprintf(r->server, sizeof r->server, "%.*s", STR_FMT(text));
	secret_set(&r->token, secret_view(&token));
	*out = r;
	return 0;
}

void remote_close(struct remote *r)
{
	if (!r)
		return;
	client_free(r->client);
	secret_done(&r->token);
	free(r);
}

const char *remote_server(const struct remote *r)
{
	return r->server;
}

static int authorize(void *ctx, const struct response *refused, struct secret *out, struct error *e)
{
	struct remote *r = ctx;

	(void)e;
	if (refused)
		return 0;
	secret_bearer(out, secret_view(&r->token));
	return 1;
}

/* The code that a status stands for, so that the exit status is the same as for what fails here. */
static int code_of(int status)
{
	return status == 400 || status == 405 || status == 422 ? ERR_USAGE
	       : status == 401 || status == 403                ? ERR_DENIED
	       : status == 404                                 ? ERR_NOTFOUND
	       : status == 409 || status == 412                ? ERR_CONFLICT
	       : status == 429                                 ? ERR_THROTTLED
	                                                       : ERR_UPSTREAM;
}

static int refused(int status, const struct json *answer, struct error *e)
{
	const struct json *error = json_get(answer, "error");
	str message = json_str(error, "message");

	if (!message.n)
		return error_set(e, code_of(status), "the center answered with status %d", status);
	return error_set(e, code_of(status), "%.*s", STR_FMT(message));
}

int remote_call(struct remote *r, const char *method, const char *path, str body,
                struct json **answer, struct error *e)
{
	struct response head cleanup(response_done) = { 0 };
	struct buf text cleanup(buf_done) = BUF(ANSWER_BYTES);
	bool reads = !strcmp(method, "GET");
	struct request q = { .method = method,
		             .accept = "application/json",
		             .body = body,
		             .content_type = body.n ? "application/json" : NULL,
		             .authorize = authorize,
		             .authorize_ctx = r,
		             .once = !reads };
	struct json *doc = NULL;
	char url[8192];
	int code;

	if (snprintf(url, sizeof url, "%s%s", r->server, path) >= (int)sizeof url)
		return error_set(e, ERR_USAGE, "too long a request");
	q.url = url;
	code = client_document(r->client, &q, ANSWER_BYTES, &head, &text, e);
	if (code >= 0 && text.n)
		code = json_parse("the center's answer", buf_view(&text), &doc, e);
	if (head.status >= 400 || (head.status >= 200 && head.status < 300 && code >= 0)) {
		if (head.status >= 400)
			code = refused(head.status, doc, e);
	} else if (code >= 0) {
		code = error_set(e, ERR_UPSTREAM, "%s: status %d", r->server, head.status);
	}
	if (text.n)
		explicit_bzero(text.p, text.n); /* a fresh token may be in it */
	if (code < 0 || !answer)
		json_free(doc);
	else
		*answer = doc;
	return MIN(code, 0);
}
