#include "base/log.h"
#include "base/buf.h"
#include "base/time.h"

static enum log_level least_shown = LOG_WARN; /* set once, before threads start */

void log_level_set(enum log_level least)
{
	least_shown = least;
}

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '=' || s.p[i] == 0x7f)
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
		buf_addc(line, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i]);
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
