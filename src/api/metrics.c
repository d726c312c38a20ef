#include "api/metrics.h"
#include "api/answer.h"
#include "api/frame.h"
#include "api/gate.h"
#include "base/time.h"
#include "center/events.h"
#include "center/generations.h"
#include "center/imagelist.h"
#include "center/jobs.h"
#include "center/registries.h"
#include "center/settings.h"
#include "work/work.h"
#include <inttypes.h>

/* --- the format --- */

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct buf *b, const char *name, const char *type, const char *help, int64_t value)
{
	head(b, name, type, help);
	buf_printf(b, "%s %" PRId64 "\n", name, value);
}

static void labelled(struct buf *b, const char *name, const char *label, const char *value, int64_t n)
{
	buf_printf(b, "%s{%s=\"%s\"} %" PRId64 "\n", name, label, value, n);
}

/* --- what the store knows --- */

struct stored {
	struct arena *a;
	struct generation data;
	bool has_data;
	int64_t registries[REGISTRY_STATE_COUNT], images[IMAGE_STATE_COUNT];
	struct tally findings;
};

static int count_registries(struct stored *x, struct db *d, struct error *e)
{
	const struct registry_filter any = REGISTRY_FILTER;
	struct paging p = { .limit = PAGE_MOST };
	int r = 0;

	do {
		struct registry_list page = { 0 };
		r = registries_list(d, x->a, &sight_all, &any, &p, &page, e);
		for (size_t i = 0; r >= 0 && i < page.n; i++)
			x->registries[page.v[i].state]++;
		p.after = page.next;
	} while (r >= 0 && p.after.n);
	return r;
}

static int ask_store(void *ctx, struct db *d, struct error *e)
{
	struct stored *x = ctx;
	const struct image_filter any = { 0 };
	int r;

	*x = (struct stored){ .a = x->a };
	r = generations_current(d, x->a, &x->data, e);
	x->has_data = r == 1;
	if (r >= 0)
		r = count_registries(x, d, e);
	return r < 0 ? r : imagelist_sum(d, x->a, &sight_all, &any, x->images, &x->findings, e);
}

static void write_stored(struct buf *b, const struct stored *x, int64_t now)
{
	head(b, "plimsoll_registries", "gauge", "Registries that are watched, by state.");
	for (enum registry_state s = 0; s < REGISTRY_STATE_COUNT; s++)
		labelled(b, "plimsoll_registries", "state", registry_state_word(s), x->registries[s]);
	head(b, "plimsoll_images", "gauge", "Images in them, by state.");
	for (enum image_state s = 0; s < IMAGE_STATE_COUNT; s++)
		labelled(b, "plimsoll_images", "state", image_state_word(s), x->images[s]);
	head(b, "plimsoll_findings", "gauge", "Findings that count, by severity.");
	for (enum severity s = 0; s < SEVERITY_COUNT; s++)
		labelled(b, "plimsoll_findings", "severity", severity_word(s), x->findings.by[s]);
	if (!x->has_data)
		return;
	one(b, "plimsoll_data_generation", "gauge", "Generation of the advisory database.", x->data.number);
	if (x->data.data_at)
		one(b, "plimsoll_data_age_seconds", "gauge", "Age of its newest record.", MAX(now - x->data.data_at, 0));
}

static void write_queue(struct buf *b, const struct job_counts *n, int64_t now)
{
	head(b, "plimsoll_jobs", "gauge", "Work in the queue, by kind and state.");
	for (enum job_kind k = 0; k < JOB_KIND_COUNT; k++)
		for (enum job_state s = 0; s < JOB_STATE_COUNT; s++)
			buf_printf(b, "plimsoll_jobs{kind=\"%s\",state=\"%s\"} %" PRId64 "\n", job_kind_word(k),
			           job_state_word(s), n->n[k][s]);
	head(b, "plimsoll_jobs_oldest_age_seconds", "gauge", "How long the oldest work that is due has waited.");
	for (enum job_kind k = 0; k < JOB_KIND_COUNT; k++)
		labelled(b, "plimsoll_jobs_oldest_age_seconds", "kind", job_kind_word(k),
		         n->oldest_at[k] ? MAX(now - n->oldest_at[k], 0) : 0);
}

static int make_stored(struct call *c, struct buf *b, struct error *e)
{
	struct stored x = { .a = c->arena };
	struct job_counts jobs = { 0 };
	int64_t open = 0, oldest_ms = 0, now_ms = center_now_ms(c->center);
	int r = store_do(c->center->store, STORE_READ, ask_store, &x, e);

	if (r >= 0)
		r = job_count(c->center, &jobs, e);
	if (r >= 0)
		r = events_open(c->center, &open, &oldest_ms, e);
	if (r < 0)
		return r;
	write_stored(b, &x, now_ms / 1000);
	write_queue(b, &jobs, now_ms / 1000);
	one(b, "plimsoll_events_open", "gauge", "Events of registries that are not made state yet.", open);
	one(b, "plimsoll_events_oldest_age_seconds", "gauge", "How long the oldest of them has waited.",
	    oldest_ms ? MAX(now_ms - oldest_ms, 0) / 1000 : 0);
	return 0;
}

static int add_stored(struct call *c, struct buf *b, struct error *e)
{
	struct kept_metrics *k = &c->api->kept;
	int64_t now_ms = time_mono_ms();
	int r = 0;

	pthread_mutex_lock(&k->lock);
	if (!k->text.n || now_ms - k->made_ms >= METRICS_KEPT_S * 1000) {
		buf_clear(&k->text);
		k->made_ms = now_ms;
		r = make_stored(c, &k->text, e);
		if (r < 0)
			buf_clear(&k->text);
	}
	buf_add(b, buf_view(&k->text));
	pthread_mutex_unlock(&k->lock);
	return r;
}

/* --- what this process counted --- */

static void write_requests(struct buf *b, struct api *a)
{
	static const char *const families[FAMILY_COUNT] = {
		[FAMILY_AZURE] = "azure", [FAMILY_V1] = "v1",   [FAMILY_HOOK] = "hook",
		[FAMILY_AGENT] = "agent", [FAMILY_OPS] = "ops", [FAMILY_LOGIN] = "login",
	};

	head(b, "plimsoll_http_requests_total", "counter", "Requests answered, by kind of route and of status.");
	for (enum family f = 0; f < FAMILY_COUNT; f++)
		for (unsigned s = 2; s < 6; s++)
			buf_printf(b, "plimsoll_http_requests_total{family=\"%s\",status=\"%uxx\"} %" PRIu64 "\n",
			           families[f], s, atomic_load(&a->answered[f][s]));
	one(b, "plimsoll_http_unauthorized_total", "counter", "Requests whose token, session or secret was refused.",
	    (int64_t)atomic_load(&a->unknown));
}

static void write_histogram(struct buf *b, const char *stage, const struct histogram *h)
{
	for (size_t i = 0; i < HISTOGRAM_STEPS; i++)
		buf_printf(b, "plimsoll_scan_stage_seconds_bucket{stage=\"%s\",le=\"%g\"} %" PRIu64 "\n", stage,
		           work_histogram_ms[i] / 1000.0, h->upto[i]);
	buf_printf(b,
	           "plimsoll_scan_stage_seconds_bucket{stage=\"%s\",le=\"+Inf\"} %" PRIu64 "\n"
	           "plimsoll_scan_stage_seconds_sum{stage=\"%s\"} %.3f\n"
	           "plimsoll_scan_stage_seconds_count{stage=\"%s\"} %" PRIu64 "\n",
	           stage, h->n, stage, (double)h->sum_ms / 1000, stage, h->n);
}

static void write_jobs_done(struct buf *b, const struct work_counts *n)
{
	head(b, "plimsoll_jobs_ended_total", "counter", "Work that this process took, by kind and outcome.");
	for (enum job_kind k = 0; k < JOB_KIND_COUNT; k++)
		for (enum work_outcome o = 0; o < OUTCOME_COUNT; o++)
			buf_printf(b, "plimsoll_jobs_ended_total{kind=\"%s\",outcome=\"%s\"} %" PRIu64 "\n",
			           job_kind_word(k), work_outcome_word(o), n->jobs[k][o]);
	head(b, "plimsoll_job_seconds_total", "counter", "Time that it took, by kind.");
	for (enum job_kind k = 0; k < JOB_KIND_COUNT; k++)
		buf_printf(b, "plimsoll_job_seconds_total{kind=\"%s\"} %.3f\n", job_kind_word(k),
		           (double)n->job_ms[k] / 1000);
}

static void write_work(struct buf *b, struct work *w)
{
	struct work_counts n;

	work_count(w, &n);
	write_jobs_done(b, &n);
	head(b, "plimsoll_scan_stage_seconds", "histogram", "Stages of scans, each from the end of the one before.");
	for (enum scan_stage s = 0; s < STAGE_COUNT; s++)
		write_histogram(b, scan_stage_word(s), &n.stages[s]);
	one(b, "plimsoll_workers", "gauge", "Threads of this process that take work.", (int64_t)n.threads);
	one(b, "plimsoll_workers_busy", "gauge", "Those that have some.", (int64_t)n.busy);
	one(b, "plimsoll_scans_overdue_total", "counter", "Scans that took longer than 15 minutes.",
	    (int64_t)n.scans_overdue);
	one(b, "plimsoll_events_applied_total", "counter", "Events of registries made state.", (int64_t)n.events);
	one(b, "plimsoll_images_billed_total", "counter", "Digests billed.", (int64_t)n.billed);
	one(b, "plimsoll_packages_matched_total", "counter", "Packages matched with advisories.",
	    (int64_t)n.matched_packages);
}

/* --- who may --- */

/* Behind a proxy the address is the proxy's word, or its own. */
static bool is_of_this_machine(const struct call *c)
{
	return !c->api->behind_proxy &&
	       (str_starts(c->x->peer, STR("127.")) || str_eq(c->x->peer, STR("::1"))) &&
	       settings_get(c->center, SETTING_METRICS_LOOPBACK);
}

int metrics_get(struct call *c, struct error *e)
{
	struct buf *b = &c->x->answer;
	struct work *work = atomic_load(&c->api->work);
	int r = c->caller->kind == CALLER_NOBODY && is_of_this_machine(c) ?
	                0 :
	                gate_check(c, "Plimsoll.Center/metrics/read", STR("/"), e);

	if (r)
		return r;
	c->x->type = "text/plain; version=0.0.4; charset=utf-8";
	write_requests(b, c->api);
	if (work)
		write_work(b, work);
	return add_stored(c, b, e);
}
