#include "oci/registry.h"
#include "oci/resolve.h"
#include "oci/upstream.h"

struct registry {
	struct upstream remote;
	struct buf kept; /* the document that the tag gave, where HEAD told no digest */
	struct digest kept_digest;
};

/* --- documents --- */

static int read_document(void *ctx, enum document_kind kind, const struct descriptor *d,
                         struct arena *a, struct buf *out, str *type, struct error *e)
{
	struct registry *g = ctx;
	const struct source_options *o = g->remote.options;
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
	r = upstream_document(&g->remote, config ? "blobs" : "manifests", str_c(name),
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
	struct request q = upstream_request(&g->remote, "manifests", tag, &work);
	struct error ignored = { 0 };
	int rc;

	q.method = "HEAD";
	q.accept = MANIFEST_ACCEPT;
	rc = client_open(g->remote.client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (r.status == 401 || r.status == 404)
		return upstream_refused(&g->remote, &q, &r, STR(""), e);
	if (r.status != 200 ||
	    digest_parse(response_header(&r, "Docker-Content-Digest"), &out->digest, &ignored) < 0)
		return 0;
	out->size_bytes = r.length;
	out->media_type = arena_str(g->remote.arena, response_header(&r, "Content-Type"));
	return 1;
}

static int find_start(struct registry *g, struct descriptor *out, struct error *e)
{
	int rc;

	out->size_bytes = UINT64_MAX;
	if (g->remote.ref.digest.n) {
		rc = digest_parse(g->remote.ref.digest, &out->digest, e);
		/* asked all the same: an absent image is told apart from a damaged one */
		struct descriptor told = *out;
		return rc < 0 ? rc : ask_head(g, g->remote.ref.digest, &told, e);
	}
	rc = ask_head(g, g->remote.ref.tag, out, e);
	if (rc)
		return rc;
	rc = upstream_document(&g->remote, "manifests", g->remote.ref.tag, MANIFEST_ACCEPT,
	                       INDEX_BYTES_MAX, g->remote.arena, &g->kept, &out->media_type, e);
	if (rc < 0)
		return rc;
	out->digest = g->kept_digest = digest_of(buf_view(&g->kept));
	out->size_bytes = g->kept.n;
	return 0;
}

/* --- from outside --- */

/* What the name (or the wish for one of its manifests) stands for */
static int find_document(struct registry *g, struct descriptor *out, struct error *e)
{
	int rc = upstream_find(&g->remote, e);

	if (rc >= 0 && !g->remote.options->manifest)
		return find_start(g, out, e);
	out->size_bytes = UINT64_MAX;
	return rc < 0 ? rc : digest_parse(str_c(g->remote.options->manifest), &out->digest, e);
}

static int make(const char *name, const struct source_options *o, struct arena *a,
                struct registry **out, struct error *e)
{
	struct registry *g = calloc(1, sizeof *g);
	struct image_reference ref;
	int rc;

	if (!g)
		abort();
	g->kept = BUF(INDEX_BYTES_MAX);
	rc = reference_parse(str_c(name), a, &ref, e);
	if (rc >= 0)
		rc = upstream_open(&ref, o, a, &g->remote, e);
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
	image->name = reference_name(a, &g->remote.ref);
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
	q = upstream_request(&g->remote, "blobs", str_c(name), &work);
	q.resume = true;
	q.offset = from;
	q.end = to;
	rc = client_open(g->remote.client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (to ? response_is_part(&r, from, to, l->size_bytes) : r.status == 200) {
		*out = s;
		return 0;
	}
	stream_free(s);
	if (to && (r.status == 200 || r.status == 206 || r.status == 416))
		return error_set(e, ERR_UNSUPPORTED, "%.*s does not answer with parts of blobs",
		                 STR_FMT(g->remote.ref.host));
	return upstream_refused(&g->remote, &q, &r, STR(""), e);
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
	struct request q = upstream_request(
	        &g->remote, from == REFERRERS_API ? "referrers" : "manifests", name, &work);
	int rc;

	q.accept = MANIFEST_ACCEPT;
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	rc = client_document(g->remote.client, &q, out->max_bytes, &r, out, e);
	if (rc < 0)
		return rc;
	/* a registry without the API answers in its own way: 404, 400, 405, a page for people */
	if (r.status == 404 || (from == REFERRERS_API && (r.status == 400 || r.status == 405)))
		return 0;
	if (r.status != 200)
		return upstream_refused(&g->remote, &q, &r, buf_view(out), e);
	str type = response_header(&r, "Content-Type");
	return from != REFERRERS_API || str_find(type, STR("json")) < type.n;
}

void registry_free(struct registry *g)
{
	if (!g)
		return;
	upstream_close(&g->remote);
	buf_done(&g->kept);
	free(g);
}
