#include "oci/resolve.h"
#include <inttypes.h>
#include <stdio.h>

/* "manifest sha256:0123456789ab": long enough to be found, short enough to be read */
static void name_of(enum document_kind kind, const struct descriptor *d, char out[64])
{
	char text[DIGEST_TEXT_BYTES];
	snprintf(out, 64, "%s %.19s", kind == DOCUMENT_CONFIG ? "configuration" : "manifest",
	         digest_text(&d->digest, text));
}

static int read_checked(const struct documents *from, enum document_kind kind,
                        const struct descriptor *d, struct arena *a, struct buf *out, str *type,
                        struct error *e)
{
	char name[64], text[DIGEST_TEXT_BYTES];
	struct digest got;
	int r;

	name_of(kind, d, name);
	if (d->size_bytes != UINT64_MAX && d->size_bytes > out->max_bytes)
		return error_set(e, ERR_LIMIT, "%s: %" PRIu64 " bytes are more than %zu", name,
		                 d->size_bytes, out->max_bytes);
	r = from->read(from->ctx, kind, d, a, out, type, e);
	if (r < 0)
		return error_in(e, "%s", name);
	if (out->failed)
		return error_set(e, ERR_LIMIT, "%s: larger than %zu bytes", name, out->max_bytes);
	if (d->size_bytes != UINT64_MAX && out->n != d->size_bytes)
		return error_set(e, ERR_FORMAT, "%s: %zu bytes, but %" PRIu64 " were promised",
		                 name, out->n, d->size_bytes);
	got = digest_of(buf_view(out));
	if (!digest_eq(&got, &d->digest))
		return error_set(e, ERR_FORMAT, "%s: its bytes have another digest, %s", name,
		                 digest_text(&got, text));
	return 0;
}

static int read_config(const struct documents *from, const struct manifest *m, struct arena *a,
                       struct image *image, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(CONFIG_BYTES_MAX);
	str type = { 0 };
	char name[64];
	int r = read_checked(from, DOCUMENT_CONFIG, &m->config, a, &text, &type, e);

	if (r < 0)
		return r;
	name_of(DOCUMENT_CONFIG, &m->config, name);
	return manifest_config(name, buf_view(&text), a, image, e);
}

int resolve_check(const struct image *image, const char *platform, struct arena *a, struct error *e)
{
	struct platform have = { image->os, image->arch, image->variant, { 0 } }, want;
	struct descriptor only = { .platform = have };
	struct manifest one = { .index = true };
	const struct descriptor *chosen;
	int r = platform ? platform_parse(platform, a, &want, e) : 0;

	if (r < 0 || !platform || !have.os.n || !have.arch.n)
		return r;
	vec_add(a, &one.entries, only);
	return manifest_choose(&one, &want, a, &chosen, e);
}

/* Without a wish spelled out, an index of nothing but Windows means the one of this architecture. */
static int choose(const struct manifest *index, const struct platform *want, bool spelled_out,
                  struct arena *a, const struct descriptor **out, struct error *e)
{
	struct platform windows = { .os = STR("windows"), .arch = want->arch };
	struct error again = { 0 };
	int r = manifest_choose(index, want, a, out, e);

	if (r != ERR_UNSUPPORTED || spelled_out ||
	    manifest_choose(index, &windows, a, out, &again) < 0)
		return r;
	*e = (struct error){ 0 };
	return 0;
}

static void note_attestation(const struct manifest *index, const struct descriptor *chosen,
                             struct arena *a, struct image *image)
{
	char of[DIGEST_TEXT_BYTES], text[DIGEST_TEXT_BYTES];

	digest_text(&chosen->digest, of);
	for (size_t i = 0; i < index->entries.n; i++)
		if (str_eq(index->entries.v[i].refers_to, str_c(of)))
			image->attestation = arena_str(
			        a, str_c(digest_text(&index->entries.v[i].digest, text)));
}

int resolve_image(const struct documents *from, const struct descriptor *start,
                  const char *platform, struct arena *a, struct image *image, struct error *e)
{
	char name[64], text[DIGEST_TEXT_BYTES];
	const struct descriptor *at = start;
	struct manifest m = { .index = true };
	struct platform want = { 0 };
	int r = platform_parse(platform, a, &want, e);

	for (unsigned depth = 0; r >= 0 && m.index; depth++) {
		struct buf document cleanup(buf_done) = BUF(INDEX_BYTES_MAX);
		str type = at->media_type;
		if (depth == INDEX_DEPTH_MAX)
			return error_set(e, ERR_LIMIT, "indexes nested deeper than %d",
			                 INDEX_DEPTH_MAX);
		r = read_checked(from, DOCUMENT_MANIFEST, at, a, &document, &type, e);
		name_of(DOCUMENT_MANIFEST, at, name);
		if (r >= 0)
			r = manifest_parse(name, buf_view(&document), type, a, &m, e);
		if (r >= 0 && !m.index && document.n > MANIFEST_BYTES_MAX)
			r = error_set(e, ERR_LIMIT, "%s: larger than %d bytes", name,
			              MANIFEST_BYTES_MAX);
		if (r >= 0 && !m.index)
			image->digest = arena_str(a, str_c(digest_text(&at->digest, text)));
		if (r >= 0 && m.index)
			r = choose(&m, &want, platform, a, &at, e);
		if (r >= 0 && m.index)
			note_attestation(&m, at, a, image);
	}
	if (r >= 0)
		r = manifest_fill(&m, a, image, e);
	if (r >= 0)
		r = read_config(from, &m, a, image, e);
	return r < 0 ? r : resolve_check(image, platform, a, e);
}

/* --- all of an index --- */

static void add_platform(const struct descriptor *d, struct arena *a, struct platform_list *out)
{
	char text[DIGEST_TEXT_BYTES];

	vec_add(a, &out->entries,
	        ((struct platform_entry){ d->platform.os.n ? platform_text(a, &d->platform)
	                                                   : (str){ 0 },
	                                  arena_str(a, str_c(digest_text(&d->digest, text))) }));
}

static int list_platforms(const struct documents *from, const struct descriptor *at, unsigned depth,
                          struct arena *a, struct platform_list *out, struct error *e)
{
	struct buf document cleanup(buf_done) = BUF(INDEX_BYTES_MAX);
	struct manifest m = { 0 };
	str type = at->media_type;
	char name[64];
	int r;

	if (depth == INDEX_DEPTH_MAX)
		return error_set(e, ERR_LIMIT, "indexes nested deeper than %d", INDEX_DEPTH_MAX);
	r = read_checked(from, DOCUMENT_MANIFEST, at, a, &document, &type, e);
	name_of(DOCUMENT_MANIFEST, at, name);
	if (r >= 0)
		r = manifest_parse(name, buf_view(&document), type, a, &m, e);
	if (r >= 0 && !m.index)
		add_platform(at, a, out);
	for (size_t i = 0; r >= 0 && m.index && i < m.entries.n; i++) {
		const struct descriptor *d = &m.entries.v[i];
		if (d->attestation || str_eq(d->platform.os, STR("unknown")))
			out->left_out++;
		else if (manifest_is_index_type(d->media_type))
			r = list_platforms(from, d, depth + 1, a, out, e);
		else
			add_platform(d, a, out);
		if (out->entries.n > INDEX_ENTRIES_MAX)
			r = error_set(e, ERR_LIMIT, "more than %d images", INDEX_ENTRIES_MAX);
	}
	return r;
}

int resolve_platforms(const struct documents *from, const struct descriptor *start, struct arena *a,
                      struct platform_list *out, struct error *e)
{
	int r = list_platforms(from, start, 0, a, out, e);

	if (r >= 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "the index is too large");
	if (r >= 0 && !out->entries.n)
		r = error_set(e, ERR_UNSUPPORTED, "the index holds no image");
	return r;
}

/* --- one of a layout --- */

bool resolve_is_named(const struct descriptor *d, str ref)
{
	char text[DIGEST_TEXT_BYTES];
	size_t colon = str_rchr(d->ref_name, ':'), slash = str_rchr(d->ref_name, '/');

	if (str_eq(d->ref_name, ref) || str_eq(str_c(digest_text(&d->digest, text)), ref))
		return true;
	return colon < d->ref_name.n && (slash == d->ref_name.n || slash < colon) &&
	       str_eq(str_from(d->ref_name, colon + 1), ref);
}

static int several(const struct manifest *index, str ref, struct error *e)
{
	struct buf names cleanup(buf_done) = BUF(600);
	char text[DIGEST_TEXT_BYTES];

	for (size_t i = 0; i < index->entries.n; i++) {
		const struct descriptor *d = &index->entries.v[i];
		buf_add(&names, i ? STR(", ") : STR(""));
		buf_add(&names, d->ref_name.n ? d->ref_name : str_c(digest_text(&d->digest, text)));
	}
	if (!names.n)
		return error_set(e, ERR_FORMAT, "index.json names no image");
	if (ref.n)
		return error_set(e, ERR_NOTFOUND, "there is no one image %.*s; there is %.*s",
		                 STR_FMT(ref), STR_FMT(buf_view(&names)));
	return error_set(e, ERR_USAGE, "there are several images, name one: %.*s",
	                 STR_FMT(buf_view(&names)));
}

/* Do all of them mean one image: the same one, or (when `platforms`) one for several platforms? */
static bool is_one(const struct manifest *of, bool platforms)
{
	const struct descriptor *first = of->entries.v;

	for (size_t i = 0; i < of->entries.n; i++) {
		const struct descriptor *d = &of->entries.v[i];
		if (platforms ? !d->platform.os.n || !str_eq(d->ref_name, first->ref_name)
		              : !digest_eq(&d->digest, &first->digest))
			return false;
	}
	return of->entries.n > 0;
}

int resolve_entry(const struct manifest *index, str ref, const char *platform, struct arena *a,
                  const struct descriptor **out, struct error *e)
{
	struct manifest meant = { .index = true };
	struct platform want;
	int r = platform_parse(platform, a, &want, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < index->entries.n; i++) {
		const struct descriptor *d = &index->entries.v[i];
		if (ref.n ? resolve_is_named(d, ref) : !d->attestation)
			vec_add(a, &meant.entries, *d);
	}
	if (a->failed)
		return error_set(e, ERR_LIMIT, "index.json is too large");
	if (is_one(&meant, true) && meant.entries.n > 1)
		return choose(&meant, &want, platform, a, out, e);
	if (!is_one(&meant, false))
		return several(index, ref, e);
	*out = meant.entries.v;
	return 0;
}
