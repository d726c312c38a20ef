/* api/metrics.h — GET /metrics in Prometheus' text format, 0.0.4: for tokens with Plimsoll.Center/metrics/read, and
 * without one for this machine where the setting metrics.loopback says so. What the store is asked is asked once in
 * METRICS_KEPT_S at the most, by all who scrape; what this process counts is always fresh. */
#pragma once
#include "api/api.h"

enum { METRICS_KEPT_S = 10 };

int metrics_get(struct call *c, struct error *e); /* an api_handler */
