/* model/cvss4.h — the score of CVSS 4.0, for cvss.c. */
#pragma once

/* How far each metric is below its worst value, in steps (specification, section 8.2: the levels). */
struct cvss4_levels {
	int av, pr, ui;         /* network 0 … physical 3; none 0 … high 2; none 0 … active 2 */
	int ac, at;             /* low 0, high 1; none 0, present 1 */
	int vc, vi, va;         /* high 0, low 1, none 2 */
	int cr, ir, ar;         /* high 0, medium 1, low 2 */
	int sc, si, sa;         /* safety 0 (not sc), high 1, low 2, none 3 */
	int e;                  /* attacked 0, proof of concept 1, unreported 2 */
};

double cvss4_score(const struct cvss4_levels *m);
