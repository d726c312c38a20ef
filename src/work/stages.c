#include "work/stages.h"
#include "base/jsonout.h"
#include "base/time.h"
#include "center/scans.h"
#include <inttypes.h>
#include <stdio.h>

enum { TELL_MS = 1000, JSON_BYTES = 4096 };

static void log_stage(const struct stages *s, enum scan_stage which)
{
	char ms[24];

	snprintf(ms, sizeof ms, "%" PRId64, s->took[which]);
	log_info("scan.stage", KVS("image", s->digest), KV("stage", scan_stage_word(which)),
	         KV("ms", ms));
}

static void set(struct stages *s, enum scan_stage which, int64_t ms)
{
	s->took[which] = MAX(ms, 0);
	crew_stage(s->w, which, s->took[which]);
	log_stage(s, which);
}

void stages_begin(struct stages *s, struct work *w, str digest, int64_t accepted_ms,
                  int64_t queued_ms)
{
	int64_t now_ms = center_now_ms(w->c);

	*s = (struct stages){ .w = w, .digest = digest, .accepted_ms = accepted_ms };
	for (int i = 0; i < STAGE_COUNT; i++)
		s->took[i] = -1;
	s->taken_ms = s->last_ms = time_mono_ms();
	set(s, STAGE_ACCEPTED, queued_ms - accepted_ms);
	set(s, STAGE_QUEUED, now_ms - queued_ms);
	pthread_mutex_lock(&w->lock);
	s->next = w->scans;
	w->scans = s;
	pthread_mutex_unlock(&w->lock);
}

void stages_pass(struct stages *s, enum scan_stage done)
{
	int64_t now = time_mono_ms();

	set(s, done, now - s->last_ms);
	s->last_ms = now;
}

void stages_end(struct stages *s, bool well)
{
	int64_t ms = s->took[STAGE_ACCEPTED] + s->took[STAGE_QUEUED] + time_mono_ms() - s->taken_ms;

	if (well)
		set(s, STAGE_TOTAL, ms);
	else
		s->took[STAGE_TOTAL] = ms;
}

void stages_done(struct stages *s)
{
	if (!s->w)
		return;
	pthread_mutex_lock(&s->w->lock);
	for (struct stages **at = &s->w->scans; *at; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	pthread_mutex_unlock(&s->w->lock);
	s->w = NULL;
}

static void write_stages(const struct stages *s, struct buf *out)
{
	struct jsonout j = JSONOUT(out, 0);

	jsonout_object(&j, NULL);
	for (int i = 0; i < STAGE_COUNT; i++)
		if (s->took[i] >= 0)
			jsonout_i64(&j, scan_stage_word((enum scan_stage)i), s->took[i]);
	if (s->late)
		jsonout_bool(&j, "late", true);
	jsonout_end(&j);
}

str stages_json(const struct stages *s, struct arena *a)
{
	struct buf b cleanup(buf_done) = BUF(JSON_BYTES);

	write_stages(s, &b);
	return arena_str(a, buf_view(&b));
}

struct telling {
	int64_t scan_id;
	str stages, progress;
};

static int tell(void *ctx, struct db *d, struct error *e)
{
	struct telling *x = ctx;
	return scans_tell(d, x->scan_id, x->stages, x->progress, e);
}

/* Only for people: what cannot be written now is written the next time. */
void stages_progress(void *ctx, const struct scan_progress *p)
{
	struct stages *s = ctx;
	struct buf stages cleanup(buf_done) = BUF(JSON_BYTES),
	                  progress cleanup(buf_done) = BUF(JSON_BYTES);
	struct jsonout j = JSONOUT(&progress, 0);
	int64_t now = time_mono_ms();
	struct error e = { 0 };

	if (!s->scan_id || now - s->told_ms < TELL_MS)
		return;
	s->told_ms = now;
	write_stages(s, &stages);
	jsonout_object(&j, NULL);
	jsonout_u64(&j, "layer", p->layer + 1);
	jsonout_u64(&j, "layers", p->layers);
	jsonout_u64(&j, "bytes", p->bytes);
	jsonout_u64(&j, "size", p->size_bytes);
	jsonout_end(&j);
	struct telling x = { s->scan_id, buf_view(&stages), buf_view(&progress) };
	if (store_do(s->w->c->store, STORE_WRITE, tell, &x, &e) < 0)
		log_debug("scan.untold", KV("why", e.msg));
}

void stages_add_billed(struct work_counts *n, int64_t x)
{
	n->billed += (uint64_t)x;
}

void stages_look(struct work *w, int64_t late_s)
{
	int64_t now = time_mono_ms();

	pthread_mutex_lock(&w->lock);
	for (struct stages *s = w->scans; s; s = s->next)
		if (!s->late && now - s->taken_ms > late_s * 1000) {
			s->late = true;
			w->counts.scans_overdue++;
			log_warn("scan.late", KVS("image", s->digest),
			         KV("why", "it runs longer than scan.late allows"));
		}
	pthread_mutex_unlock(&w->lock);
}
