#include "oci/upstream.h"
#include "base/json.h"
#include "net/url.h"
#include "oci/auth.h"
#include "oci/manifest.h"

enum { WORK_BYTES = 64 << 10 };

int upstream_open(const struct image_reference *ref, const struct source_options *o,
                  struct arena *a, struct upstream *out, struct error *e)
{
	struct client_options c = { .ca_file = o->ca_file,
		                    .insecure = o->insecure,
		                    .timeout_s = o->timeout_s,
		                    .note = o->note,
		                    .note_ctx = o->note_ctx };
	int rc;

	*out = (struct upstream){ .arena = a, .options = o, .ref = *ref };
	if (o->offline)
		return error_set(e, ERR_DENIED, "%.*s: a registry is not asked while offline",
		                 STR_FMT(ref->host));
	rc = client_new(&c, &out->client, e);
	if (rc >= 0)
		out->auth = auth_new(out->client, &out->ref, o->username, o->password);
	return rc;
}

void upstream_close(struct upstream *r)
{
	auth_free(r->auth);
	client_free(r->client);
	*r = (struct upstream){ 0 };
}

/* --- errors in the registry's words --- */

/* {"errors":[{"code":"MANIFEST_UNKNOWN","message":"…"}]} (distribution-spec, Error Codes) */
static void add_words(str body, struct error *e)
{
	struct error ignored = { 0 };
	struct json *j = NULL;
	size_t used = strlen(e->msg);

	if (json_parse("", body, &j, &ignored) < 0)
		return;
	const struct json *first = json_at(json_get(j, "errors"), 0);
	str words = str_upto(json_str(first, "message"), 200);
	if (words.n && used < sizeof e->msg / 2) {
		char before[sizeof e->msg];
		int code = e->code;
		memcpy(before, e->msg, sizeof before);
		error_set(e, code, "%.*s (it says: %.*s)", 600, before, STR_FMT(words));
	}
	json_free(j);
}

int upstream_refused(struct upstream *g, const struct request *q, const struct response *r,
                     str body, struct error *e)
{
	str host = g->ref.host, repository = g->ref.repository;

	if (r->status == 404)
		error_set(e, ERR_NOTFOUND, "%.*s has no such image or blob in %.*s", STR_FMT(host),
		          STR_FMT(repository));
	else if (r->status == 401 && auth_is_anonymous(g->auth))
		error_set(e, ERR_DENIED,
		          "%.*s wants credentials for %.*s (or has no such image); none were found",
		          STR_FMT(host), STR_FMT(repository));
	else if (r->status == 401 || r->status == 403)
		error_set(e, ERR_DENIED, "%.*s denies access to %.*s", STR_FMT(host),
		          STR_FMT(repository));
	else
		response_refused(q, r, e);
	add_words(body, e);
	return e->code;
}

/* --- where the registry is --- */

static str host_alone(str host)
{
	size_t colon = str_rchr(host, ':');
	return colon < host.n && host.p[host.n - 1] != ']' ? str_upto(host, colon) : host;
}

static int probe(struct upstream *g, const char *scheme, str host, struct error *e)
{
	struct response r cleanup(response_done) = { 0 };
	struct stream *s cleanup(stream_cleanup) = NULL;
	str base = arena_printf(g->arena, "%s://%.*s/v2/", scheme, STR_FMT(host));
	struct request q = { .url = base.p, .once = true };
	int rc;

	if (g->arena->failed)
		return error_set(e, ERR_LIMIT, "the scan's memory is spent");
	rc = client_open(g->client, &q, &r, &s, e);
	if (rc < 0 && !r.status) /* any answer at all, a 503 too, says that the scheme is right */
		return rc;
	/* 400: another scheme is spoken there; a front that redirects speaks https behind it */
	if (r.status == 400 || (r.status >= 300 && r.status < 400))
		return error_set(e, ERR_UPSTREAM, "%.*s: status %d", STR_FMT(base), (int)r.status);
	g->base = base;
	return 0;
}

/* https, and only on this machine or with --insecure plain http where https is not spoken. On this
 * machine plain http is asked first: nothing is told in the question, a server of https refuses it,
 * and https begins with reading the certificates of the whole world. */
int upstream_find(struct upstream *g, struct error *e)
{
	str host = reference_api_host(&g->ref);
	bool loopback = url_host_is_loopback(host_alone(host));
	struct error ignored = { 0 };
	int rc;

	g->base = arena_printf(g->arena, "https://%.*s/v2/", STR_FMT(host));
	if (!g->options->insecure && !loopback)
		return 0;
	if (loopback && probe(g, "http", host, &ignored) >= 0)
		return 0;
	rc = probe(g, "https", host, e);
	if (rc != ERR_UPSTREAM || loopback)
		return rc;
	return probe(g, "http", host, &ignored) >= 0 ? 0 : rc;
}

/* --- documents --- */

struct request upstream_request(struct upstream *g, const char *what, str name, struct arena *work)
{
	str url = arena_printf(work, "%.*s%.*s/%s/%.*s", STR_FMT(g->base),
	                       STR_FMT(g->ref.repository), what, STR_FMT(name));
	return (struct request){ .url = url.p,
		                 .authorize = auth_authorize,
		                 .authorize_ctx = g->auth };
}

static int fetch(struct upstream *g, const struct request *q, size_t max_bytes, struct arena *a,
                 struct buf *out, str *type, struct response *r, struct error *e)
{
	int rc = client_document(g->client, q, max_bytes, r, out, e);

	if (rc < 0)
		return rc;
	if (r->status != 200)
		return upstream_refused(g, q, r, buf_view(out), e);
	*type = arena_str(a, response_header(r, "Content-Type"));
	return 0;
}

int upstream_document(struct upstream *g, const char *what, str name, const char *accept,
                      size_t max_bytes, struct arena *a, struct buf *out, str *type,
                      struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct request q = upstream_request(g, what, name, &work);

	q.accept = accept;
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	return fetch(g, &q, max_bytes, a, out, type, &r, e);
}

int upstream_head(struct upstream *g, str name, struct arena *a, struct upstream_head *out,
                  struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct stream *s cleanup(stream_cleanup) = NULL;
	struct request q = upstream_request(g, "manifests", name, &work);
	struct error ignored = { 0 };
	int rc;

	q.method = "HEAD";
	q.accept = MANIFEST_ACCEPT;
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	rc = client_open(g->client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (r.status == 404)
		return 0;
	if (r.status != 200)
		return upstream_refused(g, &q, &r, STR(""), e);
	*out = (struct upstream_head){ .size_bytes = r.length,
		                       .media_type =
		                               arena_str(a, response_header(&r, "Content-Type")) };
	out->has_digest = digest_parse(response_header(&r, "Docker-Content-Digest"), &out->digest,
	                               &ignored) >= 0;
	return 1;
}
