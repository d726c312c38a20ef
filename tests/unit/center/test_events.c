/* the promises of center/events.h */
#include "center/events.h"
#include "center/jobs.h"
#include "fixture.h"

#define DIGEST "sha256:0000000000000000000000000000000000000000000000000000000000000000"

static struct event push(const char *source)
{
	return (struct event){ .source = str_c(source),
		               .kind = EVENT_PUSH,
		               .repository = STR("team/app"),
		               .tag = STR("1"),
		               .digest = STR(DIGEST),
		               .happened_at = 1000 };
}

static size_t accept_events(const struct event *v, size_t n)
{
	size_t fresh = 99;
	EXPECT_OK(events_accept(&center, 1, v, n, &fresh, &err), &err);
	return fresh;
}

struct closing {
	size_t n;
	struct event_list list;
	bool close;
};

static int next_and_close(void *ctx, struct db *d, struct error *e)
{
	struct closing *x = ctx;
	int r = events_next_in(d, 1, x->n, &arena_of_case, &x->list, e);
	return r < 0 || !x->close ? r : events_close_in(&center, d, &x->list, e);
}

TEST(repeats_are_harmless)
{
	struct event two[] = { push("a"), push("b") };
	center_begin();
	EXPECT_INT(accept_events(two, 2), 2);
	EXPECT_INT(accept_events(two, 2), 0);
	two[0].source = STR("c");
	EXPECT_INT(accept_events(two, 2), 1);
	center_end();
}

TEST(an_event_that_lacks_something_keeps_all_of_its_batch_out)
{
	struct event v[] = { push("a"), push("b") };
	center_begin();
	v[1].digest = (str){ 0 };
	EXPECT_INT(events_accept(&center, 1, v, 2, NULL, &err), ERR_FORMAT);
	EXPECT_STR(str_c(err.msg), STR("event 1: no digest"));
	v[1].kind = EVENT_DELETE; /* of the tag */
	EXPECT_INT(accept_events(v, 2), 2);
	v[0].source = (str){ 0 };
	EXPECT_INT(events_accept(&center, 1, v, 2, NULL, &err), ERR_FORMAT);
	EXPECT_INT(events_accept(&center, 1, v, EVENT_BATCH_MAX + 1, NULL, &err), ERR_LIMIT);
	center_end();
}

TEST(looking_is_not_pulling)
{
	struct event v[] = { push("a"), push("b") };
	center_begin();
	v[0].kind = v[1].kind = EVENT_PULL;
	v[0].agent = STR("plimsoll/0.1.0");
	v[1].agent = STR("containerd/1.7");
	EXPECT_INT(accept_events(v, 2), 1);
	center_end();
}

TEST(open_events_come_in_their_order_and_once)
{
	struct event v[] = { push("a"), push("b"), push("c") };
	struct closing x = { .n = 2, .close = true };
	int64_t count, oldest;
	center_begin();
	v[1].happened_at = center_now(&center) + 7200; /* a sender whose clock is wrong */
	accept_events(v, 3);
	EXPECT_OK(store_do(center.store, STORE_WRITE, next_and_close, &x, &err), &err);
	EXPECT_INT(x.list.events.n, 2);
	EXPECT_STR(x.list.events.v[0].source, STR("a"));
	EXPECT_INT(x.list.events.v[0].happened_at, 1000);
	EXPECT(x.list.events.v[1].happened_at <= center_now(&center));
	EXPECT_OK(events_open(&center, &count, &oldest, &err), &err);
	EXPECT_INT(count, 1);
	EXPECT(oldest > 0);
	EXPECT_OK(store_do(center.store, STORE_WRITE, next_and_close, &x, &err), &err);
	EXPECT_INT(x.list.events.n, 1);
	EXPECT_OK(events_open(&center, &count, &oldest, &err), &err);
	EXPECT_INT(count, 0);
	center_end();
}

TEST(a_registry_with_open_events_gets_one_job)
{
	struct event v[] = { push("a"), push("b") };
	struct job j;
	center_begin();
	accept_events(v, 2);
	EXPECT_INT(events_call(&center, &err), 1);
	EXPECT_INT(events_call(&center, &err), 0);
	EXPECT_INT(job_take(&center, 1 << JOB_EVENTS, STR("t"), &arena_of_case, &j, &err), 1);
	EXPECT_STR(j.subject, STR("1"));
	center_end();
}

TEST(events_are_kept_for_thirty_days)
{
	struct event v[] = { push("a"), push("b") };
	struct closing x = { .n = 1, .close = true };
	center_begin();
	accept_events(v, 2);
	EXPECT_OK(store_do(center.store, STORE_WRITE, next_and_close, &x, &err), &err);
	clock_move(EVENT_KEPT_S - 10);
	EXPECT_INT(events_sweep(&center, &err), 0);
	clock_move(EVENT_KEPT_S + 10);
	EXPECT_INT(events_sweep(&center, &err), 1); /* the open one stays */
	center_end();
}
