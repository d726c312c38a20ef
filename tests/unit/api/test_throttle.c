#include "../test.h"
#include "api/throttle.h"

TEST(a_bucket_empties_and_fills_with_time)
{
	struct throttle *t = throttle_new();
	unsigned left = 0, wait_s = 0;

	for (int i = 0; i < 60; i++)
		EXPECT(throttle_take(t, 'r', STR("ada"), 60, 1, 1000, &left, &wait_s));
	EXPECT_INT(left, 0);
	EXPECT(!throttle_take(t, 'r', STR("ada"), 60, 1, 1000, &left, &wait_s));
	EXPECT_INT(wait_s, 2); /* one a second, rounded up */
	EXPECT(!throttle_take(t, 'r', STR("ada"), 60, 0, 1500, &left, &wait_s));
	EXPECT(throttle_take(t, 'r', STR("bob"), 60, 1, 1000, &left, &wait_s));
	EXPECT(throttle_take(t, 'w', STR("ada"), 60, 1, 1000, &left, &wait_s));
	EXPECT(throttle_take(t, 'r', STR("ada"), 60, 1, 2100, &left, &wait_s));
	EXPECT(!throttle_take(t, 'r', STR("ada"), 60, 1, 2100, &left, &wait_s));
	EXPECT(throttle_take(t, 'r', STR("ada"), 60, 1, 3600000, &left, &wait_s));
	EXPECT_INT(left, 59);
	throttle_free(t);
}

TEST(a_look_costs_nothing)
{
	struct throttle *t = throttle_new();
	unsigned left = 0, wait_s = 0;

	for (int i = 0; i < 1000; i++)
		EXPECT(throttle_take(t, 'a', STR("::1"), 10, 0, 1000, &left, &wait_s));
	EXPECT_INT(left, 10);
	throttle_free(t);
}

TEST(a_flood_of_names_does_not_grow)
{
	struct throttle *t = throttle_new();
	unsigned left = 0, wait_s = 0;
	char name[32];

	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof name, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
		EXPECT(throttle_take(t, 'a', str_c(name), 10, 1, 1000 + i, &left, &wait_s));
	}
	throttle_free(t);
}
