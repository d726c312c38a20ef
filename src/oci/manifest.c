#include "oci/manifest.h"

static const struct kind {
	str prefix; /* of a media type */
	const char *what;
} kinds[] = {
	// clang-format off
	{ STR_INIT("application/vnd.cncf.helm."),                    "a Helm chart" },
	{ STR_INIT("application/vnd.dev.cosign.simplesigning."),     "a cosign signature" },
	{ STR_INIT("application/vnd.dev.cosign.artifact.sig."),      "a cosign signature" },
	{ STR_INIT("application/vnd.dev.cosign.artifact.sbom."),     "an SBOM" },
	{ STR_INIT("application/vnd.dev.sigstore.bundle"),           "a Sigstore bundle" },
	{ STR_INIT("application/vnd.cncf.notary.signature"),         "a Notation signature" },
	{ STR_INIT("application/vnd.in-toto"),                       "an in-toto attestation" },
	{ STR_INIT("application/vnd.dsse."),                         "an attestation" },
	{ STR_INIT("application/vnd.cyclonedx"),                     "an SBOM (CycloneDX)" },
	{ STR_INIT("application/spdx"),                              "an SBOM (SPDX)" },
	{ STR_INIT("text/spdx"),                                     "an SBOM (SPDX)" },
	{ STR_INIT("application/vnd.syft"),                          "an SBOM (Syft)" },
	{ STR_INIT("application/sarif"),                             "a scan report (SARIF)" },
	{ STR_INIT("application/vnd.docker.plugin."),                "a Docker plugin" },
	{ STR_INIT("application/vnd.docker.ai."),                    "an AI model" },
	{ STR_INIT("application/vnd.cncf.model."),                   "an AI model" },
	{ STR_INIT("application/vnd.ollama."),                       "an AI model" },
	{ STR_INIT("application/vnd.wasm."),                         "a WebAssembly module" },
	{ STR_INIT("application/vnd.module.wasm."),                  "a WebAssembly module" },
	{ STR_INIT("application/vnd.sylabs.sif."),                   "a Singularity image" },
	{ STR_INIT("application/vnd.cncf.openpolicyagent."),         "an OPA bundle" },
	{ STR_INIT("application/vnd.cncf.flux."),                    "a Flux artifact" },
	{ STR_INIT("application/vnd.buildkit.cacheconfig."),         "a build cache" },
	{ STR_INIT("application/vnd.docker.distribution.manifest.v1"), "of the old manifest schema 1" },
	// clang-format on
};

static bool is_image_config(str type)
{
	return str_eq(type, STR("application/vnd.oci.image.config.v1+json")) ||
	       str_eq(type, STR("application/vnd.docker.container.image.v1+json")) ||
	       str_eq(type, STR("application/octet-stream")); /* early pushes of schema 2 */
}

static bool is_layer(str type)
{
	return str_starts(type, STR("application/vnd.oci.image.layer.")) ||
	       str_starts(type, STR("application/vnd.docker.image.rootfs."));
}

bool manifest_is_index_type(str type)
{
	return str_eq(type, STR("application/vnd.oci.image.index.v1+json")) ||
	       str_eq(type, STR("application/vnd.docker.distribution.manifest.list.v2+json"));
}

static bool is_image_type(str type)
{
	return str_eq(type, STR("application/vnd.oci.image.manifest.v1+json")) ||
	       str_eq(type, STR("application/vnd.docker.distribution.manifest.v2+json"));
}

static int no_image(const char *name, str type, struct error *e)
{
	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_starts(type, kinds[i].prefix))
			return error_set(e, ERR_UNSUPPORTED, "%s: this is no image but %s (%.*s)",
			                 name, kinds[i].what, STR_FMT(type));
	return error_set(e, ERR_UNSUPPORTED, "%s: this is no image but an artifact of type %.*s",
	                 name, STR_FMT(type));
}

/* --- documents --- */

static void read_platform(const struct json *j, struct arena *a, struct platform *out)
{
	out->os = arena_str(a, json_str(j, "os"));
	out->arch = arena_str(a, json_str(j, "architecture"));
	out->variant = arena_str(a, json_str(j, "variant"));
	out->os_version = arena_str(a, json_str(j, "os.version"));
}

/* "offset:size:plain size:1" */
static bool read_position(str text, struct layer_table *t)
{
	uint64_t kind = 0, *values[] = { &t->at, &t->size_bytes, &t->plain_bytes, &kind };
	str piece;

	for (size_t i = 0; i < LEN(values); i++)
		if (!str_split(&text, ':', &piece) || !str_u64(piece, values[i]))
			return false;
	return !text.n && kind == 1;
}

/* containerd.io/snapshot/stargz (stargz-snapshotter, docs/estargz.md) and zstd:chunked
 * (containers/storage, docs/containers-storage-zstd-chunked.md); what is odd is not used */
static struct layer_table read_table(const struct json *notes)
{
	struct layer_table t = { 0 };
	struct error ignored = { 0 };
	str stargz = json_str(notes, "containerd.io/snapshot/stargz/toc.digest");
	str sum = json_str(notes, "io.github.containers.zstd-chunked.manifest-checksum");
	str position = json_str(notes, "io.github.containers.zstd-chunked.manifest-position");

	if (stargz.n && digest_parse(stargz, &t.digest, &ignored) >= 0)
		t.kind = TABLE_ESTARGZ;
	else if (sum.n && digest_parse(sum, &t.digest, &ignored) >= 0 &&
	         read_position(position, &t))
		t.kind = TABLE_ZSTD_CHUNKED;
	return t;
}

static int read_descriptor(const struct json *j, struct arena *a, struct descriptor *out,
                           struct error *e)
{
	const struct json *notes = json_get(j, "annotations");
	str artifact = json_str(j, "artifactType");
	int64_t size;
	int r = digest_parse(json_str(j, "digest"), &out->digest, e);

	if (r < 0)
		return r;
	if (!json_i64(j, "size", &size) || size < 0)
		return error_set(e, ERR_FORMAT, "no size");
	out->size_bytes = (uint64_t)size;
	out->media_type = arena_str(a, json_str(j, "mediaType"));
	out->ref_name = arena_str(a, json_str(notes, "org.opencontainers.image.ref.name"));
	out->table = read_table(notes);
	read_platform(json_get(j, "platform"), a, &out->platform);
	out->refers_to = arena_str(a, json_str(notes, "vnd.docker.reference.digest"));
	out->attestation = json_str(notes, "vnd.docker.reference.type").n > 0 ||
	                   (artifact.n && !is_image_config(artifact));
	out->foreign = str_find(out->media_type, STR(".foreign.")) < out->media_type.n ||
	               str_find(out->media_type, STR("nondistributable")) < out->media_type.n;
	return 0;
}

static int read_entries(const char *name, const struct json *list, const char *what, size_t most,
                        struct arena *a, struct manifest *out, struct error *e)
{
	if (json_len(list) > most)
		return error_set(e, ERR_LIMIT, "%s: more than %zu %ss", name, most, what);
	for (size_t i = 0; i < json_len(list); i++) {
		struct descriptor d = { 0 };
		int r = read_descriptor(json_at(list, i), a, &d, e);
		if (r < 0)
			return error_in(e, "%s: %s %zu", name, what, i);
		vec_add(a, &out->entries, d);
	}
	return a->failed ? error_set(e, ERR_LIMIT, "%s: too large", name) : 0;
}

static void read_labels(const struct json *labels, struct arena *a, struct label_list *out)
{
	const struct json *value;
	void *it = NULL;
	str key;

	while (json_next(labels, &it, &key, &value) > 0) {
		struct label *l = vec_push(a, out);
		if (!l)
			return;
		*l = (struct label){ arena_str(a, key), arena_str(a, json_text(value)) };
	}
}

static int read_image(const char *name, const struct json *j, struct arena *a, struct manifest *out,
                      struct error *e)
{
	str artifact = json_str(j, "artifactType");
	int r;

	if (artifact.n && !is_image_config(artifact))
		return no_image(name, artifact, e);
	r = read_descriptor(json_get(j, "config"), a, &out->config, e);
	if (r < 0)
		return error_in(e, "%s: config", name);
	if (!is_image_config(out->config.media_type))
		return no_image(name, out->config.media_type, e);
	read_labels(json_get(j, "annotations"), a, &out->annotations);
	r = read_entries(name, json_get(j, "layers"), "layer", LAYERS_MAX, a, out, e);
	for (size_t i = 0; !r && i < out->entries.n; i++) {
		str type = out->entries.v[i].media_type;
		if (str_ends(type, STR("+encrypted")))
			r = error_set(e, ERR_UNSUPPORTED, "%s: the image is encrypted", name);
		else if (!is_layer(type))
			r = no_image(name, type, e);
	}
	return r;
}

static int read_document(const char *name, const struct json *j, str content_type, struct arena *a,
                         struct manifest *out, struct error *e)
{
	str type = json_str(j, "mediaType");
	bool has_index = json_is_array(json_get(j, "manifests"));
	bool has_image = json_is_array(json_get(j, "layers"));
	int64_t schema = 0;

	json_i64(j, "schemaVersion", &schema);
	if (!json_is_object(j))
		return error_set(e, ERR_FORMAT, "%s: no manifest", name);
	if (schema == 1 || json_is_array(json_get(j, "fsLayers")))
		return error_set(
		        e, ERR_UNSUPPORTED,
		        "%s: of the old manifest schema 1; push it again with a newer client",
		        name);
	if (has_index &&
	    has_image) /* CVE-2021-41190: which of the two would depend on the reader */
		return error_set(e, ERR_FORMAT, "%s: both an index and an image", name);
	if (!type.n && (manifest_is_index_type(content_type) || is_image_type(content_type)))
		type = content_type;
	if (!type.n)
		type = has_index ? STR("application/vnd.oci.image.index.v1+json")
		                 : STR("application/vnd.oci.image.manifest.v1+json");
	out->media_type = arena_str(a, type);
	if (manifest_is_index_type(type) && has_index) {
		out->index = true;
		return read_entries(name, json_get(j, "manifests"), "manifest", INDEX_ENTRIES_MAX,
		                    a, out, e);
	}
	if (is_image_type(type) && has_image)
		return read_image(name, j, a, out, e);
	if (manifest_is_index_type(type) || is_image_type(type))
		return error_set(e, ERR_FORMAT, "%s: no %s in it", name,
		                 manifest_is_index_type(type) ? "manifests" : "layers");
	return no_image(name, json_str(j, "artifactType").n ? json_str(j, "artifactType") : type,
	                e);
}

int manifest_parse(const char *name, str text, str content_type, struct arena *a,
                   struct manifest *out, struct error *e)
{
	struct manifest m = { 0 };
	struct json *j = NULL;
	size_t semicolon = str_chr(content_type, ';');
	int r = json_parse(name, text, &j, e);

	if (r < 0)
		return r;
	r = read_document(name, j, str_trim(str_upto(content_type, semicolon)), a, &m, e);
	json_free(j);
	if (!r)
		*out = m;
	return r;
}

/* --- into the image --- */

int manifest_fill(const struct manifest *m, struct arena *a, struct image *image, struct error *e)
{
	char text[DIGEST_TEXT_BYTES];

	image->media_type = m->media_type;
	image->config_digest = arena_str(a, str_c(digest_text(&m->config.digest, text)));
	for (size_t i = 0; i < m->entries.n; i++) {
		const struct descriptor *d = &m->entries.v[i];
		struct layer *l = vec_push(a, &image->layers);
		if (l)
			*l = (struct layer){ .digest = d->digest,
				             .has_digest = true,
				             .media_type = d->media_type,
				             .size_bytes = d->size_bytes,
				             .foreign = d->foreign,
				             .table = d->table };
	}
	for (size_t i = 0; i < m->annotations.n; i++)
		vec_add(a, &image->annotations, m->annotations.v[i]);
	return a->failed ? error_set(e, ERR_LIMIT, "the manifest is too large") : 0;
}

/* History has an entry for each step, layers only for those that changed files. */
static void read_history(const struct json *history, struct arena *a, struct image *image)
{
	size_t layer = 0;

	for (size_t i = 0; i < json_len(history) && layer < image->layers.n; i++) {
		const struct json *step = json_at(history, i);
		if (!json_bool(step, "empty_layer"))
			image->layers.v[layer++].created_by =
			        arena_str(a, json_str(step, "created_by"));
	}
}

static int read_config(const char *name, const struct json *j, struct arena *a, struct image *image,
                       struct error *e)
{
	const struct json *diff_ids = json_get(json_get(j, "rootfs"), "diff_ids");
	struct platform p = { 0 };

	if (!json_is_object(j))
		return error_set(e, ERR_FORMAT, "%s: no configuration", name);
	read_platform(j, a, &p);
	if (json_len(diff_ids) != image->layers.n)
		return error_set(e, ERR_FORMAT, "%s: %zu diff IDs for %zu layers", name,
		                 json_len(diff_ids), image->layers.n);
	for (size_t i = 0; i < image->layers.n; i++)
		image->layers.v[i].diff_id = arena_str(a, json_text(json_at(diff_ids, i)));
	image->os = p.os;
	image->arch = p.arch;
	image->variant = p.variant;
	image->os_version = p.os_version;
	image->created = arena_str(a, json_str(j, "created"));
	read_history(json_get(j, "history"), a, image);
	read_labels(json_get(json_get(j, "config"), "Labels"), a, &image->labels);
	return a->failed ? error_set(e, ERR_LIMIT, "%s: too large", name) : 0;
}

int manifest_config(const char *name, str text, struct arena *a, struct image *image,
                    struct error *e)
{
	struct json *j = NULL;
	int r = json_parse(name, text, &j, e);

	if (r < 0)
		return r;
	r = read_config(name, j, a, image, e);
	json_free(j);
	return r;
}
