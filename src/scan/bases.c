#include "scan/bases.h"
#include "base/cursor.h"

/* A record lies under the digest of a chain of layers, and under that of the manifest's digest:
 * name, manifest, number of layers, chain. The last image that was scanned names a chain. */
enum { RECORD_BYTES_MAX = 4096 };

struct known {
	str name, manifest;
	size_t layers;
	struct digest chain;
};

static struct digest name_of(const char *kind, const void *p, size_t n)
{
	struct digester *d = digester_new();
	struct digest out;

	digester_add(d, kind, strlen(kind) + 1);
	digester_add(d, p, n);
	digester_end(d, &out);
	digester_free(d);
	return out;
}

/* chains[k] is of the lowest k + 1 layers; how many there are before one without a digest */
static size_t make_chains(const struct image *image, struct arena *a, struct digest **out)
{
	struct digest *chains = arena_many(a, image->layers.n + 1, struct digest);
	unsigned char both[64] = { 0 };
	size_t n = 0;

	for (; chains && n < image->layers.n && image->layers.v[n].has_digest; n++) {
		memcpy(both + 32, image->layers.v[n].digest.bytes, 32);
		chains[n] = name_of("chain", both, sizeof both);
		memcpy(both, chains[n].bytes, 32);
	}
	*out = chains;
	return n;
}

static struct digest name_of_manifest(str digest)
{
	return name_of("manifest", digest.p, digest.n);
}

static bool look_up(struct cachestore *s, const struct digest *name, struct arena *a,
                    struct known *out)
{
	struct buf record cleanup(buf_done) = BUF(RECORD_BYTES_MAX);

	if (!s || !cachestore_get(s, CACHE_IMAGES, name, &record))
		return false;
	struct cursor c = CURSOR("record", record.p, record.n);
	out->name = arena_str(a, cur_str(&c));
	out->manifest = arena_str(a, cur_str(&c));
	out->layers = cur_le32(&c);
	str chain = cur_bytes(&c, sizeof out->chain.bytes);
	if (cur_bad(&c) || cur_left(&c) || !out->layers)
		return false;
	memcpy(out->chain.bytes, chain.p, sizeof out->chain.bytes);
	return true;
}

/* Of several images of the same layers the one of the shortest name speaks for them, whatever the
 * order they were scanned in: "debian:12" rather than what somebody made of it with a label. */
static bool speaks_first(const struct known *there, str name)
{
	return there->name.n != name.n ? there->name.n < name.n : str_cmp(there->name, name) < 0;
}

static void renew(struct cachestore *s, struct arena *a, const struct digest *at, str name,
                  str manifest, str record)
{
	struct known there;
	bool found = look_up(s, at, a, &there), same = found && str_eq(there.name, name);

	if (!found || (same && !str_eq(there.manifest, manifest)) ||
	    (!same && !speaks_first(&there, name)))
		cachestore_put(s, CACHE_IMAGES, at, record);
}

void bases_remember(struct cachestore *s, const struct image *image)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct buf record cleanup(buf_done) = BUF(RECORD_BYTES_MAX);
	bool named =
	        str_eq(image->kind, STR("registry")) || str_chr(image->name, ':') < image->name.n;
	struct digest *chains, by_manifest = name_of_manifest(image->digest);
	str name = named ? image->name : image->target;
	size_t n = make_chains(image, &a, &chains);

	if (!n || n < image->layers.n || !image->digest.n)
		return;
	buf_str(&record, name);
	buf_str(&record, image->digest);
	buf_u32(&record, (uint32_t)n);
	buf_add(&record, str_mem(chains[n - 1].bytes, sizeof chains->bytes));
	if (record.failed)
		return;
	renew(s, &a, &by_manifest, name, image->digest, buf_view(&record));
	renew(s, &a, &chains[n - 1], name, image->digest, buf_view(&record));
}

static str value_of(const struct label_list *list, str key)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->v[i].key, key))
			return list->v[i].value;
	return (str){ 0 };
}

#define BASE "org.opencontainers.image.base."

/* What the image says of itself: by an annotation of its manifest, or by a label, which the images
 * made from it have too (image-spec, annotations.md). Name and digest are of one kind. */
struct said {
	str name, digest, how, how_proven;
};

static struct said what_it_says(const struct image *image)
{
	const struct label_list *notes = &image->annotations, *labels = &image->labels;
	struct said by_note = { value_of(notes, STR(BASE "name")),
		                value_of(notes, STR(BASE "digest")), STR("annotation " BASE "name"),
		                STR("annotation " BASE "digest, and its layers") };
	struct said by_label = { value_of(labels, STR(BASE "name")),
		                 value_of(labels, STR(BASE "digest")), STR("label " BASE "name"),
		                 STR("label " BASE "digest, and its layers") };

	return by_note.name.n || by_note.digest.n ? by_note : by_label;
}

static void claim(struct base_image *b, str name, str digest, size_t layers, str how)
{
	*b = (struct base_image){ .name = name, .digest = digest, .how = how, .layers = layers };
}

void bases_find(struct cachestore *s, struct arena *a, struct scan_report *r)
{
	const struct image *image = &r->image;
	struct said said = what_it_says(image);
	str name = said.name, digest = said.digest;
	struct digest *chains, by_manifest = name_of_manifest(digest);
	size_t n = make_chains(image, a, &chains);
	struct digest ignored;
	struct error e = { 0 };
	struct known known;

	if (digest.n && digest_parse(digest, &ignored, &e) < 0)
		digest = (str){ 0 };
	if (digest.n && look_up(s, &by_manifest, a, &known) && known.layers <= n &&
	    digest_eq(&chains[known.layers - 1], &known.chain)) {
		claim(&r->base, name.n ? name : known.name, digest, known.layers, said.how_proven);
		return;
	}
	/* a whole image below this one: not all of it, which would be this image by another name */
	for (size_t k = MIN(n, image->layers.n ? image->layers.n - 1 : 0); k > 0; k--)
		if (look_up(s, &chains[k - 1], a, &known) && known.layers == k) {
			claim(&r->base, known.name, known.manifest, k,
			      arena_printf(a, "layers of %.*s", STR_FMT(known.name)));
			return;
		}
	if (name.n || digest.n)
		claim(&r->base, name, digest, 0, said.how);
}
