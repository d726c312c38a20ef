/* work/fresh.h — what a scan brought is matched at once. Any thread. */
#pragma once
#include "base/error.h"
#include "work/matcher.h"

struct work;

/* Every package and profile that was not matched yet; without advisory data nothing. */
int fresh_match(struct work *w, struct error *e) must_use;
