#include "base/log.h"
#include "base/buf.h"
#include "base/time.h"

static enum log_level least_shown = LOG_WARN; /* set once, before threads start */

void log_level_set(enum log_level least)
{
	least_shown = least;
}

/* C2 80 to C2 9F: the controls from U+0080 on */
static bool is_high_control(str s, size_t i)
{
	return (unsigned char)s.p[i] == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] >= 0x80 &&
	       (unsigned char)s.p[i + 1] < 0xa0;
}

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '=' || s.p[i] == 0x7f ||
		    is_high_control(s, i))
			return false;
	return s.n > 0;
}

static void put_value(struct buf *line, str s)
{
	if (is_plain(s)) {
		buf_add(line, s);
		return;
	}
	buf_addc(line, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(line, '\\');
		bool high = is_high_control(s, i);
		buf_addc(line,
		         (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f || high ? '?' : s.p[i]);
		i += high;
	}
	buf_addc(line, '"');
}

void log_event(enum log_level level, const char *name, const struct log_field *fields)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	struct buf line cleanup(buf_done) = BUF(1 << 16);
	char now[TIME_TEXT_BYTES];

	if (level < least_shown)
		return;
	buf_printf(&line, "%s %s %s", time_text(time_now(), now), names[level], name);
	for (; fields->key; fields++) {
		buf_printf(&line, " %s=", fields->key);
		put_value(&line, fields->value);
	}
	buf_addc(&line, '\n');
	if (line.n && write(STDERR_FILENO, line.p, line.n) < 0)
		return; /* nowhere left to say it */
}
