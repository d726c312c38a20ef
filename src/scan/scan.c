#include "scan/scan.h"
#include "base/time.h"
#include "inventory/detector.h"
#include "scan/job.h"
#include "scan/merge.h"
#include "scan/order.h"
#include "sys/proc.h"
#include "version/ecosystem.h"
#include "vulndb/vulndb.h"
#include <assert.h>
#include <inttypes.h>
#include <pthread.h>

enum { JOBS_MAX = 4, SCAN_ARENA_MIB = 256, LAYER_ARENA_MIB = 64, LAYERS_MAX = 2048, DAY_S = 86400 };

struct scan {
	const struct scan_options *o;
	struct arena arena; /* the report */
	struct scan_report report;
	struct source *source;
	size_t layers;
	struct layer_result *results;
	struct arena *arenas; /* of the results, one each; an archive's are all in the report's */
	struct archive_found archive; /* owns the results of an archive: one may serve two layers */
	/* shared by the threads */
	pthread_mutex_t lock;
	size_t next;
	struct error failed; /* the first fetch that failed ends the scan */
	const struct wanted_list *wanted; /* of each layer, on the second round; else NULL */
};

/* --- layers, several at a time --- */

struct turn { /* one layer in one thread's hands */
	struct scan *s;
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

static bool take_turn(struct scan *s, size_t *layer)
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

static int read_layer(struct scan *s, size_t i, int spool_fd, struct error *e)
{
	struct layer *l = &s->report.image.layers.v[i];
	struct turn turn = { s, { .layer = i, .layers = s->layers, .size_bytes = l->size_bytes } };
	struct job job = { .spool_fd = spool_fd, .fed = fed, .fed_ctx = &turn };
	struct layer_result *r = &s->results[i];
	struct stream *stored;
	int code;

	layer_result_done(r);
	arena_done(&s->arenas[i]);
	s->arenas[i] = ARENA(MIB(LAYER_ARENA_MIB));
	*r = (struct layer_result){ .arena = &s->arenas[i] };
	if (s->wanted)
		job.wanted = s->wanted[i];
	if (l->foreign)
		return refuse_foreign(r);
	code = source_layer(s->source, i, &stored, e);
	if (code >= 0)
		code = job_layer(&job, stored, r, e);
	turn.now.done = true;
	tell(&turn);
	return code < 0 ? error_in(e, "layer %zu", i + 1) : 0;
}

static void *layer_thread(void *arg)
{
	struct scan *s = arg;
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

static unsigned jobs_of(const struct scan *s)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = s->o->jobs ? s->o->jobs : cores > 0 ? (unsigned)cores : 1;
	return MIN(MIN(jobs, (unsigned)JOBS_MAX), (unsigned)MAX(s->layers, (size_t)1));
}

static int read_layers(struct scan *s, struct error *e)
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

static int make_results(struct scan *s, struct error *e)
{
	s->layers = s->report.image.layers.n;
	if (s->layers > LAYERS_MAX)
		return error_set(e, ERR_LIMIT, "%zu layers, and more than %d are not read", s->layers, LAYERS_MAX);
	s->results = calloc(s->layers + 1, sizeof *s->results);
	s->arenas = calloc(s->layers + 1, sizeof *s->arenas);
	assert(s->results && s->arenas);
	return 0;
}

/* --- archives that come as one stream --- */

static int read_archive(struct scan *s, struct wanted_list wanted, struct error *e)
{
	struct turn turn = { s, { 0 } };
	struct job job = { .wanted = wanted, .spool_fd = -1, .fed = fed, .fed_ctx = &turn };
	struct archive_found *found = &s->archive;
	struct stream *stored;
	autoclose int spool_fd = -1;
	size_t *member_of_layer;
	int r = proc_spool_file(s->o->temp_dir, &spool_fd, e);

	job.spool_fd = spool_fd;
	found->arena = &s->arena;
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
	s->report.image = *source_image(s->source);
	r = make_results(s, e);
	for (size_t i = 0; r >= 0 && i < s->layers; i++)
		if (member_of_layer[i] < found->results.n)
			s->results[i] = found->results.v[member_of_layer[i]];
		else
			refuse_foreign(&s->results[i]);
	return r;
}

/* --- the second round: files that a link made matter --- */

static int note_unread(struct scan *s, const struct merged *m)
{
	size_t n;

	for (size_t i = 0; i < m->again.n; i++)
		vec_add(&s->arena, &s->report.gaps,
			((struct gap){ GAP_NOT_READ, m->again.v[i].wanted.path, m->again.v[i].why,
				       (int)m->again.v[i].layer }));
	/* a folder's own: files and folders that could not be opened */
	const struct gap *unreadable = source_gaps(s->source, &n);
	for (size_t i = 0; i < n; i++)
		vec_add(&s->arena, &s->report.gaps, unreadable[i]);
	return 0;
}

static int merge(struct scan *s, struct merged *m, struct error *e)
{
	s->report.packages.n = s->report.gaps.n = 0;
	s->report.distro = (struct distro){ 0 };
	return merge_layers(s->results, s->layers, &s->arena, &s->report, m, e);
}

static int read_again(struct scan *s, const struct merged *m, struct error *e)
{
	struct wanted_list *lists = arena_many(&s->arena, s->layers, struct wanted_list);
	struct wanted *all = arena_many(&s->arena, m->again.n, struct wanted);
	size_t used = 0;
	int r;

	if (!lists || !all)
		return error_set(e, ERR_LIMIT, "too many links to follow");
	for (size_t layer = 0; layer < s->layers; layer++) {
		size_t first = used;
		for (size_t i = 0; i < m->again.n; i++)
			if (m->again.v[i].layer == layer)
				all[used++] = (struct wanted){ arena_str(&s->arena, m->again.v[i].wanted.path),
							       arena_str(&s->arena, m->again.v[i].wanted.detector) };
		lists[layer] = (struct wanted_list){ all + first, used - first };
	}
	s->wanted = lists;
	r = read_layers(s, e);
	s->wanted = NULL;
	return r;
}

static int read_image(struct scan *s, const char *target, struct error *e)
{
	struct merged m = { 0 };
	int r = source_open(target, &s->o->source, &s->arena, &s->source, e);
	bool archive = r >= 0 && source_shape(s->source) == SOURCE_STREAM;

	if (r < 0)
		return r;
	if (archive) {
		r = read_archive(s, (struct wanted_list){ 0 }, e);
	} else {
		s->report.image = *source_image(s->source);
		r = make_results(s, e);
		if (r >= 0)
			r = read_layers(s, e);
	}
	if (r >= 0)
		r = merge(s, &m, e);
	if (r >= 0 && m.again.n && !archive) {
		r = read_again(s, &m, e);
		m = (struct merged){ 0 };
		if (r >= 0)
			r = merge(s, &m, e);
	}
	return r < 0 ? r : note_unread(s, &m);
}

/* --- what is known of it --- */

static void add_gap(struct scan *s, enum gap_kind kind, str where, str why)
{
	vec_add(&s->arena, &s->report.gaps, ((struct gap){ kind, where, why, -1 }));
}

static bool is_os_package(const struct package *p)
{
	return p->type == PACKAGE_DEB || p->type == PACKAGE_APK || p->type == PACKAGE_RPM;
}

static void name_release(struct scan *s)
{
	struct distro *d = &s->report.distro;
	size_t os_packages = 0;

	for (size_t i = 0; i < s->report.packages.n; i++)
		os_packages += is_os_package(&s->report.packages.v[i]);
	d->ecosystem = ecosystem_of_release(
		&s->arena, &(struct os_release){ d->id, d->version_id, d->codename, d->name });
	if (os_packages && !d->id.n)
		add_gap(s, GAP_UNKNOWN_RELEASE, STR("etc/os-release"),
			arena_printf(&s->arena, "%zu distribution packages, and nothing says of which release", os_packages));
	else if (d->id.n && !d->ecosystem.n)
		add_gap(s, GAP_UNKNOWN_RELEASE, d->path,
			arena_printf(&s->arena, "%.*s %.*s is no release that advisories are known for", STR_FMT(d->id),
				     STR_FMT(d->version_id)));
	else if (d->ecosystem.n && !os_packages)
		add_gap(s, GAP_NOT_READ, d->path,
			arena_printf(&s->arena, "%.*s, and no package database was found", STR_FMT(d->name)));
}

/* The advisory ecosystem of a package: its release's, or its language's */
static str ecosystem_of(const struct scan_report *r, const struct package *p)
{
	static const str of[PACKAGE_TYPE_COUNT] = {
		[PACKAGE_NPM] = STR_INIT("npm"), [PACKAGE_PYPI] = STR_INIT("PyPI"),
		[PACKAGE_MAVEN] = STR_INIT("Maven"), [PACKAGE_GOLANG] = STR_INIT("Go"),
	};
	return is_os_package(p) ? r->distro.ecosystem : of[p->type];
}

static void note_uncovered(struct scan *s, struct vulndb *db)
{
	for (enum package_type t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		size_t n = 0;
		str eco = { 0 };
		for (size_t i = 0; i < s->report.packages.n; i++)
			if (s->report.packages.v[i].type == t && !n++)
				eco = ecosystem_of(&s->report, &s->report.packages.v[i]);
		if (n && eco.n && !vulndb_covers(db, eco))
			add_gap(s, GAP_NO_DATA, eco,
				arena_printf(&s->arena, "no advisories for %zu %s packages", n, package_type_text(t)));
	}
}

static void note_age(struct scan *s)
{
	int64_t newest, age;

	if (!s->o->max_data_age_days || !time_parse(s->report.data_date, &newest))
		return;
	age = (time_now() - newest) / DAY_S;
	if (age > (int64_t)s->o->max_data_age_days)
		add_gap(s, GAP_OLD_DATA, STR("advisory database"),
			arena_printf(&s->arena, "its newest advisory is %" PRId64 " days old, and %u are allowed", age,
				     s->o->max_data_age_days));
}

static int match_all(struct scan *s, struct error *e)
{
	struct vulndb *db;
	struct scan_report *r = &s->report;
	struct distro *distro = r->distro.id.n ? &r->distro : NULL;
	int code = vulndb_open(s->o->db_path, &db, e);

	if (code == ERR_NODATA) { /* the inventory is worth a report; that it is not assessed is said on it */
		add_gap(s, GAP_NO_DATA, STR("advisory database"), arena_str(&s->arena, str_c(e->msg)));
		*e = (struct error){ 0 };
		return 0;
	}
	if (code < 0)
		return code;
	code = vulndb_describe(db, &s->arena, r, e);
	note_uncovered(s, db);
	note_age(s);
	for (size_t i = 0; code >= 0 && i < r->packages.n; i++)
		code = vulndb_match(db, &r->packages.v[i], distro, &s->arena, r, e);
	vulndb_close(db);
	return code;
}

static void settle(struct scan *s)
{
	struct scan_report *r = &s->report;
	size_t kept = 0;

	order_report(r);
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = &r->findings.v[i];
		bool fixable = f->status == FIX_AVAILABLE || !s->o->ignore_unfixed;
		if (fixable) {
			r->worst = MAX(r->worst, f->severity);
			r->any = true;
		}
		if (fixable && (!s->o->shown || s->o->shown >> f->severity & 1))
			r->findings.v[kept++] = *f;
		else
			r->findings_hidden++;
	}
	r->findings.n = kept;
	r->assessed = true;
	for (size_t i = 0; i < r->gaps.n; i++)
		r->assessed &= !gap_matters(r->gaps.v[i].kind);
	if (getenv("SOURCE_DATE_EPOCH") || !time_parse(r->data_date, &r->now))
		if (getenv("SOURCE_DATE_EPOCH") || !time_parse(r->image.created, &r->now))
			r->now = getenv("SOURCE_DATE_EPOCH") ? time_now() : 0;
}

int scan_run(const char *target, const struct scan_options *o, struct scan **out, struct error *e)
{
	struct scan *s = calloc(1, sizeof *s);
	int r;

	assert(s);
	s->o = o;
	s->arena = ARENA(MIB(SCAN_ARENA_MIB));
	pthread_mutex_init(&s->lock, NULL);
	r = read_image(s, target, e);
	s->report.image.target = arena_str(&s->arena, str_c(target));
	if (r >= 0) {
		name_release(s);
		order_packages(&s->report); /* before findings point at them */
		if (o->db_path)
			r = match_all(s, e);
	}
	if (r >= 0) {
		settle(s);
		if (s->arena.failed)
			r = error_set(e, ERR_LIMIT, "the scan's %d MiB of findings are spent", SCAN_ARENA_MIB);
	}
	if (r < 0) {
		scan_free(s);
		return r;
	}
	s->o = NULL;
	*out = s;
	return 0;
}

const struct scan_report *scan_report(const struct scan *s)
{
	return &s->report;
}

void scan_free(struct scan *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->archive.results.n; i++)
		layer_result_done(&s->archive.results.v[i]);
	for (size_t i = 0; !s->archive.results.n && s->results && i < s->layers; i++) {
		layer_result_done(&s->results[i]);
		arena_done(&s->arenas[i]);
	}
	free(s->results);
	free(s->arenas);
	source_free(s->source);
	arena_done(&s->arena);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int scan_verdict(const struct scan_report *r, enum severity bar)
{
	if (r->any && r->worst >= bar)
		return 1;
	return r->assessed ? 0 : 3;
}
