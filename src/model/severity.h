/* model/severity.h — five words, ordered; what a score maps to (CVSS v3.1 section 5 / v4.0). */
#pragma once
#include "base/str.h"

enum severity { SEVERITY_UNKNOWN, SEVERITY_NEGLIGIBLE, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL, SEVERITY_COUNT };

const char *severity_word(enum severity s);           /* "critical" */
bool severity_parse(str word, enum severity *out);    /* any case; "moderate" and "important" too */
/* 0 none -> negligible, <4 low, <7 medium, <9 high, else critical; CVSS 2 has no critical: its
 * callers pass 2 as major and get high at the most. */
enum severity severity_of_score(double score, int cvss_major);
