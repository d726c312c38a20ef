/* scan/owned.h — findings of language packages that a distribution package owns: the distribution
 * judges them, by its own advisories and with its own repairs in it. Once for a report. */
#pragma once
#include "model/scan_report.h"

struct vulndb;

/* Fills `hidden` of such findings where the distribution's data speak of the flaw for the owner, or
 * where they tell of all flaws (also of those without a fix) and the owner is of the same version;
 * never where the owner itself is not assessed. Strings in `a`. */
int owned_hide(struct vulndb *db, struct arena *a, struct scan_report *r, struct error *e) must_use;
