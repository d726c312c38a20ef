#include "work/triggers.h"
#include "base/jsonout.h"
#include <stdio.h>

enum { PAYLOAD_BYTES = 16 << 10 };

static int put_scan(const struct center *c, const struct scan_order *s, struct buf *payload,
                    struct buf *subject, struct job_order *out, struct error *e)
{
	struct jsonout j = JSONOUT(payload, 0);
	int64_t now_ms = center_now_ms(c);

	jsonout_object(&j, NULL);
	jsonout_str(&j, "repository", s->repository);
	jsonout_str(&j, "digest", s->digest);
	jsonout_str(&j, "reason", s->reason);
	jsonout_i64(&j, "accepted_ms", s->accepted_ms ? s->accepted_ms : now_ms);
	jsonout_i64(&j, "queued_ms", now_ms);
	if (s->child)
		jsonout_bool(&j, "child", true);
	if (s->untagged)
		jsonout_bool(&j, "untagged", true);
	if (s->anew)
		jsonout_bool(&j, "anew", true);
	jsonout_end(&j);
	buf_printf(subject, "%lld@%.*s", (long long)s->registry_id, STR_FMT(s->digest));
	if (payload->failed || subject->failed)
		return error_set(e, ERR_LIMIT, "a repository's name that is too long");
	*out = (struct job_order){ .kind = JOB_SCAN,
		                   .subject = buf_view(subject),
		                   .registry_id = s->registry_id,
		                   .priority = s->priority,
		                   .payload = buf_view(payload) };
	return 0;
}

int trigger_scan_in(const struct center *c, struct db *d, const struct scan_order *o, int64_t *job,
                    struct error *e)
{
	struct buf payload cleanup(buf_done) = BUF(PAYLOAD_BYTES);
	struct buf subject cleanup(buf_done) = BUF(1024);
	struct job_order order;
	int r = put_scan(c, o, &payload, &subject, &order, e);

	return r < 0 ? r : job_put_in(c, d, &order, job, e);
}

int trigger_scan(const struct center *c, const struct scan_order *o, int64_t *job, struct error *e)
{
	struct buf payload cleanup(buf_done) = BUF(PAYLOAD_BYTES);
	struct buf subject cleanup(buf_done) = BUF(1024);
	struct job_order order;
	int r = put_scan(c, o, &payload, &subject, &order, e);

	return r < 0 ? r : job_put(c, &order, job, e);
}

int trigger_sync(const struct center *c, int64_t registry_id, str repository,
                 enum job_priority priority, int64_t *job, struct error *e)
{
	struct buf payload cleanup(buf_done) = BUF(PAYLOAD_BYTES);
	struct buf subject cleanup(buf_done) = BUF(PAYLOAD_BYTES);
	struct jsonout j = JSONOUT(&payload, 0);

	jsonout_object(&j, NULL);
	jsonout_some(&j, "repository", repository);
	jsonout_end(&j);
	buf_printf(&subject, "%lld%s%.*s", (long long)registry_id, repository.n ? "/" : "",
	           STR_FMT(repository));
	return job_put(c,
	               &(struct job_order){ .kind = JOB_SYNC,
	                                    .subject = buf_view(&subject),
	                                    .registry_id = registry_id,
	                                    .priority = priority,
	                                    .payload = buf_view(&payload) },
	               job, e);
}

int trigger_import(const struct center *c, const struct import_order *o, int64_t *job,
                   struct error *e)
{
	struct buf payload cleanup(buf_done) = BUF(PAYLOAD_BYTES);
	struct buf subject cleanup(buf_done) = BUF(PAYLOAD_BYTES);
	struct jsonout j = JSONOUT(&payload, 0);

	if (!o->source.n || !o->repository.n)
		return error_set(e, ERR_USAGE, "an import has a source and a repository");
	jsonout_object(&j, NULL);
	jsonout_str(&j, "source", o->source);
	jsonout_some(&j, "username", o->username);
	jsonout_some(&j, "password_ref", o->password_ref);
	jsonout_str(&j, "repository", o->repository);
	jsonout_some(&j, "tag", o->tag);
	if (o->force)
		jsonout_bool(&j, "force", true);
	jsonout_end(&j);
	buf_printf(&subject, "%.*s > %lld/%.*s:%.*s", STR_FMT(o->source), (long long)o->registry_id,
	           STR_FMT(o->repository), STR_FMT(o->tag));
	if (payload.failed || subject.failed)
		return error_set(e, ERR_LIMIT, "names that are too long");
	return job_put(c,
	               &(struct job_order){ .kind = JOB_IMPORT,
	                                    .subject = buf_view(&subject),
	                                    .registry_id = o->registry_id,
	                                    .priority = PRIORITY_IMPORT,
	                                    .payload = buf_view(&payload) },
	               job, e);
}

int trigger_refresh(const struct center *c, int64_t *job, struct error *e)
{
	return job_put(c,
	               &(struct job_order){ .kind = JOB_REFRESH,
	                                    .subject = STR("data"),
	                                    .priority = PRIORITY_REFRESH },
	               job, e);
}

int trigger_rematch(const struct center *c, bool all, int64_t *job, struct error *e)
{
	return job_put(c,
	               &(struct job_order){ .kind = JOB_REMATCH,
	                                    .subject = all ? STR("all") : STR("data"),
	                                    .priority = PRIORITY_DATA },
	               job, e);
}
