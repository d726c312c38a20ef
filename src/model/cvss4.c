/* model/cvss4.c — the score of CVSS 4.0 (specification, sections 7 and 8): a vector belongs to one
 * of 270 macrovectors, each with a score that experts gave it; inside it the vector lies some steps
 * below the worst one, and the score goes down in proportion, towards the next lower macrovectors.
 */
#include "model/cvss4.h"
#include "base/attr.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { EQ1, EQ2, EQ36, EQ4, EQ5, EQ_COUNT }; /* EQ3 and EQ6 depend on each other: taken as one */
enum { EQ36_00, EQ36_01, EQ36_10, EQ36_11, EQ36_21, EQ36_COUNT };

/* Ten times the score of each macrovector: [EQ1][EQ2][EQ3 EQ6][EQ4][EQ5] (its table in
 * section 8.3). */
// clang-format off
static const uint8_t scores[3][2][EQ36_COUNT][3][3] = {
	{
		{
			{ { 100,  98,  95 }, { 100,  93,  91 }, {  93,  89,  81 } },
			{ {  99,  95,  92 }, {  96,  87,  81 }, {  90,  80,  68 } },
			{ {  98,  95,  90 }, {  93,  89,  81 }, {  88,  78,  69 } },
			{ {  95,  92,  84 }, {  92,  81,  65 }, {  80,  70,  48 } },
			{ {  92,  82,  72 }, {  79,  69,  50 }, {  69,  55,  27 } },
		},
		{
			{ {  99,  95,  92 }, {  95,  90,  84 }, {  92,  82,  72 } },
			{ {  97,  92,  85 }, {  91,  83,  71 }, {  81,  71,  53 } },
			{ {  95,  92,  85 }, {  92,  80,  70 }, {  84,  71,  50 } },
			{ {  93,  85,  73 }, {  82,  72,  59 }, {  70,  52,  30 } },
			{ {  86,  75,  52 }, {  71,  52,  29 }, {  63,  29,  17 } },
		},
	},
	{
		{
			{ {  98,  94,  91 }, {  94,  86,  77 }, {  87,  74,  63 } },
			{ {  95,  87,  81 }, {  89,  74,  64 }, {  75,  63,  49 } },
			{ {  94,  88,  76 }, {  86,  74,  59 }, {  72,  57,  52 } },
			{ {  89,  77,  67 }, {  76,  58,  50 }, {  57,  52,  25 } },
			{ {  83,  70,  54 }, {  65,  58,  26 }, {  53,  21,  13 } },
		},
		{
			{ {  95,  88,  76 }, {  90,  75,  61 }, {  77,  68,  52 } },
			{ {  90,  76,  70 }, {  77,  62,  53 }, {  66,  59,  30 } },
			{ {  89,  76,  62 }, {  74,  57,  47 }, {  61,  57,  24 } },
			{ {  78,  67,  58 }, {  59,  57,  23 }, {  52,  29,  16 } },
			{ {  71,  59,  30 }, {  58,  26,  15 }, {  23,  13,   6 } },
		},
	},
	{
		{
			{ {  93,  86,  75 }, {  86,  74,  56 }, {  70,  52,  40 } },
			{ {  87,  72,  58 }, {  74,  61,  34 }, {  54,  40,  22 } },
			{ {  85,  74,  62 }, {  72,  55,  46 }, {  53,  34,  19 } },
			{ {  75,  55,  51 }, {  57,  41,  19 }, {  36,  19,   8 } },
			{ {  64,  51,  20 }, {  47,  21,  11 }, {  24,   9,   4 } },
		},
		{
			{ {  88,  73,  60 }, {  73,  59,  41 }, {  54,  45,  20 } },
			{ {  75,  53,  50 }, {  55,  40,  20 }, {  43,  22,  11 } },
			{ {  75,  58,  40 }, {  61,  48,  20 }, {  46,  17,   8 } },
			{ {  55,  45,  21 }, {  51,  18,   9 }, {  18,   7,   2 } },
			{ {  53,  24,  14 }, {  24,  12,   5 }, {  10,   3,   1 } },
		},
	},
};

/* The worst vectors of each set, one metric a column in the order of `steps`, and how many steps its
 * best vector lies below them, plus one (tables 24 to 28). */
static const struct set {
	int depth, n_worst;
	int worst[5][6];
} eq1_sets[3] = { /* AV PR UI */
	{ 1, 1, { { 0, 0, 0 } } },
	{ 4, 3, { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
	{ 5, 2, { { 3, 0, 0 }, { 1, 1, 1 } } },
}, eq2_sets[2] = { /* AC AT */
	{ 1, 1, { { 0, 0 } } },
	{ 2, 2, { { 1, 0 }, { 0, 1 } } },
}, eq36_sets[EQ36_COUNT] = { /* VC VI VA CR IR AR */
	{ 7, 1, { { 0, 0, 0, 0, 0, 0 } } },
	{ 6, 2, { { 0, 0, 1, 1, 1, 0 }, { 0, 0, 0, 1, 1, 1 } } },
	{ 8, 2, { { 1, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0 } } },
	{ 8, 5, { { 1, 0, 1, 0, 1, 0 }, { 1, 0, 0, 0, 1, 1 }, { 0, 1, 0, 1, 0, 1 },
		  { 0, 1, 1, 1, 0, 0 }, { 1, 1, 0, 0, 0, 1 } } },
	{ 10, 1, { { 1, 1, 1, 0, 0, 0 } } },
}, eq4_sets[3] = { /* SC SI SA */
	{ 6, 1, { { 1, 0, 0 } } },
	{ 5, 1, { { 1, 1, 1 } } },
	{ 4, 1, { { 2, 2, 2 } } },
};
// clang-format on

static int eq1_of(const struct cvss4_levels *m)
{
	if (!m->av && !m->pr && !m->ui)
		return 0;
	return m->av < 3 && (!m->av || !m->pr || !m->ui) ? 1 : 2;
}

static int eq36_of(const struct cvss4_levels *m)
{
	bool all_wanted = (!m->cr && !m->vc) || (!m->ir && !m->vi) || (!m->ar && !m->va);
	if (!m->vc && !m->vi)
		return all_wanted ? EQ36_00 : EQ36_01;
	if (!m->vc || !m->vi || !m->va)
		return all_wanted ? EQ36_10 : EQ36_11;
	return EQ36_21;
}

static int eq4_of(const struct cvss4_levels *m)
{
	if (!m->si || !m->sa)
		return 0;
	return m->sc == 1 || m->si == 1 || m->sa == 1 ? 1 : 2;
}

static int score_of(const int eq[EQ_COUNT])
{
	return scores[eq[EQ1]][eq[EQ2]][eq[EQ36]][eq[EQ4]][eq[EQ5]];
}

/* Score of the next lower macrovector in one direction; -1 when there is none. */
static int next_lower(const int eq[EQ_COUNT], int which)
{
	static const int last[EQ_COUNT] = { 2, 1, EQ36_21, 2, 2 };
	int lower[EQ_COUNT] = { eq[0], eq[1], eq[2], eq[3], eq[4] };
	if (eq[which] == last[which])
		return -1;
	lower[which]++;
	if (which != EQ36)
		return score_of(lower);
	if (eq[EQ36] == EQ36_01)
		lower[EQ36] = EQ36_11;
	int score = score_of(lower);
	if (eq[EQ36] == EQ36_00) { /* two ways down: the higher one */
		lower[EQ36] = EQ36_10;
		score = score_of(lower) > score ? score_of(lower) : score;
	}
	return score;
}

/* Steps below the first worst vector that is nowhere better than this one. */
static int distance(const struct set *set, const int *steps, int n)
{
	int total = 0;
	for (int i = 0; i < set->n_worst; i++) {
		bool below = true;
		total = 0;
		for (int k = 0; k < n; k++) {
			total += steps[k] - set->worst[i][k];
			below &= steps[k] >= set->worst[i][k];
		}
		if (below)
			break;
	}
	return total;
}

double cvss4_score(const struct cvss4_levels *m)
{
	const int eq[EQ_COUNT] = { eq1_of(m), m->ac || m->at, eq36_of(m), eq4_of(m), m->e };
	const struct {
		const struct set *set; /* NULL: nothing lies between its macrovectors */
		int steps[6], n;
	} parts[EQ_COUNT] = {
		{ &eq1_sets[eq[EQ1]], { m->av, m->pr, m->ui }, 3 },
		{ &eq2_sets[eq[EQ2]], { m->ac, m->at }, 2 },
		{ &eq36_sets[eq[EQ36]], { m->vc, m->vi, m->va, m->cr, m->ir, m->ar }, 6 },
		{ &eq4_sets[eq[EQ4]], { m->sc, m->si, m->sa }, 3 },
		{ NULL, { 0 }, 0 },
	};
	double down = 0, value = score_of(eq) / 10.0;
	int directions = 0;
	if (m->vc == 2 && m->vi == 2 && m->va == 2 && m->sc == 3 && m->si == 3 && m->sa == 3)
		return 0; /* no impact at all */
	for (int i = 0; i < EQ_COUNT; i++) {
		int lower = next_lower(eq, i);
		if (lower < 0 || score_of(eq) < lower)
			continue;
		directions++;
		if (parts[i].set)
			down += (score_of(eq) - lower) / 10.0 *
			        distance(parts[i].set, parts[i].steps, parts[i].n) /
			        parts[i].set->depth;
	}
	if (directions)
		value -= down / directions;
	value = fmin(fmax(value, 0), 10);
	return floor((value + 1e-6) * 10 + 0.5) / 10; /* halves up, whatever binary makes of them */
}
