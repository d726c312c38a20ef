#include "scan/gather.h"
#include "scan/bases.h"
#include "scan/cache.h"
#include "scan/claims.h"
#include "scan/job.h"
#include "scan/merge.h"
#include "scan/seek.h"
#include "scan/vexes.h"
#include "sys/proc.h"
#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

enum { JOBS_MAX = 4, LAYER_ARENA_MIB = 64, LAYERS_MAX = 2048, SEEK_BYTES_MIN = 1 << 20 };

struct gathering {
	const struct scan_options *o;
	struct arena *arena; /* the report's */
	struct scan_report *report;
	struct source *source;
	size_t layers;
	struct layer_result *results;
	struct arena *arenas; /* of the results, one each; an archive's are all in the report's */
	struct archive_found archive; /* owns the results of an archive: one may serve two layers */
	/* shared by the threads */
	pthread_mutex_t lock;
	size_t next, kept_bytes; /* kept: of all layers' findings */
	struct error failed;     /* the first fetch that failed ends the scan */
	bool sought, no_parts;   /* a layer was read by its table; the registry has no parts */
	const struct wanted_list *wanted; /* of each layer, on the second round; else NULL */
};

/* --- layers, several at a time --- */

struct turn { /* one layer in one thread's hands */
	struct gathering *s;
	struct scan_progress now;
};

static void tell(struct turn *t)
{
	if (!t->s->o->progress)
		return;
	pthread_mutex_lock(&t->s->lock);
	t->s->o->progress(t->s->o->progress_ctx, &t->now);
	pthread_mutex_unlock(&t->s->lock);
}

static void fed(void *ctx, uint64_t bytes)
{
	struct turn *t = ctx;
	t->now.bytes += bytes;
	tell(t);
}

static bool take_turn(struct gathering *s, size_t *layer)
{
	bool mine;

	pthread_mutex_lock(&s->lock);
	while (s->wanted && s->next < s->layers && !s->wanted[s->next].n)
		s->next++;
	mine = s->next < s->layers && !s->failed.code;
	*layer = s->next++;
	pthread_mutex_unlock(&s->lock);
	return mine;
}

static int refuse_foreign(struct layer_result *r)
{
	error_set(&r->end, ERR_UNSUPPORTED, "the layer is not distributed by the registry");
	return 0;
}

static size_t bytes_of(const struct gathering *s, size_t i)
{
	return s->arenas[i].used_bytes + layer_result_hash_bytes(&s->results[i]);
}

/* A layer's findings have a ceiling each, and there may be two thousand layers. */
static int keep(struct gathering *s, size_t i, struct error *e)
{
	pthread_mutex_lock(&s->lock);
	s->kept_bytes += bytes_of(s, i);
	bool over = s->kept_bytes > MIB(FINDINGS_MIB_MAX);
	pthread_mutex_unlock(&s->lock);
	return over ? error_set(e, ERR_LIMIT, "the layers' findings are larger than %d MiB",
	                        FINDINGS_MIB_MAX)
	            : 0;
}

static void forget(struct gathering *s, size_t i)
{
	pthread_mutex_lock(&s->lock);
	s->kept_bytes -= bytes_of(s, i);
	pthread_mutex_unlock(&s->lock);
	layer_result_done(&s->results[i]);
	arena_done(&s->arenas[i]);
}

static void clear(struct gathering *s, size_t i)
{
	s->arenas[i] = ARENA(MIB(LAYER_ARENA_MIB));
	s->results[i] = (struct layer_result){ .arena = &s->arenas[i] };
}

static void note(const struct gathering *s, const char *line)
{
	if (s->o->source.note)
		s->o->source.note(s->o->source.note_ctx, line);
}

static bool may_seek(struct gathering *s, const struct layer *l)
{
	bool may = l->table.kind && l->has_digest && !s->o->whole_layers;

	pthread_mutex_lock(&s->lock);
	may = may && !s->no_parts && source_shape(s->source) == SOURCE_LAYERS &&
	      str_eq(source_image(s->source)->kind, STR("registry"));
	pthread_mutex_unlock(&s->lock);
	return may;
}

/* A seekable layer by its table. false: it is to be read whole, as any other, whatever was the
 * matter. */
static bool seek(struct gathering *s, size_t i, struct turn *turn, const struct job *job)
{
	struct layer *l = &s->report->image.layers.v[i];
	struct seeking how = {
		s->source, i, l, job->wanted, job->spool_fd, job->fed, job->fed_ctx
	};
	struct sought took = { 0 };
	struct error e = { 0 };
	char line[1400];
	bool read = cache_recall_sought(s->o->cache, l, job->wanted, &s->results[i]);

	if (!read && l->size_bytes >= SEEK_BYTES_MIN) {
		read = seek_layer(&how, &s->results[i], &took, &e) >= 0;
		if (read)
			snprintf(line, sizeof line,
			         "layer %zu: %zu of %zu entries read by Range: %" PRIu64
			         " of %" PRIu64 " bytes in %zu requests",
			         i + 1, took.files, took.entries, took.wire_bytes, l->size_bytes,
			         took.requests);
		else
			snprintf(line, sizeof line, "layer %zu: read whole: %s", i + 1, e.msg);
		note(s, line);
		if (read)
			cache_retain_sought(s->o->cache, l, job->wanted, &s->results[i]);
	}
	pthread_mutex_lock(&s->lock);
	s->sought |= read;
	s->no_parts |= !read && took.requests == 1 && e.code == ERR_UNSUPPORTED;
	pthread_mutex_unlock(&s->lock);
	if (!read) {
		layer_result_done(&s->results[i]);
		arena_done(&s->arenas[i]);
		clear(s, i);
		turn->now.bytes = 0;
	}
	return read;
}

static int read_layer(struct gathering *s, size_t i, int spool_fd, struct error *e)
{
	struct layer *l = &s->report->image.layers.v[i];
	struct turn turn = { s, { .layer = i, .layers = s->layers, .size_bytes = l->size_bytes } };
	struct job job = { .spool_fd = spool_fd, .fed = fed, .fed_ctx = &turn };
	struct layer_result *r = &s->results[i];
	struct stream *stored;
	int code;

	forget(s, i);
	clear(s, i);
	if (s->wanted)
		job.wanted = s->wanted[i];
	if (l->foreign)
		return refuse_foreign(r);
	if (s->o->cache && l->has_digest &&
	    cache_recall_layer(s->o->cache, &l->digest, job.wanted, r))
		return keep(s, i, e);
	if (may_seek(s, l) && seek(s, i, &turn, &job)) {
		turn.now.done = true;
		tell(&turn);
		return keep(s, i, e);
	}
	code = source_layer(s->source, i, &stored, e);
	if (code >= 0)
		code = job_layer(&job, stored, r, e);
	if (code >= 0 && s->o->cache && l->has_digest)
		cache_retain_layer(s->o->cache, &l->digest, job.wanted, r);
	turn.now.done = true;
	tell(&turn);
	return code < 0 ? error_in(e, "layer %zu", i + 1) : keep(s, i, e);
}

static void *layer_thread(void *arg)
{
	struct gathering *s = arg;
	struct error e = { 0 };
	autoclose int spool_fd = -1;
	size_t i;
	int r = proc_spool_file(s->o->temp_dir, &spool_fd, &e);

	while (r >= 0 && take_turn(s, &i))
		r = read_layer(s, i, spool_fd, &e);
	if (r < 0) {
		pthread_mutex_lock(&s->lock);
		if (!s->failed.code)
			s->failed = e;
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

static unsigned jobs_of(const struct gathering *s)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = s->o->jobs ? s->o->jobs : cores > 0 ? (unsigned)cores : 1;
	return MIN(MIN(jobs, (unsigned)JOBS_MAX), (unsigned)MAX(s->layers, (size_t)1));
}

static int read_layers(struct gathering *s, struct error *e)
{
	pthread_t threads[JOBS_MAX];
	unsigned started = 0;

	s->next = 0;
	for (unsigned i = 0; i < jobs_of(s); i++)
		if (pthread_create(&threads[started], NULL, layer_thread, s) == 0)
			started++;
	if (!started)
		return error_set(e, ERR_SYSTEM, "no thread can be started");
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (!s->failed.code)
		return 0;
	*e = s->failed;
	return e->code;
}

static int make_results(struct gathering *s, struct error *e)
{
	s->layers = s->report->image.layers.n;
	if (s->layers > LAYERS_MAX)
		return error_set(e, ERR_LIMIT, "%zu layers, and more than %d are not read",
		                 s->layers, LAYERS_MAX);
	s->results = calloc(s->layers + 1, sizeof *s->results);
	s->arenas = calloc(s->layers + 1, sizeof *s->arenas);
	assert(s->results && s->arenas);
	return 0;
}

/* --- archives that come as one stream --- */

static int read_archive(struct gathering *s, struct wanted_list wanted, struct error *e)
{
	struct turn turn = { s, { 0 } };
	struct job job = { .wanted = wanted, .spool_fd = -1, .fed = fed, .fed_ctx = &turn };
	struct archive_found *found = &s->archive;
	struct stream *stored;
	autoclose int spool_fd = -1;
	size_t *member_of_layer;
	int r = proc_spool_file(s->o->temp_dir, &spool_fd, e);

	job.spool_fd = spool_fd;
	found->arena = s->arena;
	if (r >= 0)
		r = source_stream(s->source, &stored, e);
	if (r >= 0)
		r = job_archive(&job, stored, found, e);
	if (r < 0)
		return r;
	if (found->end.code) {
		*e = found->end;
		return e->code;
	}
	r = source_settle(s->source, found->members.v, found->members.n, &member_of_layer, e);
	if (r < 0)
		return r;
	s->report->image = *source_image(s->source);
	r = make_results(s, e);
	for (size_t i = 0; r >= 0 && i < s->layers; i++)
		if (member_of_layer[i] < found->results.n)
			s->results[i] = found->results.v[member_of_layer[i]];
		else
			refuse_foreign(&s->results[i]);
	return r;
}

/* --- the second round: files that a link made matter --- */

/* Files, and not one of a kind that is read: an empty list of findings would say nothing. */
static void note_unknown(struct gathering *s)
{
	uint64_t files = 0;

	for (size_t i = 0; i < s->layers; i++)
		files += s->results[i].plain.n;
	if (files && !s->report->packages.n && !s->report->gaps.n)
		vec_add(s->arena, &s->report->gaps,
		        ((struct gap){ GAP_NOT_READ, STR("image"),
		                       arena_printf(s->arena,
		                                    "none of its files (%" PRIu64
		                                    ") is of a kind that is read",
		                                    files),
		                       -1 }));
}

static int note_unread(struct gathering *s, const struct merged *m)
{
	size_t n;

	for (size_t i = 0; i < m->again.n; i++)
		vec_add(s->arena, &s->report->gaps,
		        ((struct gap){ GAP_NOT_READ, m->again.v[i].wanted.path, m->again.v[i].why,
		                       (int)m->again.v[i].layer }));
	/* a folder's own: files and folders that could not be opened */
	const struct gap *unreadable = source_gaps(s->source, &n);
	for (size_t i = 0; i < n; i++)
		vec_add(s->arena, &s->report->gaps, unreadable[i]);
	return 0;
}

static int merge(struct gathering *s, struct merged *m, struct error *e)
{
	s->report->packages.n = s->report->gaps.n = 0;
	s->report->distro = (struct distro){ 0 };
	return merge_layers(s->results, s->layers, s->arena, s->report, m, e);
}

static int read_layers_again(struct gathering *s, const struct merged *m, struct error *e)
{
	struct wanted_list *lists = arena_many(s->arena, s->layers, struct wanted_list);
	struct wanted *all = arena_many(s->arena, m->again.n, struct wanted);
	size_t used = 0;
	int r;

	if (!lists || !all)
		return error_set(e, ERR_LIMIT, "too many links to follow");
	for (size_t layer = 0; layer < s->layers; layer++) {
		size_t first = used;
		for (size_t i = 0; i < m->again.n; i++)
			if (m->again.v[i].layer == layer)
				all[used++] = (struct wanted){
					arena_str(s->arena, m->again.v[i].wanted.path),
					arena_str(s->arena, m->again.v[i].wanted.detector)
				};
		lists[layer] = (struct wanted_list){ all + first, used - first };
	}
	s->wanted = lists;
	r = read_layers(s, e);
	s->wanted = NULL;
	return r;
}

static void forget_results(struct gathering *s)
{
	for (size_t i = 0; i < s->archive.results.n; i++)
		layer_result_done(&s->archive.results.v[i]);
	for (size_t i = 0; !s->archive.results.n && s->results && i < s->layers; i++) {
		layer_result_done(&s->results[i]);
		arena_done(&s->arenas[i]);
	}
	free(s->results);
	free(s->arenas);
	s->results = NULL;
	s->arenas = NULL;
	s->archive = (struct archive_found){ 0 };
}

/* An archive is read from its front again; one on stdin is gone. */
static int read_archive_again(struct gathering *s, const char *target, const struct merged *m,
                              struct error *e)
{
	struct wanted *all = arena_many(s->arena, m->again.n, struct wanted);
	int r;

	if (!all)
		return error_set(e, ERR_LIMIT, "too many links to follow");
	for (size_t i = 0; i < m->again.n; i++)
		all[i] = (struct wanted){ arena_str(s->arena, m->again.v[i].wanted.path),
			                  arena_str(s->arena, m->again.v[i].wanted.detector) };
	forget_results(s);
	source_free(take(s->source));
	r = source_open(target, &s->o->source, s->arena, &s->source, e);
	return r < 0 ? r : read_archive(s, (struct wanted_list){ all, m->again.n }, e);
}

/* A folder gives the content of files that matter by their name, and on the second round of those
 * that a link made matter. */
static bool wants_now(void *ctx, str path, unsigned mode, uint64_t size_bytes)
{
	const struct gathering *s = ctx;
	const struct source_options *o = &s->o->source;

	for (size_t l = 0; s->wanted && l < s->layers; l++)
		for (size_t i = 0; i < s->wanted[l].n; i++)
			if (str_eq(s->wanted[l].v[i].path, path))
				return true;
	return o->want(o->want_ctx, path, mode, size_bytes);
}

static int read_image(struct gathering *s, const char *target, struct error *e)
{
	struct source_options how = s->o->source;
	struct merged m = { 0 };
	int r;

	how.want = how.want ? wants_now : NULL;
	how.want_ctx = s;
	if (s->o->cache) {
		how.recall = cache_recall_document;
		how.retain = cache_retain_document;
		how.kept_ctx = s->o->cache;
	}
	r = source_open(target, &how, s->arena, &s->source, e);
	bool archive = r >= 0 && source_shape(s->source) == SOURCE_STREAM;

	if (r < 0)
		return r;
	if (source_shape(s->source) == SOURCE_SBOM)
		return claims_read_target(s->source, s->arena, s->report, e);
	if (archive) {
		r = read_archive(s, (struct wanted_list){ 0 }, e);
	} else {
		s->report->image = *source_image(s->source);
		r = make_results(s, e);
		if (r >= 0)
			r = read_layers(s, e);
	}
	if (r >= 0)
		r = merge(s, &m, e);
	if (r >= 0 && m.again.n && strcmp(target, "-") != 0) {
		r = archive ? read_archive_again(s, target, &m, e) : read_layers_again(s, &m, e);
		m = (struct merged){ 0 };
		if (r >= 0)
			r = merge(s, &m, e);
	}
	if (r >= 0)
		r = note_unread(s, &m);
	if (r >= 0)
		note_unknown(s);
	if (r >= 0 && s->o->attached_sboms)
		r = claims_add_attached(s->source, s->arena, s->report, e);
	if (r >= 0 && s->o->vex_attached)
		r = vexes_add_attached(s->source, s->arena, s->report, s->o->vex_attached, e);
	return r;
}

/* Only what was read layer by layer names a chain for others: its digests were checked here. */
static void place_on_base(struct gathering *s)
{
	struct cachestore *store = s->o->cache ? cache_store(s->o->cache) : NULL;

	bases_find(store, s->arena, s->report);
	if (store && source_shape(s->source) == SOURCE_LAYERS && !s->sought)
		bases_remember(store, &s->report->image);
}

int gather_image(const char *target, const struct scan_options *o, struct arena *a,
                 struct scan_report *into, struct gathering **out, struct error *e)
{
	struct gathering *s = calloc(1, sizeof *s);
	int r;

	assert(s);
	s->o = o;
	s->arena = a;
	s->report = into;
	pthread_mutex_init(&s->lock, NULL);
	r = read_image(s, target, e);
	into->image.target = arena_str(a, str_c(o->label ? o->label : target));
	if (r >= 0)
		place_on_base(s);
	if (r < 0)
		gathering_free(s);
	else
		*out = s;
	return r;
}

void gathering_free(struct gathering *s)
{
	if (!s)
		return;
	forget_results(s);
	source_free(s->source);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
