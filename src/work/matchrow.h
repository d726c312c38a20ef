/* work/matchrow.h — a finding as the center keeps it: what is of the vulnerability (fact) and what
 * is of the package (detail), as JSON whose bytes are the same for the same content. One thread. */
#pragma once
#include "center/matches.h"

/* All of it in `a` */
struct match_row matchrow_make(struct arena *a, const struct finding *f);
