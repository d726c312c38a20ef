/* work/stages.h — how long each part of a scan took, told while it runs: in the log, in its row, in
 * the histograms. */
#pragma once
#include "scan/request.h"
#include "work/crew.h"

struct stages {
	struct work *w;
	str digest;
	int64_t scan_id; /* 0: no row yet */
	int64_t accepted_ms;
	int64_t taken_ms, last_ms; /* steady */
	int64_t took[STAGE_COUNT]; /* ms; -1: not reached */
	_Atomic bool late;         /* the clock's thread says so */
	int64_t told_ms;           /* steady: progress was last written */
	struct stages *next;       /* of those under way, for who looks after the late ones */
};

/* Accepted and queued are over; from here on the others are timed. */
void stages_begin(struct stages *s, struct work *w, str digest, int64_t accepted_ms,
                  int64_t queued_ms);
void stages_pass(struct stages *s, enum scan_stage done);
void stages_end(struct stages *s, bool well); /* the total */
void stages_done(struct stages *s);           /* due in any case; { 0 } is fine */
str stages_json(const struct stages *s, struct arena *a);
/* For struct scan_options: written at most once a second. */
void stages_progress(void *stages, const struct scan_progress *p);
void stages_add_billed(struct work_counts *n, int64_t x);
/* Says which scans of this process run longer than so long. */
void stages_look(struct work *w, int64_t late_s);
