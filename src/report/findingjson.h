/* report/findingjson.h — members of a finding in plimsoll's own JSON, as docs/report-json.md has them:
 * in reports and in explanations alike. Nothing is written where there is nothing to say; lists are
 * always there. */
#pragma once

struct finding;
struct hiding;
struct jsonout;

void findingjson_match(struct jsonout *j, const struct finding *f);
void findingjson_ratings(struct jsonout *j, const struct finding *f);
void findingjson_references(struct jsonout *j, const struct finding *f);
void findingjson_exploited(struct jsonout *j, const struct finding *f);
void findingjson_hiding(struct jsonout *j, const struct hiding *h);
