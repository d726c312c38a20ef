#include "oci/upload.h"
#include "net/url.h"
#include "oci/auth.h"
#include <inttypes.h>
#include <stdio.h>

/* What registries that want small ones take too (GitHub's: 4 MiB) */
enum { PIECE_BYTES = 4 << 20, WORK_BYTES = 64 << 10, ANSWER_BYTES = 64 << 10, AGAIN_MAX = 3 };

static int ask(struct upload *u, struct request *q, struct response *r, struct buf *answer,
               struct error *e)
{
	q->authorize = q->authorize_ctx ? auth_authorize : NULL;
	return q->url ? client_document(u->to->client, q, ANSWER_BYTES, r, answer, e)
	              : error_set(e, ERR_LIMIT, "the image's name is too long");
}

int upload_has(struct upload *u, const struct digest *d, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct stream *s cleanup(stream_cleanup) = NULL;
	char name[DIGEST_TEXT_BYTES];
	struct request q = upstream_request(u->to, "blobs", str_c(digest_text(d, name)), &work);
	int rc;

	q.method = "HEAD";
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	rc = client_open(u->to->client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (r.status == 200 || r.status == 404)
		return r.status == 200;
	return upstream_refused(u->to, &q, &r, STR(""), e);
}

/* Where the next piece goes. Another origin than the registry's is asked without our credentials.
 */
static int take_location(struct upload *u, const struct response *r, struct error *e)
{
	str place = response_header(r, "Location");

	buf_done(&u->location);
	u->location = BUF(WORK_BYTES);
	if (str_starts(place, STR("/")))
		buf_add(&u->location, str_upto(u->to->base, u->to->base.n - 4));
	buf_add(&u->location, place);
	if (!place.n || u->location.failed)
		return error_set(e, ERR_UPSTREAM, "%.*s tells no place to upload to",
		                 STR_FMT(u->to->ref.host));
	return 0;
}

static bool is_own(const struct upload *u, str place)
{
	struct error ignored = { 0 };
	struct url base, at;

	return url_parse(u->to->base, &base, &ignored) >= 0 &&
	       url_parse(place, &at, &ignored) >= 0 && url_same_origin(&base, &at);
}

/* "…?_state=x" and "digest=…" */
static struct request at_location(struct upload *u, const char *method, str query,
                                  struct arena *work)
{
	str place = buf_view(&u->location);
	bool more = str_chr(place, '?') < place.n;
	str url = query.n ? arena_join(work, place, more ? STR("&") : STR("?"), query)
	                  : arena_str(work, place);

	return (struct request){ .url = url.p,
		                 .method = method,
		                 .authorize_ctx = is_own(u, place) ? u->to->auth : NULL };
}

int upload_begin(struct upload *u, const struct digest *d, str from_repository, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct buf answer cleanup(buf_done) = BUF(ANSWER_BYTES);
	char name[DIGEST_TEXT_BYTES];
	struct request q = upstream_request(u->to, "blobs/uploads", STR(""), &work);
	int rc;

	q.method = "POST";
	if (from_repository.n)
		q.url = arena_printf(&work, "%s?mount=%s&from=%.*s", q.url, digest_text(d, name),
		                     STR_FMT(url_escape(&work, from_repository)))
		                .p;
	rc = ask(u, &q, &r, &answer, e);
	if (rc < 0)
		return rc;
	if (r.status == 201 && from_repository.n)
		return 1;
	if (r.status != 202)
		return upstream_refused(u->to, &q, &r, buf_view(&answer), e);
	return take_location(u, &r, e);
}

/* How much the registry has by its own word (GET of the upload: "Range: 0-1023"); UINT64_MAX: it
 * does not say. */
static uint64_t bytes_there(struct upload *u)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct buf answer cleanup(buf_done) = BUF(ANSWER_BYTES);
	struct request q = at_location(u, "GET", (str){ 0 }, &work);
	struct error ignored = { 0 };
	uint64_t last;

	if (ask(u, &q, &r, &answer, &ignored) < 0 || r.status != 204)
		return UINT64_MAX;
	str range = response_header(&r, "Range");
	if (!str_u64(str_from(range, str_chr(range, '-') + 1), &last))
		return UINT64_MAX;
	if (take_location(u, &r, &ignored) < 0)
		return UINT64_MAX;
	return last + 1;
}

static int patch(struct upload *u, uint64_t at, str bytes, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct buf answer cleanup(buf_done) = BUF(ANSWER_BYTES);
	struct request q = at_location(u, "PATCH", (str){ 0 }, &work);
	char range[64];
	int rc;

	snprintf(range, sizeof range, "%" PRIu64 "-%" PRIu64, at, at + bytes.n - 1);
	q.content_type = "application/octet-stream";
	q.content_range = range;
	q.body = bytes;
	q.once = true; /* a piece that may have come is not sent again unasked */
	rc = ask(u, &q, &r, &answer, e);
	if (rc < 0)
		return rc;
	if (r.status != 202)
		return upstream_refused(u->to, &q, &r, buf_view(&answer), e);
	return take_location(u, &r, e);
}

static int send_piece(struct upload *u, uint64_t at, str bytes, struct error *e)
{
	uint64_t end = at + bytes.n;
	int rc = 0;

	for (unsigned i = 0; i < AGAIN_MAX; i++) {
		rc = patch(u, at, bytes, e);
		if (rc >= 0 || !error_again(rc))
			return rc;
		uint64_t there = bytes_there(u);
		if (there == end)
			return 0;
		if (there < at || there > end)
			return rc;
		bytes = str_from(bytes, (size_t)(there - at));
		at = there;
	}
	return rc;
}

static int finish(struct upload *u, const struct digest *d, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct buf answer cleanup(buf_done) = BUF(ANSWER_BYTES);
	char name[DIGEST_TEXT_BYTES];
	str query = arena_concat(&work, STR("digest="), str_c(digest_text(d, name)));
	struct request q = at_location(u, "PUT", query, &work);
	int rc = ask(u, &q, &r, &answer, e);

	if (rc < 0)
		return rc;
	return r.status == 201 ? 0 : upstream_refused(u->to, &q, &r, buf_view(&answer), e);
}

int upload_send(struct upload *u, const struct digest *d, struct stream *s,
                void (*sent)(void *ctx, uint64_t bytes), void *ctx, struct error *e)
{
	uint64_t at = 0;
	ssize_t n;
	int rc = 0;

	if (!u->piece && !(u->piece = malloc(PIECE_BYTES)))
		abort();
	while ((n = stream_read_full(s, u->piece, PIECE_BYTES, e)) > 0) {
		rc = send_piece(u, at, str_mem(u->piece, (size_t)n), e);
		if (rc < 0)
			return rc;
		at += (uint64_t)n;
		sent(ctx, (uint64_t)n);
	}
	return n < 0 ? (int)n : finish(u, d, e);
}

int upload_manifest(struct upload *u, str reference, str media_type, str bytes, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	struct response r cleanup(response_done) = { 0 };
	struct buf answer cleanup(buf_done) = BUF(ANSWER_BYTES);
	struct request q = upstream_request(u->to, "manifests", reference, &work);
	int rc;

	q.method = "PUT";
	q.content_type = arena_str(&work, media_type).p;
	q.body = bytes;
	rc = ask(u, &q, &r, &answer, e);
	if (rc < 0)
		return rc;
	return r.status == 201 || r.status == 200
	               ? 0
	               : upstream_refused(u->to, &q, &r, buf_view(&answer), e);
}

void upload_done(struct upload *u)
{
	buf_done(&u->location);
	free(u->piece);
	u->piece = NULL;
}
