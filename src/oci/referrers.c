#include "oci/referrers.h"
#include "base/json.h"
#include <stdio.h>
#include <stdlib.h>

enum { MANIFEST_MAX = 4 << 20, LAYERS_HERE_MAX = 64 };

struct search {
	const struct referrers_documents *from;
	referrers_wanted *wanted;
	struct arena *a;
	struct referrers *out;
	struct error *e;
};

static bool has_any(str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(s, str_c(words[i])) < s.n)
			return true;
	return false;
}

bool referrer_is_sbom(const struct referrer *r)
{
	static const char *const sboms[] = { "cyclonedx", "spdx", "artifact.sbom", "vnd.syft" };
	static const char *const wrappers[] = { "in-toto", "dsse", "sigstore.bundle" };
	str type = r->media_type.n ? r->media_type : r->artifact_type;

	if (r->predicate.n)
		return has_any(r->predicate, sboms, LEN(sboms));
	return !type.n || has_any(type, sboms, LEN(sboms)) ||
	       has_any(type, wrappers, LEN(wrappers)) ||
	       /* a manifest of no artifact type of its own; its documents will say */
	       (!r->media_type.n &&
	        has_any(type, (const char *const[]){ "vnd.oci.image.config", "vnd.oci.empty" }, 2));
}

bool referrer_names_vex(const struct referrer *r)
{
	static const char *const words[] = { "openvex", "csaf", "vex" };

	return has_any(r->predicate, words, LEN(words)) ||
	       (!r->predicate.n && (has_any(r->media_type, words, LEN(words)) ||
	                            has_any(r->artifact_type, words, LEN(words))));
}

bool referrer_is_vex(const struct referrer *r)
{
	static const char *const wrappers[] = { "in-toto", "dsse", "sigstore.bundle" };
	str type = r->media_type.n ? r->media_type : r->artifact_type;

	if (r->predicate.n || referrer_names_vex(r))
		return referrer_names_vex(r);
	return !type.n || has_any(type, wrappers, LEN(wrappers)) ||
	       (!r->media_type.n &&
	        has_any(type, (const char *const[]){ "vnd.oci.image.config", "vnd.oci.empty" }, 2));
}

static bool is_known(const struct search *s, const struct digest *d)
{
	for (size_t i = 0; i < s->out->found.n; i++)
		if (digest_eq(&s->out->found.v[i].digest, d))
			return true;
	return false;
}

static int add_document(struct search *s, const struct json *j, str artifact_type, str how)
{
	const struct json *notes = json_get(j, "annotations");
	struct referrer r = { .artifact_type = artifact_type, .how = how };
	int64_t size;

	if (digest_parse(json_str(j, "digest"), &r.digest, s->e) < 0)
		return s->e->code;
	if (!json_i64(j, "size", &size) || size < 0)
		return error_set(s->e, ERR_FORMAT, "no size");
	r.size_bytes = (uint64_t)size;
	r.media_type = arena_str(s->a, json_str(j, "mediaType"));
	r.predicate = arena_str(s->a, json_str(notes, "in-toto.io/predicate-type"));
	if (!r.predicate.n)
		r.predicate = arena_str(s->a, json_str(notes, "predicateType"));
	if (!s->wanted(&r) || is_known(s, &r.digest))
		return 0;
	if (s->out->found.n == REFERRERS_MAX || r.size_bytes > REFERRER_BYTES_MAX)
		return error_set(s->e, ERR_LIMIT,
		                 "more than %d documents, or one of more than %d bytes",
		                 REFERRERS_MAX, REFERRER_BYTES_MAX);
	vec_add(s->a, &s->out->found, r);
	return 0;
}

/* The documents of a manifest that is an artifact: its layers */
static int take_manifest(struct search *s, const struct json *j, str how)
{
	const struct json *layers = json_get(j, "layers");
	str type = json_str(j, "artifactType");

	if (!type.n)
		type = json_str(json_get(j, "config"), "mediaType");
	if (json_len(layers) > LAYERS_HERE_MAX)
		return error_set(s->e, ERR_LIMIT, "more than %d documents", LAYERS_HERE_MAX);
	type = arena_str(s->a, type);
	for (size_t i = 0; i < json_len(layers); i++)
		if (add_document(s, json_at(layers, i), type, how) < 0)
			return error_in(s->e, "document %zu", i);
	return 0;
}

static int read_json(struct search *s, enum referrers_from from, str name, struct json **out)
{
	struct buf text cleanup(buf_done) = BUF(MANIFEST_MAX);
	char title[100];
	struct digest want, got;
	int r = s->from->get(s->from->ctx, from, name, &text, s->e);

	if (r <= 0)
		return r;
	snprintf(title, sizeof title, "%.*s", STR_FMT(str_upto(name, 90)));
	if (from == REFERRERS_DIGEST) {
		got = digest_of(buf_view(&text));
		if (digest_parse(name, &want, s->e) < 0)
			return s->e->code;
		if (!digest_eq(&got, &want))
			return error_set(s->e, ERR_FORMAT, "%s: its bytes have another digest",
			                 title);
	}
	r = json_parse(title, buf_view(&text), out, s->e);
	return r < 0 ? r : 1;
}

static int take_by_digest(struct search *s, str digest, str how)
{
	struct json *j = NULL;
	int r = read_json(s, REFERRERS_DIGEST, digest, &j);

	if (r > 0)
		r = take_manifest(s, j, how);
	json_free(j);
	return r < 0 ? error_in(s->e, "attached %.*s", STR_FMT(str_upto(digest, 19))) : 0;
}

/* An index of manifests, each telling its artifact type */
static int take_list(struct search *s, const struct json *index, str how)
{
	const struct json *list = json_get(index, "manifests");

	if (json_len(list) > 1000)
		return error_set(s->e, ERR_LIMIT, "more than 1000 things are attached");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *j = json_at(list, i);
		struct referrer r = { .artifact_type = json_str(j, "artifactType"), .how = how };
		if (!s->wanted(&r))
			continue;
		if (take_by_digest(s, json_str(j, "digest"), how) < 0)
			return s->e->code;
	}
	return 0;
}

/* 1 there was something, 0 not */
static int ask(struct search *s, enum referrers_from from, str name, str how)
{
	struct json *j = NULL;
	int r = read_json(s, from, name, &j);

	if (r > 0 && json_is_array(json_get(j, "manifests")))
		r = take_list(s, j, how);
	else if (r > 0)
		r = take_manifest(s, j, how);
	else
		return r;
	json_free(j);
	return r < 0 ? error_in(s->e, "%.*s", STR_FMT(how)) : 1;
}

static int by_digest(const void *x, const void *y)
{
	return memcmp(((const struct referrer *)x)->digest.bytes,
	              ((const struct referrer *)y)->digest.bytes, sizeof(struct digest));
}

int referrers_list(const struct referrers_documents *from, const struct image *image,
                   referrers_wanted *wanted, struct arena *a, struct referrers *out,
                   struct error *e)
{
	static const char *const endings[] = { ".sbom", ".att" };
	struct search s = { from, wanted, a, out, e };
	str tag = arena_printf(a, "sha256-%.*s", STR_FMT(str_from(image->digest, 7)));
	int r = 0;

	if (!str_starts(image->digest, STR("sha256:")))
		return 0; /* nothing can be attached to what has no digest */
	if (image->attestation.n)
		r = take_by_digest(&s, image->attestation, STR("index"));
	if (r >= 0)
		r = ask(&s, REFERRERS_API, image->digest, STR("referrers API"));
	if (r == 0)
		r = ask(&s, REFERRERS_TAG, tag, arena_concat(a, STR("tag "), tag));
	for (size_t i = 0; r >= 0 && i < LEN(endings); i++) {
		str name = arena_concat(a, tag, str_c(endings[i]));
		r = ask(&s, REFERRERS_TAG, name, arena_concat(a, STR("tag "), name));
	}
	if (out->found.n)
		qsort(out->found.v, out->found.n, sizeof *out->found.v, by_digest);
	if (r >= 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "no memory for what is attached");
	return MIN(r, 0);
}
