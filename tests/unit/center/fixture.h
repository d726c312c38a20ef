/* tests/unit/center/fixture.h — a center on an empty store, whose clock a case can move. */
#pragma once
#include "../store/stores.h"
#include "center/center.h"
#include "store/migrate.h"
#include <fcntl.h>

static struct center center;
static struct error err;
static struct arena arena_of_case;
static char clock_file[64];

static void clock_move(int64_t s) /* from now on that far ahead of the wall clock */
{
	char text[32];
	int n = snprintf(text, sizeof text, "%-+24lld", (long long)s);
	if (pwrite(center.clock.fd, text, (size_t)n, 0) != n)
		abort();
}

static void center_begin(void)
{
	snprintf(clock_file, sizeof clock_file, "/tmp/plimsoll-clock-XXXXXX");
	int fd = mkstemp(clock_file);
	if (fd < 0)
		abort();
	arena_of_case = ARENA(MIB(64));
	err = (struct error){ 0 };
	center = (struct center){ .store = store_new(8), .clock = { fd } };
	EXPECT_OK(migrate_run(center.store, 0, &err), &err);
	EXPECT_INT(
	        store_exec(center.store,
	                   "INSERT INTO subscription (id, name, created_at) VALUES ('s', 's', 0)",
	                   &err),
	        1);
	for (int i = 1; i <= 2; i++)
		EXPECT_INT(store_exec(center.store,
		                      i == 1 ? "INSERT INTO registry (subscription_id, "
		                               "resource_group, name, "
		                               "url, triggers, poll_s, parallel, state, state_at, "
		                               "created_at, "
		                               "created_by) VALUES ('s', 'g', 'one', "
		                               "'https://one.example', 31, "
		                               "300, 2, 'ready', 0, 0, 'test')"
		                             : "INSERT INTO registry (subscription_id, "
		                               "resource_group, name, "
		                               "url, triggers, poll_s, parallel, state, state_at, "
		                               "created_at, "
		                               "created_by) VALUES ('s', 'g', 'two', "
		                               "'https://two.example', 31, "
		                               "300, 5, 'ready', 0, 0, 'test')",
		                      &err),
		           1);
}

static void center_end(void)
{
	store_drop(center.store);
	clock_close(&center.clock);
	unlink(clock_file);
	arena_done(&arena_of_case);
}
