/* first come, first served */
#include "../test.h"
#include "base/time.h"
#include "store/turn.h"
#include <time.h>

enum { THREADS = 8 };

static struct turn turn;
static int order[THREADS], arrived;

static void nap(int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static void *in_line(void *number)
{
	if (turn_take(&turn, time_mono_ms() + 10000)) {
		order[arrived++] = *(int *)number;
		turn_give(&turn);
	}
	return NULL;
}

TEST(turn_goes_to_who_came_first)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	arrived = 0;
	turn_init(&turn, 1);
	EXPECT(turn_take(&turn, 0));
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, in_line, &numbers[i]);
		nap(20);
	}
	turn_give(&turn);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_INT(arrived, THREADS);
	for (int i = 0; i < THREADS; i++)
		EXPECT_INT(order[i], i);
	turn_done(&turn);
}

TEST(turn_that_does_not_come_is_given_up)
{
	int64_t began = time_mono_ms();

	turn_init(&turn, 1);
	EXPECT(turn_take(&turn, 0));
	EXPECT(!turn_take(&turn, began + 50));
	EXPECT(time_mono_ms() - began >= 49);
	turn_give(&turn);
	EXPECT(turn_take(&turn, 0));
	turn_give(&turn);
	turn_done(&turn);
}
