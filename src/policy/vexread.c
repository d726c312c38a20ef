/* policy/vexread.c — which kind of document it is, and what it is wrapped in (in-toto Attestation
 * Framework v1, DSSE v1.0.2, Sigstore bundle v0.3). */
#include "policy/vexread.h"
#include "policy/vexcsaf.h"
#include "policy/vexcyclonedx.h"
#include "policy/vexopen.h"

enum { WRAPPERS_MAX = 4 };

struct unwrapping {
	struct arena *a;
	struct vex_document *out;
	unsigned wrappers;
};

static int read_any(struct unwrapping *w, const struct json *j, struct error *e);

static int digit_of(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+' || c == '-' ? 62
	       : c == '/' || c == '_' ? 63
	                              : -1;
}

/* RFC 4648 section 4 or 5; what is neither is passed over */
static str decode(struct arena *a, str text)
{
	char *out = arena_alloc(a, text.n / 4 * 3 + 3);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; out && i < text.n && text.p[i] != '='; i++) {
		int digit = digit_of(text.p[i]);
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have);
		}
	}
	return out ? str_mem(out, n) : (str){ 0 };
}

static int read_payload(struct unwrapping *w, const struct json *envelope, struct error *e)
{
	struct json *inner;
	int r = json_parse("payload", decode(w->a, json_str(envelope, "payload")), &inner, e);

	if (r < 0)
		return r;
	r = read_any(w, inner, e);
	json_free(inner);
	return r < 0 ? error_in(e, "payload") : 0;
}

static int read_attestation(struct unwrapping *w, const struct json *j, struct error *e)
{
	const struct json *subjects = json_get(j, "subject");

	for (size_t i = 0; i < json_len(subjects); i++)
		vex_add_digest(w->a, STR("sha256"),
		               json_str(json_get(json_at(subjects, i), "digest"), "sha256"),
		               &w->out->subjects);
	if (!w->out->subjects.n)
		return error_set(e, ERR_FORMAT, "an attestation without a SHA-256 of its subject");
	return read_any(w, json_get(j, "predicate"), e);
}

static int read_document(struct unwrapping *w, const struct json *j, struct error *e)
{
	str context = json_str(j, "@context");

	if (str_find(context, STR("openvex")) < context.n)
		return vexopen_read(j, w->a, w->out, e);
	if (str_eq(json_str(j, "bomFormat"), STR("CycloneDX")))
		return vexcyclonedx_read(j, w->a, w->out, e);
	if (json_str(json_get(j, "document"), "csaf_version").n)
		return vexcsaf_read(j, w->a, w->out, e);
	return error_set(e, ERR_UNSUPPORTED,
	                 "no VEX document: it is neither OpenVEX nor CSAF nor CycloneDX in JSON");
}

static int read_any(struct unwrapping *w, const struct json *j, struct error *e)
{
	if (w->wrappers++ == WRAPPERS_MAX)
		return error_set(e, ERR_LIMIT, "more than %d envelopes in each other",
		                 WRAPPERS_MAX);
	if (json_is_object(json_get(j, "dsseEnvelope")))
		return read_payload(w, json_get(j, "dsseEnvelope"), e);
	if (json_str(j, "payloadType").n)
		return read_payload(w, j, e);
	if (json_str(j, "predicateType").n)
		return read_attestation(w, j, e);
	return read_document(w, j, e);
}

int vexread(const char *name, str text, struct arena *a, struct vex_document *out, struct error *e)
{
	struct unwrapping w = { .a = a, .out = out };
	struct json *j;
	int r;

	if (text.n > VEX_BYTES_MAX)
		return error_set(e, ERR_LIMIT, "%s: larger than %d MiB", name, VEX_BYTES_MAX >> 20);
	r = json_parse(name, text, &j, e);
	if (r < 0)
		return r;
	r = read_any(&w, j, e);
	json_free(j);
	if (r >= 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "more than %zu MiB of statements", a->max_bytes >> 20);
	return r < 0 ? error_in(e, "%s", name) : 0;
}
