/* oci/upstream.h's second half: is it a registry, and what is in it. */
#include "oci/listing.h"
#include "base/json.h"
#include "net/url.h"
#include "oci/auth.h"
#include "oci/upstream.h"

enum { WORK_BYTES = 64 << 10, PAGE_BYTES_MAX = 16 << 20, NAME_BYTES_MAX = 512, PAGE_NAMES = 1000 };

/* --- is it one --- */

static bool says_v2(const struct response *r)
{
	return str_starts(response_header(r, "Docker-Distribution-API-Version"), STR("registry/2"));
}

/* OCI makes the version's header optional: a challenge by token, or JSON, will do. */
static bool is_registry(const struct response *r)
{
	str type = response_header(r, "Content-Type");

	if (r->status == 200)
		return says_v2(r) || str_starts(type, STR("application/json"));
	if (r->status != 401)
		return false;
	return says_v2(r) ||
	       str_eq_nocase(str_upto(response_header(r, "WWW-Authenticate"), 7), STR("Bearer "));
}

int upstream_check(struct upstream *g, struct error *e)
{
	struct response r cleanup(response_done) = { 0 };
	struct stream *s cleanup(stream_cleanup) = NULL;
	struct request q = { .authorize = auth_authorize, .authorize_ctx = g->auth };
	int rc = g->base.n ? 0 : upstream_find(g, e);

	if (rc < 0)
		return rc;
	q.url = g->base.p;
	rc = client_open(g->client, &q, &r, &s, e);
	if (rc < 0)
		return rc;
	if (!is_registry(&r))
		return error_set(e, ERR_UNSUPPORTED,
		                 "%.*s answers with status %d, and not as Registry v2 does",
		                 STR_FMT(g->base), r.status);
	return r.status == 401 && g->options->username && *g->options->username
	               ? error_set(e, ERR_DENIED, "%.*s refuses our credentials",
	                           STR_FMT(g->ref.host))
	               : 0;
}

/* --- lists --- */

/* Link: </v2/_catalog?last=b&n=100>; rel="next" (distribution-spec, Listing Tags; RFC 5988) */
str listing_next(str link, struct arena *a)
{
	size_t open = str_chr(link, '<'), close = str_chr(link, '>');

	if (open >= close || close >= link.n || str_find(link, STR("next")) == link.n)
		return (str){ 0 };
	return arena_str(a, str_upto(str_from(link, open + 1), close - open - 1));
}

/* A page's address: only of this registry, whatever it says. */
str listing_address(str registry, str path, struct arena *work)
{
	struct error ignored = { 0 };
	struct url base, next;
	str origin = str_upto(registry, registry.n - 4); /* without "/v2/" */

	if (str_starts(path, STR("/")))
		return arena_concat(work, origin, path);
	if (url_parse(path, &next, &ignored) < 0 || url_parse(registry, &base, &ignored) < 0 ||
	    !url_same_origin(&base, &next))
		return (str){ 0 };
	return arena_str(work, path);
}

static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '?' || s.p[i] == '#' ||
		    s.p[i] == '%' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= NAME_BYTES_MAX && s.p[0] != '/' && str_find(s, STR("..")) == s.n &&
	       str_find(s, STR("//")) == s.n;
}

int listing_page(str body, const char *member, struct arena *a, struct name_page *out,
                 struct error *e)
{
	struct json *j = NULL;
	int rc = json_parse("the registry's list", body, &j, e);

	if (rc < 0) {
		e->code = ERR_UPSTREAM;
		return e->code;
	}
	const struct json *list = json_get(j, member);
	for (size_t i = 0; i < json_len(list); i++) {
		str name = json_text(json_at(list, i));
		if (is_name(name))
			vec_add(a, &out->names, arena_str(a, name));
	}
	json_free(j);
	return a->failed ? error_set(e, ERR_LIMIT, "the registry's list is too long") : 0;
}

static int get_page(struct upstream *g, str url, const char *member, struct arena *a,
                    struct name_page *out, struct error *e)
{
	struct buf body cleanup(buf_done) = BUF(PAGE_BYTES_MAX);
	struct response r cleanup(response_done) = { 0 };
	struct request q = { .url = url.p,
		             .accept = "application/json",
		             .authorize = auth_authorize,
		             .authorize_ctx = g->auth };
	int rc;

	*out = (struct name_page){ 0 };
	if (!url.n)
		return error_set(e, ERR_UPSTREAM, "%.*s: a next page that is elsewhere",
		                 STR_FMT(g->ref.host));
	rc = client_document(g->client, &q, PAGE_BYTES_MAX, &r, &body, e);
	if (rc < 0)
		return rc;
	if (r.status != 200)
		return upstream_refused(g, &q, &r, buf_view(&body), e);
	rc = listing_page(buf_view(&body), member, a, out, e);
	out->next = listing_next(response_header(&r, "Link"), a);
	return rc;
}

int upstream_catalog(struct upstream *g, str next, struct arena *a, struct name_page *out,
                     struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	int rc = g->base.n ? 0 : upstream_find(g, e);

	if (rc < 0)
		return rc;
	str url = next.n ? listing_address(g->base, next, &work)
	                 : arena_printf(&work, "%.*s_catalog?n=%d", STR_FMT(g->base), PAGE_NAMES);
	rc = get_page(g, url, "repositories", a, out, e);
	/* many registries have none, and each refuses it in its own way */
	if (!next.n && (rc == ERR_NOTFOUND || rc == ERR_DENIED || rc == ERR_FORMAT))
		return error_set(e, ERR_UNSUPPORTED, "%.*s has no catalog for us",
		                 STR_FMT(g->ref.host));
	return rc;
}

int upstream_tags(struct upstream *g, str next, struct arena *a, struct name_page *out,
                  struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES);
	int rc = g->base.n ? 0 : upstream_find(g, e);

	if (rc < 0)
		return rc;
	str url = next.n ? listing_address(g->base, next, &work)
	                 : arena_printf(&work, "%.*s%.*s/tags/list?n=%d", STR_FMT(g->base),
	                                STR_FMT(g->ref.repository), PAGE_NAMES);
	return get_page(g, url, "tags", a, out, e);
}
