/* cli/screen.h — the terminal: what it can show, where results go, progress while people wait. */
#pragma once
#include "base/error.h"
#include "base/str.h"
#include "report/writer.h"
#include "scan/scan.h"

/* For stdout, or for a file when `to_file`. NO_COLOR and TERM=dumb are honoured. */
struct writer_style screen_style(bool to_file);

/* Where results go piece by piece: stdout, or a file that appears whole or not at all. */
struct screen_sink {
	const char *path; /* NULL: stdout */
	int fd;
	char fresh[4096]; /* the file until it is whole; empty when there is none */
	struct error e;
};
int screen_sink_open(struct screen_sink *s, const char *path, struct error *e) must_use;
bool screen_sink_put(void *sink, str bytes); /* for buf.sink; false: s->e says why */
/* The rest of `out`, and the file appears; or, when the report is no good, it does not. Closes. */
int screen_sink_close(struct screen_sink *s, struct buf *out, bool good, struct error *e) must_use;

/* All at once. */
int screen_write(str bytes, const char *path, struct error *e) must_use;

/* What was written by others reaches a terminal in one line without control characters. */
void screen_put_safe(struct buf *b, str s);

/* "plimsoll: …" on stderr; returns the exit status that belongs to e. */
int screen_fail(const struct error *e);

/* Progress on stderr, one live line and one line a finished layer; silent off a terminal. */
void screen_progress(void *ctx, const struct scan_progress *p); /* ctx: a struct screen * */
struct screen {
	bool live;      /* stderr is a terminal and nobody said -q */
	int64_t drawn_ms;
	struct scan_progress flying[4]; /* layers being read; .done: a free place */
};
void screen_start(struct screen *s, bool quiet);
void screen_end(struct screen *s); /* wipes the live line */
