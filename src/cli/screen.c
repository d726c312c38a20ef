#include "cli/screen.h"
#include "base/text.h"
#include "base/time.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

enum { REDRAW_MS = 80 };

struct writer_style screen_style(bool to_file)
{
	struct winsize size = { 0 };
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = !to_file && isatty(STDOUT_FILENO);
	uint64_t asked = 0;

	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size.ws_col = 0;
	if (terminal && str_u64(str_c(getenv("COLUMNS")), &asked) && asked < 10000)
		size.ws_col = (unsigned short)asked;
	return (struct writer_style){
		.columns = terminal ? (size.ws_col ? size.ws_col : 80) : 0,
		.colour = terminal && !(no_color && *no_color) && !(term && !strcmp(term, "dumb")),
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
		.version = PLIMSOLL_VERSION,
	};
}

static int write_all(int fd, str bytes, const char *what, struct error *e)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EPIPE && fd == STDOUT_FILENO) { /* `| head` has seen enough */
			signal(SIGPIPE, SIG_DFL);
			raise(SIGPIPE);
		}
		if (put < 0)
			return error_errno(e, errno, "write %s", what);
		bytes = str_from(bytes, (size_t)put);
	}
	return 0;
}

int screen_sink_open(struct screen_sink *s, const char *path, struct error *e)
{
	struct stat st;

	*s = (struct screen_sink){ .path = path && strcmp(path, "-") != 0 ? path : NULL };
	s->fd = STDOUT_FILENO;
	if (!s->path)
		return 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a device or pipe */
		s->fd = open(path, O_WRONLY | O_CLOEXEC);
	} else {
		if ((size_t)snprintf(s->fresh, sizeof s->fresh, "%s.XXXXXX", path) >=
		    sizeof s->fresh)
			return error_set(e, ERR_USAGE, "a path of more than %zu bytes",
			                 sizeof s->fresh - 8);
		s->fd = mkostemp(s->fresh, O_CLOEXEC);
	}
	return s->fd < 0 ? error_errno(e, errno, "write %s", path) : 0;
}

bool screen_sink_put(void *sink, str bytes)
{
	struct screen_sink *s = sink;
	return write_all(s->fd, bytes, s->path ? s->path : "the results", &s->e) >= 0;
}

int screen_sink_close(struct screen_sink *s, struct buf *out, bool good, struct error *e)
{
	autoclose int fd = s->path ? s->fd : -1;
	mode_t mask = umask(0);

	umask(mask);
	if (good)
		buf_spill(out, 0);
	if (s->e.code)
		*e = s->e;
	else if (good && s->fresh[0] &&
	         (fchmod(fd, 0666 & ~mask) < 0 || rename(s->fresh, s->path) < 0))
		error_errno(e, errno, "write %s", s->path);
	if (s->fresh[0] && (!good || e->code))
		unlink(s->fresh);
	return good ? e->code : 0;
}

int screen_write(str bytes, const char *path, struct error *e)
{
	struct screen_sink s;
	struct buf out = { .sink = screen_sink_put, .sink_ctx = &s };

	if (screen_sink_open(&s, path, e) < 0)
		return e->code;
	screen_sink_put(&s, bytes);
	return screen_sink_close(&s, &out, true, e);
}

void screen_put_safe(struct buf *b, str s)
{
	char rune[TEXT_RUNE_BYTES];

	while (s.n) {
		uint32_t c = text_rune(&s);
		if (c == '\n' || c == '\t')
			c = ' ';
		buf_add(b, text_is_unsafe(c) ? STR("?") : str_mem(rune, text_encode(c, rune)));
	}
}

int screen_fail(const struct error *e)
{
	fprintf(stderr, "plimsoll: %s\n", e->msg[0] ? e->msg : error_meaning(e->code));
	return error_exit_status(e->code);
}

/* --- progress --- */

void screen_start(struct screen *s, bool quiet)
{
	*s = (struct screen){ .live = !quiet && isatty(STDERR_FILENO) };
	for (size_t i = 0; i < LEN(s->flying); i++)
		s->flying[i].done = true;
}

static void wipe(void)
{
	fputs("\r\033[K", stderr);
}

void screen_end(struct screen *s)
{
	if (s->live && s->drawn_ms)
		wipe();
	fflush(stderr);
}

/* Where a layer is kept while it is read: its own place, or a free one */
static struct scan_progress *place_of(struct screen *s, size_t layer)
{
	struct scan_progress *free_place = NULL;

	for (size_t i = 0; i < LEN(s->flying); i++)
		if (!s->flying[i].done && s->flying[i].layer == layer)
			return &s->flying[i];
		else if (s->flying[i].done && !free_place)
			free_place = &s->flying[i];
	return free_place;
}

static void put_layer(struct buf *line, const struct scan_progress *p)
{
	if (line->n)
		buf_add(line, STR(", "));
	if (!p->layers)
		buf_printf(line, "archive: %.1f MB", (double)p->bytes / 1e6);
	else if (p->size_bytes)
		buf_printf(line, "layer %zu/%zu: %u%% of %.1f MB", p->layer + 1, p->layers,
		           (unsigned)(MIN(p->bytes, p->size_bytes) * 100 / p->size_bytes),
		           (double)p->size_bytes / 1e6);
	else
		buf_printf(line, "layer %zu/%zu: %.1f MB", p->layer + 1, p->layers,
		           (double)p->bytes / 1e6);
}

static void draw(const struct screen *s)
{
	struct buf line cleanup(buf_done) = BUF(1024);
	struct winsize size = { 0 };
	size_t columns =
	        ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col ? 80 : size.ws_col;

	for (size_t i = 0; i < LEN(s->flying); i++)
		if (!s->flying[i].done)
			put_layer(&line, &s->flying[i]);
	wipe();
	/* a line that wraps could not be wiped */
	fprintf(stderr, "%.*s", STR_FMT(str_upto(buf_view(&line), columns - 1)));
	fflush(stderr);
}

void screen_progress(void *ctx, const struct scan_progress *p)
{
	struct screen *s = ctx;
	struct scan_progress *place = place_of(s, p->layer);
	int64_t now = time_mono_ms();

	if (!s->live || !place)
		return;
	*place = *p;
	if (p->done) {
		wipe();
		fprintf(stderr, "layer %zu/%zu: %.1f MB read\n", p->layer + 1, p->layers,
		        (double)p->bytes / 1e6);
	}
	if (now - s->drawn_ms < REDRAW_MS && !p->done)
		return;
	s->drawn_ms = now;
	draw(s);
}
