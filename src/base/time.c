#include "base/time.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t time_now(void)
{
	uint64_t fixed;
	if (str_u64(str_c(getenv("SOURCE_DATE_EPOCH")), &fixed) && fixed <= INT64_MAX)
		return (int64_t)fixed;
	return time(NULL);
}

int64_t time_mono_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* `digits` decimal digits off the front of *s */
static bool take_number(str *s, size_t digits, int *out)
{
	uint64_t v;
	if (s->n < digits || !str_u64(str_upto(*s, digits), &v))
		return false;
	*out = (int)v;
	*s = str_from(*s, digits);
	return true;
}

static bool take_char(str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

/* Days since the epoch of a proleptic Gregorian date */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static bool is_date(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leap);
}

/* "Z", "+hh:mm" or "-hh:mm" as seconds east of UTC */
static bool take_zone(str *s, int64_t *out)
{
	int hours, minutes, sign;
	if (take_char(s, 'Z') || take_char(s, 'z')) {
		*out = 0;
		return true;
	}
	sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
	if (!sign || !take_number(s, 2, &hours) || !take_char(s, ':') ||
	    !take_number(s, 2, &minutes))
		return false;
	*out = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool time_parse(str s, int64_t *out)
{
	int year, month, day, hour = 0, minute = 0, second = 0;
	int64_t zone = 0;

	if (!take_number(&s, 4, &year) || !take_char(&s, '-') || !take_number(&s, 2, &month) ||
	    !take_char(&s, '-') || !take_number(&s, 2, &day) || !is_date(year, month, day))
		return false;
	if (s.n) {
		if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
			return false;
		if (!take_number(&s, 2, &hour) || !take_char(&s, ':') ||
		    !take_number(&s, 2, &minute) || !take_char(&s, ':') ||
		    !take_number(&s, 2, &second))
			return false;
		if (hour > 23 || minute > 59 || second > 60)
			return false;
		if (take_char(&s, '.'))
			while (s.n && s.p[0] >= '0' && s.p[0] <= '9')
				s = str_from(s, 1);
		if (s.n && !take_zone(&s, &zone))
			return false;
		if (s.n)
			return false;
	}
	*out = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;
	return true;
}

bool time_parse_http(str s, int64_t *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int day, year, hour, minute, second;
	size_t month;

	s = str_from(s, str_chr(s, ',') + 1);
	if (!take_char(&s, ' ') || !take_number(&s, 2, &day) || !take_char(&s, ' ') || s.n < 4)
		return false;
	month = str_find(STR(months), str_upto(s, 3));
	if (month >= sizeof months - 1 || month % 3)
		return false;
	s = str_from(s, 3);
	if (!take_char(&s, ' ') || !take_number(&s, 4, &year) || !take_char(&s, ' ') ||
	    !take_number(&s, 2, &hour) || !take_char(&s, ':') || !take_number(&s, 2, &minute) ||
	    !take_char(&s, ':') || !take_number(&s, 2, &second) || !str_eq(s, STR(" GMT")))
		return false;
	if (!is_date(year, (int)month / 3 + 1, day) || hour > 23 || minute > 59 || second > 60)
		return false;
	*out = days_of(year, (int)month / 3 + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}

const char *time_text(int64_t t, char out[TIME_TEXT_BYTES])
{
	struct tm tm;
	time_t clock = (time_t)t;
	if (!gmtime_r(&clock, &tm) || !strftime(out, TIME_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(out, TIME_TEXT_BYTES, "1970-01-01T00:00:00Z");
	return out;
}
