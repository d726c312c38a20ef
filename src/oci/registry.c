#include "oci/registry.h"
#include "net/url.h"
#include "oci/auth.h"
#include "oci/resolve.h"

struct registry {
	struct client *client;
	struct auth *auth;
	struct arena *arena;
	const struct source_options *options;
	struct image_reference ref;
	str base;        /* "https://host:port/v2/" */
	struct buf kept; /* the document that the tag gave, where HEAD told no digest */
	struct digest kept_digest;
};

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

static int refused(struct registry *g, const struct request *q, const struct response *r, str body,
                   struct error *e)
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

static int probe(struct registry *g, const char *scheme, str host, struct error *e)
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
static int find_base(struct registry *g, struct error *e)
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

static struct request request_for(struct registry *g, const char *what, str name,
                                  struct arena *work)
{
	str url = arena_printf(work, "%.*s%.*s/%s/%.*s", STR_FMT(g->base),
	                       STR_FMT(g->ref.repository), what, STR_FMT(name));
	return (struct request){ .url = url.p,
		                 .authorize = auth_authorize,
		                 .authorize_ctx = g->auth };
}

static int get_document(struct registry *g, const char *what, str name, const char *accept,
                        size_t max_bytes, struct arena *a, struct buf *out, str *type,
                        struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(64 << 10);
	struct response r cleanup(response_done) = { 0 };
	struct request q = request_for(g, what, name, &work);
	int rc;

	q.accept = accept;
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	rc = client_document(g->client, &q, max_bytes, &r, out, e);
	if (rc < 0)
		return rc;
	if (r.status != 200)
		return refused(g, &q, &r, buf_view(out), e);
	*type = arena_str(a, response_header(&r, "Content-Type"));
	return 0;
}

static int read_document(void *ctx, enum document_kind kind, const struct descriptor *d,
                         struct arena *a, struct buf *out, str *type, struct error *e)
{
	struct registry *g = ctx;
	const struct source_options *o = g->options;
	char name[DIGEST_TEXT_BYTES];
	bool config = kind == DOCUMENT_CONFIG;
	int r;

	if (g->kept.n && digest_eq(&d->digest, &g->kept_digest)) {
		buf_add(out, buf_view(&g->kept));
		*type = d->media_type;
		return 0;
	}
	if (o->recall && o->recall(o->kept_ctx, &d->digest, out)) {
		*type = d->media_type;
		return 0;
	}
	digest_text(&d->digest, name);
	r = get_document(g, config ? "blobs" : "manifests", str_c(name),
	                 config ? NULL : MANIFEST_ACCEPT, out->max_bytes, a, out, type, e);
	if (r >= 0 && o->retain)
		o->retain(o->kept_ctx, &d->digest, buf_view(out));
	return r;
}

/* HEAD tells the digest and does not count as a pull. 1: it did, 0: it does not tell. */
static int ask_head(struct registry *g, str tag, struct descriptor *out, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(64 << 10);
	struct response r cleanup(response_done) = { 0 };
	struct stream *s cleanup(stream_cleanup) = NULL;
	struct request q = request_for(g, "manifests", tag, &work);
	struct error ignored = { 0 };
	int rc;

	q.method = "HEAD";
	q.accept = MANIFEST_ACCEPT;
	rc = client_open(g->client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (r.status == 401 || r.status == 404)
		return refused(g, &q, &r, STR(""), e);
	if (r.status != 200 ||
	    digest_parse(response_header(&r, "Docker-Content-Digest"), &out->digest, &ignored) < 0)
		return 0;
	out->size_bytes = r.length;
	out->media_type = arena_str(g->arena, response_header(&r, "Content-Type"));
	return 1;
}

static int find_start(struct registry *g, struct descriptor *out, struct error *e)
{
	int rc;

	out->size_bytes = UINT64_MAX;
	if (g->ref.digest.n) {
		rc = digest_parse(g->ref.digest, &out->digest, e);
		/* asked all the same: an absent image is told apart from a damaged one */
		struct descriptor told = *out;
		return rc < 0 ? rc : ask_head(g, g->ref.digest, &told, e);
	}
	rc = ask_head(g, g->ref.tag, out, e);
	if (rc)
		return rc;
	rc = get_document(g, "manifests", g->ref.tag, MANIFEST_ACCEPT, INDEX_BYTES_MAX, g->arena,
	                  &g->kept, &out->media_type, e);
	if (rc < 0)
		return rc;
	out->digest = g->kept_digest = digest_of(buf_view(&g->kept));
	out->size_bytes = g->kept.n;
	return 0;
}

/* --- from outside --- */

static int open_client(struct registry *g, struct error *e)
{
	const struct source_options *o = g->options;
	struct client_options c = { .ca_file = o->ca_file,
		                    .insecure = o->insecure,
		                    .timeout_s = o->timeout_s,
		                    .note = o->note,
		                    .note_ctx = o->note_ctx };
	int rc = client_new(&c, &g->client, e);

	if (rc >= 0)
		g->auth = auth_new(g->client, &g->ref, o->username, o->password);
	return rc;
}

/* What the name (or the wish for one of its manifests) stands for */
static int find_document(struct registry *g, struct descriptor *out, struct error *e)
{
	int rc = find_base(g, e);

	if (rc >= 0 && !g->options->manifest)
		return find_start(g, out, e);
	out->size_bytes = UINT64_MAX;
	return rc < 0 ? rc : digest_parse(str_c(g->options->manifest), &out->digest, e);
}

static int make(const char *name, const struct source_options *o, struct arena *a,
                struct registry **out, struct error *e)
{
	struct registry *g = calloc(1, sizeof *g);
	int rc;

	if (!g)
		abort();
	g->arena = a;
	g->options = o;
	g->kept = BUF(INDEX_BYTES_MAX);
	rc = reference_parse(str_c(name), a, &g->ref, e);
	if (rc >= 0 && o->offline)
		rc = error_set(e, ERR_DENIED, "%s: a registry is not asked while offline", name);
	if (rc >= 0)
		rc = open_client(g, e);
	if (rc < 0)
		registry_free(g);
	else
		*out = g;
	return rc;
}

int registry_open(const char *name, const struct source_options *o, struct arena *a,
                  struct image *image, struct registry **out, struct error *e)
{
	struct descriptor start = { 0 };
	struct registry *g;
	int rc = make(name, o, a, &g, e);

	if (rc < 0)
		return rc;
	struct documents from = { read_document, g };
	image->kind = STR("registry");
	image->name = reference_name(a, &g->ref);
	rc = find_document(g, &start, e);
	if (rc >= 0)
		rc = resolve_image(&from, &start, o->platform, a, image, e);
	if (rc < 0)
		registry_free(g);
	else
		*out = g;
	return rc;
}

int registry_platforms(const char *name, const struct source_options *o, struct arena *a,
                       struct platform_list *out, struct error *e)
{
	struct descriptor start = { 0 };
	struct registry *g;
	int rc = make(name, o, a, &g, e);

	if (rc < 0)
		return rc;
	struct documents from = { read_document, g };
	rc = find_document(g, &start, e);
	if (rc >= 0)
		rc = resolve_platforms(&from, &start, a, out, e);
	registry_free(g);
	return rc;
}

/* A blob, or a part of it (to: above 0) */
static int open_blob(struct registry *g, const struct layer *l, uint64_t from, uint64_t to,
                     struct stream **out, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(64 << 10);
	struct response r cleanup(response_done) = { 0 };
	struct stream *s = NULL;
	char name[DIGEST_TEXT_BYTES];
	struct request q;
	int rc;

	digest_text(&l->digest, name);
	q = request_for(g, "blobs", str_c(name), &work);
	q.resume = true;
	q.offset = from;
	q.end = to;
	rc = client_open(g->client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (to ? response_is_part(&r, from, to, l->size_bytes) : r.status == 200) {
		*out = s;
		return 0;
	}
	stream_free(s);
	if (to && (r.status == 200 || r.status == 206 || r.status == 416))
		return error_set(e, ERR_UNSUPPORTED, "%.*s does not answer with parts of blobs",
		                 STR_FMT(g->ref.host));
	return refused(g, &q, &r, STR(""), e);
}

int registry_layer(struct registry *g, const struct layer *l, struct stream **out, struct error *e)
{
	struct stream *s = NULL;
	int rc = open_blob(g, l, 0, 0, &s, e);

	if (rc >= 0)
		*out = stream_verify(s, &l->digest, l->size_bytes);
	return rc;
}

int registry_range(struct registry *g, const struct layer *l, uint64_t from, uint64_t to,
                   struct stream **out, struct error *e)
{
	return open_blob(g, l, from, to, out, e);
}

int registry_referrers(void *ctx, enum referrers_from from, str name, struct buf *out,
                       struct error *e)
{
	struct registry *g = ctx;
	struct arena work cleanup(arena_done) = ARENA(64 << 10);
	struct response r cleanup(response_done) = { 0 };
	struct request q =
	        request_for(g, from == REFERRERS_API ? "referrers" : "manifests", name, &work);
	int rc;

	q.accept = MANIFEST_ACCEPT;
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	rc = client_document(g->client, &q, out->max_bytes, &r, out, e);
	if (rc < 0)
		return rc;
	/* a registry without the API answers in its own way: 404, 400, 405, a page for people */
	if (r.status == 404 || (from == REFERRERS_API && (r.status == 400 || r.status == 405)))
		return 0;
	if (r.status != 200)
		return refused(g, &q, &r, buf_view(out), e);
	str type = response_header(&r, "Content-Type");
	return from != REFERRERS_API || str_find(type, STR("json")) < type.n;
}

void registry_free(struct registry *g)
{
	if (!g)
		return;
	auth_free(g->auth);
	client_free(g->client);
	buf_done(&g->kept);
	free(g);
}
