/* job import: an image from any registry copied into a watched one, all platforms, and told of as
 * pushed: so it is scanned. The source's credentials are the order's, or those of the watched
 * registry that it is. */
#include "base/json.h"
#include "base/jsonout.h"
#include "base/time.h"
#include "center/events.h"
#include "center/registries.h"
#include "oci/copy.h"
#include "work/crew.h"
#include "work/door.h"
#include <inttypes.h>
#include <stdio.h>

enum { TELL_MS = 1000 };

struct import {
	struct task *t;
	const struct center *c;
	struct arena *a;
	str source, username, password_ref, repository, tag;
	bool force;
	struct image_reference from;
	struct registry registry;
	struct registry_list registries;
	struct door source_door, door;
	struct secret password;
	struct source_options source_options;
	int64_t told_ms;
	bool found;
};

static int read_order(struct import *x, struct error *e)
{
	struct json *j = NULL;
	int r = json_parse("import job", x->t->job->payload, &j, e);

	if (r < 0)
		return r;
	x->source = arena_str(x->a, json_str(j, "source"));
	x->username = arena_str(x->a, json_str(j, "username"));
	x->password_ref = arena_str(x->a, json_str(j, "password_ref"));
	x->repository = arena_str(x->a, json_str(j, "repository"));
	x->tag = arena_str(x->a, json_str(j, "tag"));
	x->force = json_bool(j, "force");
	json_free(j);
	return reference_parse(x->source, x->a, &x->from, e);
}

static int read_registries(void *ctx, struct db *d, struct error *e)
{
	struct import *x = ctx;
	int r = registries_get(d, x->a, &sight_all, x->t->job->registry_id, &x->registry, e);

	x->found = r == 1;
	x->registries = (struct registry_list){ 0 };
	return r < 1 ? r
	             : registries_list(d, x->a, &sight_all, &REGISTRY_FILTER,
	                               &(struct paging){ .limit = PAGE_MOST }, &x->registries, e);
}

static bool is_at(const struct registry *r, str host)
{
	str at = str_from(r->url, str_find(r->url, STR("://")) + 3);
	return str_eq_nocase(str_upto(at, str_chr(at, '/')), host);
}

/* Of the same subscription: what one team may read is not another's to copy. */
static const struct registry *watched_source(const struct import *x)
{
	for (size_t i = 0; i < x->registries.n; i++)
		if (is_at(&x->registries.v[i], x->from.host) &&
		    str_eq(x->registries.v[i].subscription, x->registry.subscription))
			return &x->registries.v[i];
	return NULL;
}

static int open_source(struct import *x, struct error *e)
{
	const struct registry *known = x->username.n ? NULL : watched_source(x);
	int r = 0;

	if (known) {
		r = door_open(x->c, known, x->a, &x->source_door, e);
		x->source_options = x->source_door.options;
		return r;
	}
	if (x->password_ref.n)
		r = door_read_ref(x->password_ref, &x->password, e);
	str password = str_trim(secret_view(&x->password));
	if (x->password.p) /* NUL-terminated behind the blanks that were cut */
		x->password.p[(size_t)(password.p - x->password.p) + password.n] = 0;
	x->source_options = (struct source_options){
		.username = x->username.n ? x->username.p : "",
		.password = x->password.p ? password.p : "",
		.input_fd = -1,
	};
	return r;
}

static void write_progress(const struct copy_progress *p, const struct copied *done,
                           struct buf *out)
{
	struct jsonout j = JSONOUT(out, 0);

	jsonout_object(&j, NULL);
	if (done)
		jsonout_str(&j, "digest", done->digest);
	jsonout_u64(&j, "bytes", p->bytes);
	jsonout_u64(&j, "blobs", p->blobs);
	jsonout_u64(&j, "mounted", p->mounted);
	jsonout_u64(&j, "there", p->there);
	jsonout_u64(&j, "manifests", p->manifests);
	jsonout_end(&j);
}

static void tell(void *ctx, const struct copy_progress *p)
{
	struct import *x = ctx;
	struct buf b cleanup(buf_done) = BUF(4096);
	struct error e = { 0 };
	int64_t now = time_mono_ms();

	if (now - x->told_ms < TELL_MS)
		return;
	x->told_ms = now;
	write_progress(p, NULL, &b);
	if (job_tell(x->c, x->t->job, buf_view(&b), &e) < 0)
		log_debug("import.untold", KV("why", e.msg));
}

static int announce(struct import *x, const struct copied *done, struct error *e)
{
	struct event v = { .kind = EVENT_IMPORT,
		           .repository = x->repository,
		           .tag = x->tag,
		           .digest = done->digest,
		           .media_type = done->media_type,
		           .happened_at = center_now(x->c) };

	v.source = arena_printf(x->a, "import/%" PRId64 "/%" PRId64 "/%.*s", x->t->job->id,
	                        v.happened_at, STR_FMT(done->digest));
	return events_accept(x->c, x->registry.id, &v, 1, NULL, e);
}

static int copy(struct import *x, struct error *e)
{
	struct copy_order o = {
		.from = { x->from.host, x->from.repository, &x->source_options },
		.to = { x->door.host, x->repository, &x->door.options },
		.reference = x->from.digest.n ? x->from.digest : x->from.tag,
		.tag = x->tag,
		.force = x->force,
		.progress = tell,
		.progress_ctx = x,
	};
	struct copied done;
	int r = copy_image(&o, x->a, &done, e);

	if (r < 0)
		return r;
	write_progress(&done.done, &done, &x->t->outcome);
	log_info("import.done", KVS("source", x->source), KVS("registry", x->registry.name),
	         KVS("repository", x->repository), KVS("digest", done.digest));
	return announce(x, &done, e);
}

int importer_run(struct task *t, struct error *e)
{
	struct import x = { .t = t,
		            .c = t->c,
		            .a = t->a,
		            .source_door = { .ca_fd = -1 },
		            .door = { .ca_fd = -1 } };
	int r = read_order(&x, e);

	r = r < 0 ? r : store_do(t->c->store, STORE_READ, read_registries, &x, e);
	if (r >= 0 && !x.found)
		r = error_set(e, ERR_NOTFOUND, "the registry is not watched any more");
	r = r < 0 ? r : door_open(t->c, &x.registry, t->a, &x.door, e);
	r = r < 0 ? r : open_source(&x, e);
	r = r < 0 ? r : copy(&x, e);
	door_close(&x.source_door);
	door_close(&x.door);
	secret_done(&x.password);
	return MIN(r, 0);
}
