#include "../test.h"
#include "sys/proc.h"
#include <signal.h>
#include <unistd.h>

TEST(a_process_that_stays_is_told_from_one_that_ends)
{
	struct error e = { 0 };
	struct proc stays = { .in = -1, .out = -1 }, ends = stays;

	stays.pid = fork();
	if (!stays.pid)
		for (;;)
			pause();
	EXPECT(!proc_ends(&stays));
	proc_kill(&stays);
	EXPECT_INT(stays.pid, 0);
	ends.pid = fork();
	if (!ends.pid)
		_exit(0);
	EXPECT(proc_ends(&ends));
	EXPECT_OK(proc_end(&ends, &e), &e);
}
