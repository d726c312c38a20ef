/* center/settings.h — what an administrator may change while the center runs: names with a default,
 * a value in the store where somebody put one. Also the marks that the center's own work leaves for
 * its next time, whose names begin with "mark.". Any thread. */
#pragma once
#include "base/arena.h"
#include "center/center.h"

// clang-format off
#define SETTINGS(X)      /* name                default   least  most      what a person reads */ \
	X(REFRESH_S,     "refresh.interval",    21600,    0,     2592000,  "seconds between updates of the advisory database; 0: never") \
	X(REASSESS_S,    "reassess.interval",   604800,   60,    31536000, "seconds between assessments of images that are pulled or run") \
	X(PULLED_S,      "pulled.window",       2592000,  60,    31536000, "seconds after a pull that an image stays assessed") \
	X(EVENTS_KEPT_S, "events.kept",         2592000,  86400, 31536000, "seconds that a registry's events are kept") \
	X(SCAN_LATE_S,   "scan.late",           900,      1,     86400,    "seconds after which a scan is reported as late") \
	X(JUDGE_S,       "judge.interval",      86400,    60,    2592000,  "seconds between looks at how old data are and which releases ended") \
	X(SCANS_KEPT_S,  "scans.kept",          7776000,  86400, 315360000, "seconds that the record of a scan is kept") \
	X(IDLE_S,        "session.idle",        7200,     60,    604800,   "seconds after which a browser that asks nothing is signed out") \
	X(SESSION_S,     "session.max",         43200,    60,    2592000,  "seconds after which a browser is signed out") \
	X(METRICS_LOOPBACK, "metrics.loopback", 0,        0,     1,         "1: /metrics is read from this machine without a token") \
	X(TOKEN_S,       "token.default",       31536000, 0,     315360000, "seconds that a token lasts when nobody says; 0: for ever") \
	X(TOKEN_MAX_S,   "token.max",           0,        0,     315360000, "seconds that a token may last; 0: as long as is said")
// clang-format on

enum setting {
#define X(name, word, value, least, most, text) SETTING_##name,
	SETTINGS(X)
#undef X
	        SETTING_COUNT
};

/* What holds; the default where the store cannot be asked either */
int64_t settings_get(const struct center *c, enum setting s);
int settings_put(struct db *d, enum setting s, int64_t value,
                 struct error *e) must_use; /* ERR_USAGE: out of bounds */
int64_t settings_read(struct db *d, enum setting s);
const char *setting_name(enum setting s);
const char *setting_text(enum setting s);
bool setting_parse(str name, enum setting *out);

/* Marks: any name, any text. Empty when there is none. */
int settings_mark(struct db *d, struct arena *a, const char *name, str *out,
                  struct error *e) must_use;
int settings_set_mark(struct db *d, const char *name, str value, struct error *e) must_use;
/* Is it this process's turn? 1 to one of those who ask within `every_s`, 0 to the others. Clocks
 * that went back too. */
int settings_turn(const struct center *c, const char *name, int64_t every_s,
                  struct error *e) must_use;
