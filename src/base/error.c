#include "base/error.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct row {
	const char *name;
	int http, exit;
	bool again;
	const char *text;
};

static const struct row rows[] = { [0] = { "NONE", 200, 0, false, "fine" },
#define X(name, http, exit, again, text) [ERR_SEQ_##name] = { #name, http, exit, again, text },
	                           ERR_CODES(X)
#undef X
};

/* Messages carry names out of hostile images to terminals and logs: nothing below space passes, nor
 * the controls from U+0080 on, which are C2 80 to C2 9F and begin escape sequences as ESC does. */
static void make_printable(char *text)
{
	for (unsigned char *s = (unsigned char *)text; *s; s++)
		if (*s < 0x20 || *s == 0x7f)
			*s = '?';
		else if (*s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0)
			s[0] = s[1] = '?';
}

printf_like(2, 0) static void put_message(struct error *e, const char *fmt, va_list args)
{
	vsnprintf(e->msg, sizeof e->msg, fmt, args);
	make_printable(e->msg);
}

int error_set(struct error *e, int code, const char *fmt, ...)
{
	va_list args;
	e->code = code;
	e->sys = 0;
	va_start(args, fmt);
	put_message(e, fmt, args);
	va_end(args);
	return code;
}

int error_errno(struct error *e, int sys, const char *fmt, ...)
{
	va_list args;
	size_t used;

	e->code = sys == ENOENT                   ? ERR_NOTFOUND
	          : sys == EACCES || sys == EPERM ? ERR_DENIED
	                                          : ERR_SYSTEM;
	e->sys = sys;
	va_start(args, fmt);
	put_message(e, fmt, args);
	va_end(args);
	used = strlen(e->msg);
	snprintf(e->msg + used, sizeof e->msg - used, ": %s", strerror(sys));
	return e->code;
}

int error_in(struct error *e, const char *fmt, ...)
{
	char old[sizeof e->msg];
	va_list args;
	size_t used;

	memcpy(old, e->msg, sizeof old);
	va_start(args, fmt);
	put_message(e, fmt, args);
	va_end(args);
	used = strlen(e->msg);
	snprintf(e->msg + used, sizeof e->msg - used, ": %s", old);
	return e->code;
}

int error_told(struct error *e, uint32_t code, const char *text, size_t n)
{
	int known = code && code < LEN(rows) ? -(int)code : ERR_CRASH;

	if (!n || !*text)
		return error_set(e, known, "a jailed reader gave up without a word");
	return error_set(e, known, "%.*s", (int)(n < sizeof e->msg ? n : sizeof e->msg), text);
}

static const struct row *row_of(int code)
{
	size_t i = code < 0 ? (size_t)-code : 0;
	return &rows[i < LEN(rows) ? i : (size_t)-ERR_SYSTEM];
}

int error_exit_status(int code)
{
	return row_of(code)->exit;
}

int error_http_status(int code)
{
	return row_of(code)->http;
}

bool error_again(int code)
{
	return row_of(code)->again;
}

const char *error_name(int code)
{
	return row_of(code)->name;
}

const char *error_meaning(int code)
{
	return row_of(code)->text;
}
