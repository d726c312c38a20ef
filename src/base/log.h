/* base/log.h — one event a fact, as a name and fields, one line each on stderr:
 *   2026-01-02T03:04:05Z warn registry.retry host=127.0.0.1:5000 why="status 503"
 * Only cli, api, work and agent log; lower rooms return errors. Any thread (one write a line). */
#pragma once
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
	const char *key; /* NULL ends the list */
	str value;       /* quoted where it has spaces; control bytes become ? */
};

#define KV(k, z)  ((struct log_field){ (k), str_c(z) })
#define KVS(k, s) ((struct log_field){ (k), (s) })

void log_level_set(enum log_level least); /* default LOG_WARN; before threads start */
void log_event(enum log_level level, const char *name, const struct log_field *fields);

#define log_to(level, name, ...) \
	log_event((level), (name), (const struct log_field[]){ __VA_ARGS__ __VA_OPT__(, ) { 0 } })
#define log_debug(...) log_to(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_to(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_to(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_to(LOG_ERROR, __VA_ARGS__)
