#include "api/hookread.h"
#include "api/ocinames.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/time.h"

struct reading {
	struct arena *a;
	struct hook_batch *out;
	size_t seen;
};

/* Blobs are pushed and pulled by the same requests; charts and signatures are manifests, and are told apart later. */
static bool is_manifest(str media_type)
{
	static const char *const kinds[] = {
		"application/vnd.docker.distribution.manifest.v2+json",
		"application/vnd.docker.distribution.manifest.list.v2+json",
		"application/vnd.docker.distribution.manifest.v1+json",
		"application/vnd.docker.distribution.manifest.v1+prettyjws",
		"application/vnd.oci.image.manifest.v1+json",
		"application/vnd.oci.image.index.v1+json",
	};
	str type = str_trim(str_upto(media_type, str_chr(media_type, ';')));

	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_eq_nocase(type, str_c(kinds[i])))
			return true;
	return false;
}

/* --- one event --- */

static void damaged(struct reading *r, const char *why)
{
	if (!r->out->damaged++)
		r->out->why = arena_printf(r->a, "event %zu: %s", r->seen, why);
}

/* What it says, so that a repeat says the same. */
static str digest_as_source(struct arena *a, const struct event *v)
{
	struct digester *d = digester_new();
	const str texts[] = { v->repository, v->tag, v->digest, v->agent };
	const int64_t numbers[] = { v->kind, v->happened_at };
	char text[DIGEST_TEXT_BYTES];
	struct digest sum;

	for (size_t i = 0; i < LEN(texts); i++) {
		digester_add(d, texts[i].p, texts[i].n);
		digester_add(d, "", 1);
	}
	digester_add(d, numbers, sizeof numbers);
	digester_end(d, &sum);
	digester_free(d);
	return arena_str(a, str_c(digest_text(&sum, text)));
}

static const char *what_is_wrong(const struct event *v)
{
	if (!ocinames_repository(v->repository))
		return "its repository's name is none";
	if (v->tag.n && !ocinames_tag(v->tag))
		return "its tag is none";
	if (v->digest.n && !ocinames_digest(v->digest))
		return "its digest is none";
	if (!v->digest.n && v->kind != EVENT_DELETE)
		return "it has no digest";
	return NULL;
}

static void keep(struct reading *r, struct event *v)
{
	const char *why;

	r->seen++;
	if (str_eq(v->tag, v->digest) || ocinames_digest(v->tag)) /* Harbor's word for what was pulled without a tag */
		v->tag = (str){ 0 };
	why = what_is_wrong(v);
	if (why) {
		damaged(r, why);
		return;
	}
	if (v->media_type.n > EVENT_TEXT_MAX)
		v->media_type = (str){ 0 };
	if (v->happened_at < 0)
		v->happened_at = 0;
	if (!v->source.n || v->source.n > EVENT_TEXT_MAX || str_chr(v->source, 0) < v->source.n)
		v->source = digest_as_source(r->a, v);
	v->source = arena_str(r->a, v->source);
	v->repository = arena_str(r->a, v->repository);
	v->tag = arena_str(r->a, v->tag);
	v->digest = arena_str(r->a, v->digest);
	v->media_type = arena_str(r->a, str_chr(v->media_type, 0) < v->media_type.n ? (str){ 0 } : v->media_type);
	v->agent = arena_str(r->a, v->agent);
	vec_add(r->a, &r->out->events, *v);
}

static void leave_out(struct reading *r)
{
	r->seen++;
	r->out->left_out++;
}

static bool kind_of(str action, enum event_kind *out)
{
	static const struct {
		const char *word;
		enum event_kind kind;
	} words[] = {
		{ "push", EVENT_PUSH },           { "quarantine", EVENT_PUSH },
		{ "pull", EVENT_PULL },           { "delete", EVENT_DELETE },
		{ "PUSH_ARTIFACT", EVENT_PUSH },  { "PULL_ARTIFACT", EVENT_PULL },
		{ "DELETE_ARTIFACT", EVENT_DELETE },
		{ "harbor.artifact.pushed", EVENT_PUSH },
		{ "harbor.artifact.pulled", EVENT_PULL },
		{ "harbor.artifact.deleted", EVENT_DELETE },
		{ "Microsoft.ContainerRegistry.ImagePushed", EVENT_PUSH },
		{ "Microsoft.ContainerRegistry.ImageDeleted", EVENT_DELETE },
	};

	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq_nocase(action, str_c(words[i].word))) {
			*out = words[i].kind;
			return true;
		}
	return false;
}

/* Docker distribution tells of a HEAD as of a pull. */
static bool is_a_look(const struct json *event, enum event_kind kind)
{
	return kind == EVENT_PULL && str_eq_nocase(json_str(json_get(event, "request"), "method"), STR("HEAD"));
}

/* Docker distribution's event, which ACR and Event Grid have taken over. */
static void read_event(struct reading *r, const struct json *event, str action, str source, str time)
{
	const struct json *target = json_get(event, "target");
	struct event v = { .source = source };

	if (!kind_of(action, &v.kind)) {
		leave_out(r);
		return;
	}
	v.repository = json_str(target, "repository");
	v.tag = json_str(target, "tag");
	v.digest = json_str(target, "digest");
	v.media_type = json_str(target, "mediaType");
	v.agent = json_str(json_get(event, "request"), "useragent");
	if (!time_parse(time, &v.happened_at))
		v.happened_at = 0;
	/* Who tells of a push without its kind means images; of a delete only some tell the kind. */
	if ((v.media_type.n && !is_manifest(v.media_type)) || is_a_look(event, v.kind))
		leave_out(r);
	else
		keep(r, &v);
}

/* --- the senders --- */

static int too_many(struct error *e, size_t n)
{
	return error_set(e, ERR_LIMIT, "%zu events at a time, %d are taken", n, EVENT_BATCH_MAX);
}

static int read_notifications(struct reading *r, const struct json *events, struct error *e)
{
	if (json_len(events) > EVENT_BATCH_MAX)
		return too_many(e, json_len(events));
	for (size_t i = 0; i < json_len(events); i++) {
		const struct json *v = json_at(events, i);
		if (json_is_object(v))
			read_event(r, v, json_str(v, "action"), json_str(v, "id"), json_str(v, "timestamp"));
		else
			r->seen++, damaged(r, "it is no object");
	}
	return 0;
}

/* Its own schema, and CloudEvents: eventType or type, eventTime or time. */
static int read_grid(struct reading *r, const struct json *list, struct error *e)
{
	if (json_len(list) > EVENT_BATCH_MAX)
		return too_many(e, json_len(list));
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *v = json_at(list, i), *data = json_get(v, "data");
		str type = json_str(v, json_get(v, "eventType") ? "eventType" : "type");
		str time = json_str(v, json_get(v, "eventTime") ? "eventTime" : "time");
		if (!json_is_object(v))
			r->seen++, damaged(r, "it is no object");
		else if (str_eq_nocase(type, STR("Microsoft.EventGrid.SubscriptionValidationEvent")))
			r->out->validation = arena_str(r->a, json_str(data, "validationCode"));
		else
			read_event(r, data, type, json_str(v, "id"), time);
	}
	return 0;
}

/* {type, occur_at, operator, event_data {resources [{digest, tag}], repository {repo_full_name}}}; as a CloudEvent
 * {id, type, time, data {…}}. Who pulled is told by name only. */
static int read_harbor(struct reading *r, const struct json *doc, const struct json *data, struct error *e)
{
	const struct json *resources = json_get(data, "resources");
	struct event common = { .repository = json_str(json_get(data, "repository"), "repo_full_name") };
	str id = json_str(doc, "id");

	if (json_len(resources) > EVENT_BATCH_MAX)
		return too_many(e, json_len(resources));
	if (!kind_of(json_str(doc, "type"), &common.kind)) {
		leave_out(r);
		return 0;
	}
	if (!time_parse(json_str(doc, "time"), &common.happened_at) &&
	    !json_i64(doc, "occur_at", &common.happened_at))
		common.happened_at = 0;
	common.agent = arena_concat(r->a, STR("harbor:"), json_str(doc, "operator"));
	for (size_t i = 0; i < json_len(resources); i++) {
		const struct json *one = json_at(resources, i);
		struct event v = common;
		v.digest = json_str(one, "digest");
		v.tag = json_str(one, "tag");
		if (id.n && id.n < EVENT_TEXT_MAX - 32)
			v.source = arena_printf(r->a, "%.*s/%zu", STR_FMT(id), i);
		keep(r, &v);
	}
	return 0;
}

static int read_document(struct reading *r, const struct json *doc, struct error *e)
{
	const struct json *data = json_get(doc, "event_data");

	if (json_is_array(doc))
		return read_grid(r, doc, e);
	if (json_is_array(json_get(doc, "events")))
		return read_notifications(r, json_get(doc, "events"), e);
	if (!data && str_starts(json_str(doc, "type"), STR("harbor.")))
		data = json_get(doc, "data");
	if (json_is_object(data))
		return read_harbor(r, doc, data, e);
	if (json_str(doc, "action").n) {
		read_event(r, doc, json_str(doc, "action"), json_str(doc, "id"), json_str(doc, "timestamp"));
		return 0;
	}
	return error_set(e, ERR_FORMAT,
	                 "the body is no notification of Docker distribution, ACR, Event Grid or Harbor");
}

int hookread(str body, struct arena *a, struct hook_batch *out, struct error *e)
{
	struct reading r = { .a = a, .out = out };
	struct json *doc;
	int code = json_parse("the body", body, &doc, e);

	*out = (struct hook_batch){ 0 };
	if (code < 0)
		return code;
	code = read_document(&r, doc, e);
	json_free(doc);
	if (code >= 0 && a->failed)
		return error_set(e, ERR_LIMIT, "the events need more memory than one request may have");
	return code;
}
