#include "../test.h"
#include "base/time.h"
#include "vulndb/feedpipe.h"
#include <unistd.h>

TEST(a_reader_that_falls_silent_is_given_up_when_its_time_is_spent)
{
	int ends[2];
	char got[8];
	struct error e = { 0 };
	EXPECT_INT(pipe(ends), 0);
	struct stream *s = feedpipe_open(ends[0], 1);
	int64_t since_ms = time_mono_ms();
	EXPECT_INT(write(ends[1], "ab", 2), 2);
	EXPECT_INT(stream_read(s, got, sizeof got, &e), 2);
	EXPECT_INT(stream_read(s, got, sizeof got, &e), ERR_LIMIT);
	EXPECT(time_mono_ms() - since_ms >= 1000);
	stream_free(s);
	close(ends[0]);
	close(ends[1]);
}

TEST(a_reader_that_closes_its_end_has_ended)
{
	int ends[2];
	char got[8];
	struct error e = { 0 };
	EXPECT_INT(pipe(ends), 0);
	struct stream *s = feedpipe_open(ends[0], 10);
	close(ends[1]);
	EXPECT_INT(stream_read(s, got, sizeof got, &e), 0);
	stream_free(s);
	close(ends[0]);
}
