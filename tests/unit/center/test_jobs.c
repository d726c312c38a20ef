/* the promises of center/jobs.h */
#include "center/jobs.h"
#include "fixture.h"
#include <pthread.h>

#define ALL ((1u << JOB_KIND_COUNT) - 1)

static int64_t put(enum job_kind kind, const char *subject, int64_t registry, enum job_priority p)
{
	int64_t id = 0;
	EXPECT_OK(job_put(&center,
	                  &(struct job_order){ .kind = kind,
	                                       .subject = str_c(subject),
	                                       .registry_id = registry,
	                                       .priority = p },
	                  &id, &err),
	          &err);
	return id;
}

static struct job take_one(int want)
{
	struct job j = { 0 };
	EXPECT_INT(job_take(&center, ALL, STR("test"), &arena_of_case, &j, &err), want);
	return j;
}

TEST(the_best_priority_comes_first_then_the_oldest)
{
	center_begin();
	put(JOB_SCAN, "later", 0, PRIORITY_SYNC);
	put(JOB_SCAN, "first", 0, PRIORITY_PUSH);
	put(JOB_SCAN, "second", 0, PRIORITY_PUSH);
	EXPECT_STR(take_one(1).subject, STR("first"));
	EXPECT_STR(take_one(1).subject, STR("second"));
	EXPECT_STR(take_one(1).subject, STR("later"));
	take_one(0);
	center_end();
}

TEST(one_open_job_a_kind_and_subject_at_its_best_priority)
{
	center_begin();
	int64_t id = put(JOB_SCAN, "a", 0, PRIORITY_SYNC);
	EXPECT_INT(put(JOB_SCAN, "a", 0, PRIORITY_PUSH), id);
	EXPECT_INT(put(JOB_SCAN, "a", 0, PRIORITY_PULLED), id);
	EXPECT(put(JOB_SYNC, "a", 0, PRIORITY_PUSH) != id);
	EXPECT_INT(take_one(1).priority, PRIORITY_PUSH);
	center_end();
}

TEST(what_is_put_while_it_runs_runs_once_more)
{
	center_begin();
	put(JOB_SCAN, "a", 0, PRIORITY_PUSH);
	struct job j = take_one(1);
	put(JOB_SCAN, "a", 0, PRIORITY_PUSH);
	put(JOB_SCAN, "a", 0, PRIORITY_PUSH);
	take_one(0);
	EXPECT_INT(job_done(&center, &j, (str){ 0 }, &err), 1);
	j = take_one(1);
	EXPECT_INT(j.tries, 1);
	EXPECT_INT(job_done(&center, &j, (str){ 0 }, &err), 1);
	take_one(0);
	center_end();
}

TEST(a_registry_has_no_more_jobs_under_way_than_it_bears)
{
	center_begin();
	put(JOB_SCAN, "1", 1, PRIORITY_PUSH);
	put(JOB_SCAN, "2", 1, PRIORITY_PUSH);
	put(JOB_SCAN, "3", 1, PRIORITY_PUSH);
	put(JOB_SCAN, "other", 2, PRIORITY_SYNC);
	struct job j = take_one(1);
	take_one(1);
	EXPECT_STR(take_one(1).subject, STR("other"));
	take_one(0);
	EXPECT_INT(job_done(&center, &j, (str){ 0 }, &err), 1);
	EXPECT_STR(take_one(1).subject, STR("3"));
	center_end();
}

TEST(an_expired_lease_is_taken_again_and_its_holder_changes_nothing_more)
{
	center_begin();
	put(JOB_SCAN, "a", 1, PRIORITY_PUSH);
	struct job killed = take_one(1), next;
	clock_move(LEASE_S - 2);
	take_one(0);
	clock_move(LEASE_S + 1);
	next = take_one(1);
	EXPECT_INT(next.id, killed.id);
	EXPECT_INT(next.tries, 2);
	EXPECT_INT(job_renew(&center, &killed, &err), 0);
	EXPECT_INT(job_done(&center, &killed, (str){ 0 }, &err), 0);
	EXPECT_INT(job_fail(&center, &killed, &(struct error){ .code = ERR_UPSTREAM }, &err), 0);
	EXPECT_INT(job_renew(&center, &next, &err), 1);
	EXPECT_INT(job_done(&center, &next, (str){ 0 }, &err), 1);
	center_end();
}

TEST(a_renewed_lease_holds)
{
	center_begin();
	put(JOB_SCAN, "a", 0, PRIORITY_PUSH);
	struct job j = take_one(1);
	for (int i = 1; i <= 10; i++) {
		clock_move(i * LEASE_RENEW_S);
		EXPECT_INT(job_renew(&center, &j, &err), 1);
		take_one(0);
	}
	center_end();
}

TEST(a_clock_that_goes_back_keeps_nothing_from_being_done)
{
	center_begin();
	clock_move(7200);
	put(JOB_SCAN, "leased", 0, PRIORITY_PUSH);
	take_one(1);
	put(JOB_SCAN, "ready", 0, PRIORITY_PUSH);
	clock_move(0);
	EXPECT_STR(take_one(1).subject, STR("leased"));
	EXPECT_STR(take_one(1).subject, STR("ready"));
	center_end();
}

TEST(a_failure_is_tried_again_later_and_later)
{
	center_begin();
	put(JOB_SCAN, "a", 0, PRIORITY_PUSH);
	int64_t at = 0;
	for (int i = 0; i < 12; i++) {
		struct job j = take_one(1);
		struct error why = { 0 };
		error_set(&why, ERR_UPSTREAM, "status 503");
		EXPECT_INT(j.tries, i + 1);
		EXPECT_INT(job_fail(&center, &j, &why, &err), 1);
		int64_t s = i < 8 ? 5 << i : 900;
		s = MIN(s, 900);
		clock_move(at + s * 3 / 4 - 3);
		if (s > 8)
			take_one(0);
		clock_move(at += s * 5 / 4 + 2);
	}
	center_end();
}

TEST(what_no_other_try_mends_is_dead_and_can_be_run_again)
{
	center_begin();
	int64_t id = put(JOB_SCAN, "a", 0, PRIORITY_PUSH);
	struct job j = take_one(1);
	struct error why = { 0 };
	error_set(&why, ERR_FORMAT, "no manifest");
	EXPECT_INT(job_run_again(&center, id, &err), ERR_CONFLICT);
	EXPECT_INT(job_drop(&center, id, &err), ERR_CONFLICT);
	EXPECT_INT(job_fail(&center, &j, &why, &err), 2);
	take_one(0);
	EXPECT_OK(job_find(&center, id, &arena_of_case, &j, &err), &err);
	EXPECT_INT(j.state, JOB_DEAD);
	EXPECT_STR(j.why, STR("no manifest"));
	EXPECT_OK(job_run_again(&center, id, &err), &err);
	EXPECT_INT(take_one(1).tries, 1);
	EXPECT_INT(job_find(&center, id + 1000, &arena_of_case, &j, &err), ERR_NOTFOUND);
	center_end();
}

TEST(a_job_that_kills_its_worker_each_time_is_dead_in_the_end)
{
	center_begin();
	int64_t id = put(JOB_SWEEP, "a", 0, PRIORITY_PUSH);
	struct job j;
	for (int i = 0; i < 3; i++) {
		take_one(1);
		clock_move((i + 1) * (LEASE_S + 1));
	}
	take_one(0);
	EXPECT_OK(job_find(&center, id, &arena_of_case, &j, &err), &err);
	EXPECT_INT(j.state, JOB_DEAD);
	center_end();
}

TEST(a_job_that_was_given_back_has_not_been_tried)
{
	center_begin();
	put(JOB_SCAN, "a", 0, PRIORITY_PUSH);
	struct job j = take_one(1);
	EXPECT_INT(job_return(&center, &j, &err), 1);
	EXPECT_INT(take_one(1).tries, 1);
	center_end();
}

TEST(an_import_that_is_done_can_be_seen_for_a_day)
{
	center_begin();
	int64_t id = put(JOB_IMPORT, "a", 0, PRIORITY_IMPORT);
	struct job j = take_one(1);
	EXPECT_INT(job_tell(&center, &j, STR("{\"bytes\":1}"), &err), 1);
	EXPECT_INT(job_done(&center, &j, STR("{\"digest\":\"x\"}"), &err), 1);
	take_one(0);
	EXPECT_OK(job_find(&center, id, &arena_of_case, &j, &err), &err);
	EXPECT_INT(j.state, JOB_DONE);
	EXPECT_STR(j.progress, STR("{\"bytes\":1}"));
	EXPECT_STR(j.why, STR("{\"digest\":\"x\"}"));
	EXPECT_INT(job_sweep(&center, &err), 0);
	clock_move(JOB_KEPT_S + 5);
	EXPECT_INT(job_sweep(&center, &err), 1);
	center_end();
}

TEST(lists_and_counts_by_kind_and_state)
{
	struct job_list list;
	struct job_counts n;
	center_begin();
	put(JOB_SCAN, "a", 1, PRIORITY_PUSH);
	int64_t b = put(JOB_SCAN, "b", 1, PRIORITY_PUSH);
	put(JOB_SYNC, "c", 2, PRIORITY_PUSH);
	take_one(1);
	EXPECT_OK(job_list(&center, &(struct job_filter){ .states = 1 << JOB_READY },
	                   &arena_of_case, &list, &err),
	          &err);
	EXPECT_INT(list.jobs.n, 2);
	EXPECT_OK(job_list(&center,
	                   &(struct job_filter){ .registry_id = 1, .limit = 1, .after_id = b - 1 },
	                   &arena_of_case, &list, &err),
	          &err);
	EXPECT_INT(list.jobs.n, 1);
	EXPECT_INT(list.jobs.v[0].id, b);
	EXPECT_OK(job_count(&center, &n, &err), &err);
	EXPECT_INT(n.n[JOB_SCAN][JOB_READY], 1);
	EXPECT_INT(n.n[JOB_SCAN][JOB_LEASED], 1);
	EXPECT_INT(n.n[JOB_SYNC][JOB_READY], 1);
	EXPECT(n.oldest_at[JOB_SCAN] > 0);
	center_end();
}

enum { THREADS = 4, JOBS = 200 };
struct racer {
	unsigned taken, most;
};
static _Atomic int under_way;

static void *race(void *ctx)
{
	struct racer *x = ctx;
	struct arena a = ARENA(MIB(16));
	struct error e = { 0 };
	struct job j;
	int r;
	for (unsigned idle = 0; idle < 50;) {
		if ((r = job_take(&center, ALL, STR("racer"), &a, &j, &e)) < 0) {
			test_fail(__FILE__, __LINE__, "%s", e.msg);
			break;
		}
		if (r == 0) {
			idle++;
			usleep(2000);
			continue;
		}
		idle = 0;
		unsigned now = (unsigned)++under_way;
		x->most = MAX(x->most, now);
		usleep(1000);
		under_way--;
		if (job_done(&center, &j, (str){ 0 }, &e) != 1)
			test_fail(__FILE__, __LINE__, "lost a lease: %s", e.msg);
		x->taken++;
		arena_reset(&a);
	}
	arena_done(&a);
	return NULL;
}

TEST(threads_share_the_queue_each_job_once)
{
	pthread_t threads[THREADS];
	struct racer racers[THREADS] = { 0 };
	unsigned taken = 0;
	char name[16];
	center_begin();
	for (int i = 0; i < JOBS; i++) {
		snprintf(name, sizeof name, "%d", i);
		put(JOB_SCAN, name, 1, PRIORITY_PUSH); /* two at a time */
	}
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, race, &racers[i]);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		taken += racers[i].taken;
		EXPECT(racers[i].most <= 2);
	}
	EXPECT_INT(taken, JOBS);
	center_end();
}
