#include "oci/copy.h"
#include "base/json.h"
#include "net/url.h"
#include "oci/auth.h"
#include "oci/manifest.h"
#include "oci/upload.h"
#include "oci/upstream.h"
#include <inttypes.h>

enum { COPY_DEPTH_MAX = 4, BLOBS_MAX = 20000, COPY_ARENA_MIB = 64 };

struct copying {
	const struct copy_order *o;
	struct arena *a;
	struct upstream from, to;
	struct upload upload;
	VEC(struct digest) sent; /* blobs and manifests that are at the destination now */
	struct copy_progress done;
};

static void tell(struct copying *x)
{
	if (x->o->progress)
		x->o->progress(x->o->progress_ctx, &x->done);
}

static void on_bytes(void *ctx, uint64_t n)
{
	struct copying *x = ctx;

	x->done.bytes += n;
	tell(x);
}

static bool is_sent(const struct copying *x, const struct digest *d)
{
	for (size_t i = 0; i < x->sent.n; i++)
		if (digest_eq(&x->sent.v[i], d))
			return true;
	return false;
}

/* --- blobs --- */

static int open_source(struct copying *x, const struct digest *d, uint64_t size,
                       struct stream **out, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(64 << 10);
	struct response r cleanup(response_done) = { 0 };
	char name[DIGEST_TEXT_BYTES];
	struct stream *s = NULL;
	struct request q = upstream_request(&x->from, "blobs", str_c(digest_text(d, name)), &work);

	q.resume = true;
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	int rc = client_open(x->from.client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (r.status != 200) {
		stream_free(s);
		return upstream_refused(&x->from, &q, &r, STR(""), e);
	}
	*out = stream_verify(s, d, size);
	return 0;
}

static int send_blob(struct copying *x, const struct digest *d, uint64_t size, struct error *e)
{
	struct stream *s cleanup(stream_cleanup) = NULL;
	bool near = str_eq(x->o->from.host, x->o->to.host);
	int rc = upload_has(&x->upload, d, e);

	if (rc == 1)
		x->done.there++;
	if (rc)
		return MIN(rc, 0);
	rc = upload_begin(&x->upload, d, near ? x->o->from.repository : (str){ 0 }, e);
	if (rc == 1)
		x->done.mounted++;
	if (rc)
		return MIN(rc, 0);
	rc = open_source(x, d, size, &s, e);
	rc = rc < 0 ? rc : upload_send(&x->upload, d, s, on_bytes, x, e);
	x->done.blobs += rc >= 0;
	return rc;
}

static int copy_blob(struct copying *x, const struct json *j, struct error *e)
{
	str media = json_str(j, "mediaType");
	struct digest d;
	int64_t size = -1;
	char text[DIGEST_TEXT_BYTES];
	int rc = digest_parse(json_str(j, "digest"), &d, e);

	if (rc < 0 || is_sent(x, &d))
		return rc;
	/* not to be distributed: registries have none of them, and take the manifest without */
	if (str_find(media, STR("nondistributable")) < media.n ||
	    str_find(media, STR("rootfs.foreign")) < media.n)
		return 0;
	if (!json_i64(j, "size", &size) || size < 0)
		return error_set(e, ERR_FORMAT, "a descriptor without a size");
	if (x->sent.n >= BLOBS_MAX)
		return error_set(e, ERR_LIMIT, "more than %d blobs", BLOBS_MAX);
	rc = send_blob(x, &d, (uint64_t)size, e);
	if (rc < 0)
		return error_in(e, "blob %.19s", digest_text(&d, text));
	tell(x);
	return vec_add(x->a, &x->sent, d) ? 0 : error_set(e, ERR_LIMIT, "too many blobs");
}

static int copy_blobs(struct copying *x, const struct json *list, struct error *e)
{
	int rc = 0;

	for (size_t i = 0; i < json_len(list) && rc >= 0; i++)
		rc = copy_blob(x, json_at(list, i), e);
	return rc;
}

/* --- manifests --- */

static int copy_manifest(struct copying *x, str reference, unsigned depth, str tag,
                         struct copied *out, struct error *e);

static int copy_parts(struct copying *x, const struct json *j, unsigned depth, struct error *e)
{
	const struct json *children = json_get(j, "manifests"), *config = json_get(j, "config");
	int rc = 0;

	if (json_is_array(children) && depth == COPY_DEPTH_MAX)
		return error_set(e, ERR_LIMIT, "indexes nested deeper than %d", COPY_DEPTH_MAX);
	for (size_t i = 0; i < json_len(children) && rc >= 0; i++)
		rc = copy_manifest(x, json_str(json_at(children, i), "digest"), depth + 1,
		                   (str){ 0 }, NULL, e);
	if (rc >= 0 && json_is_object(config))
		rc = copy_blob(x, config, e);
	rc = rc < 0 ? rc : copy_blobs(x, json_get(j, "layers"), e);
	return rc < 0 ? rc : copy_blobs(x, json_get(j, "blobs"), e);
}

/* Its bytes as they are: what a reference that is a digest names, or what its tag does now */
static int fetch_manifest(struct copying *x, str reference, struct buf *body, str *type,
                          struct digest *d, struct error *e)
{
	struct error ignored = { 0 };
	struct digest asked;
	int rc = upstream_document(&x->from, "manifests", reference, MANIFEST_ACCEPT,
	                           INDEX_BYTES_MAX, x->a, body, type, e);

	if (rc < 0)
		return rc;
	*d = digest_of(buf_view(body));
	if (digest_parse(reference, &asked, &ignored) >= 0 && !digest_eq(&asked, d))
		return error_set(e, ERR_FORMAT, "its bytes have another digest than its name");
	return 0;
}

static int copy_manifest(struct copying *x, str reference, unsigned depth, str tag,
                         struct copied *out, struct error *e)
{
	struct buf body cleanup(buf_done) = BUF(INDEX_BYTES_MAX);
	struct json *j = NULL;
	struct digest d;
	char text[DIGEST_TEXT_BYTES];
	str type = { 0 };
	int rc = fetch_manifest(x, reference, &body, &type, &d, e);

	if (rc < 0)
		return error_in(e, "manifest %.*s", STR_FMT(reference));
	digest_text(&d, text);
	if (depth && is_sent(x, &d))
		return 0;
	rc = json_parse("manifest", buf_view(&body), &j, e);
	if (rc < 0)
		return rc;
	if (json_str(j, "mediaType").n)
		type = arena_str(x->a, json_str(j, "mediaType"));
	rc = copy_parts(x, j, depth, e);
	json_free(j);
	if (rc >= 0)
		rc = upload_manifest(&x->upload, tag.n ? tag : str_c(text), type, buf_view(&body),
		                     e);
	if (rc < 0)
		return rc;
	x->done.manifests++;
	vec_add(x->a, &x->sent, d);
	if (out) {
		out->digest = arena_str(x->a, str_c(text));
		out->media_type = type;
	}
	return 0;
}

/* Charts and signatures are no images: said before a byte is sent. */
static int check_kind(struct copying *x, str reference, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(MIB(32));
	struct buf body cleanup(buf_done) = BUF(INDEX_BYTES_MAX);
	struct manifest unused;
	struct digest d;
	str type = { 0 };
	int rc = fetch_manifest(x, reference, &body, &type, &d, e);

	return rc < 0 ? rc : manifest_parse("manifest", buf_view(&body), type, &work, &unused, e);
}

static int check_tag(struct copying *x, struct error *e)
{
	struct upstream_head there, here;
	int rc;

	if (!x->o->tag.n || x->o->force)
		return 0;
	rc = upstream_head(&x->to, x->o->tag, x->a, &there, e);
	if (rc < 1)
		return rc;
	rc = upstream_head(&x->from, x->o->reference, x->a, &here, e);
	if (rc < 0)
		return rc;
	if (rc == 1 && here.has_digest && there.has_digest &&
	    digest_eq(&here.digest, &there.digest))
		return 0;
	return error_set(e, ERR_CONFLICT, "%.*s:%.*s is there already and is another image",
	                 STR_FMT(x->o->to.repository), STR_FMT(x->o->tag));
}

static int open_both(struct copying *x, struct error *e)
{
	const struct copy_order *o = x->o;
	struct image_reference from = { o->from.host, o->from.repository, (str){ 0 }, (str){ 0 } },
	                       to = { o->to.host, o->to.repository, (str){ 0 }, (str){ 0 } };
	int rc = upstream_open(&from, o->from.options, x->a, &x->from, e);

	rc = rc < 0 ? rc : upstream_find(&x->from, e);
	rc = rc < 0 ? rc : upstream_open(&to, o->to.options, x->a, &x->to, e);
	return rc < 0 ? rc : upstream_find(&x->to, e);
}

int copy_image(const struct copy_order *o, struct arena *a, struct copied *out, struct error *e)
{
	struct copying x = { .o = o, .a = a };
	int rc = open_both(&x, e);

	x.upload = (struct upload){ .to = &x.to };
	rc = rc < 0 ? rc : check_kind(&x, o->reference, e);
	rc = rc < 0 ? rc : check_tag(&x, e);
	*out = (struct copied){ 0 };
	rc = rc < 0 ? rc : copy_manifest(&x, o->reference, 0, o->tag, out, e);
	out->done = x.done;
	upload_done(&x.upload);
	upstream_close(&x.from);
	upstream_close(&x.to);
	return rc < 0 ? rc : a->failed ? error_set(e, ERR_LIMIT, "too large an index") : 0;
}
