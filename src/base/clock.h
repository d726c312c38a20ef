/* base/clock.h — the time of the center, injectable: the wall clock, moved by what a file says. Tests write
 * seconds ("+604800") into the file that $PLIMSOLL_CLOCK names, and it is read anew each time; without it no file
 * is looked at. Any thread. */
#pragma once
#include <stdint.h>

struct clock {
	int fd; /* of that file; -1: none */
};

struct clock clock_open(void);
int64_t clock_now(const struct clock *c);    /* seconds since 1970 UTC */
int64_t clock_now_ms(const struct clock *c); /* the same in ms */
void clock_close(struct clock *c);
