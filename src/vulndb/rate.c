#include "vulndb/rate.h"
#include "model/cvss.h"
#include "vulndb/names.h"

/* A notice about several CVEs rates the worst of them: it counts last. The mark lives in the name
 * until the choice is made. */
static const str shared_mark = STR_INIT(" (notice)");

static bool is_known(const struct finding *f, const struct rating *r)
{
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *old = &f->ratings.v[i];
		if (str_eq(old->source, r->source) && str_eq(old->vector, r->vector) &&
		    old->severity == r->severity)
			return true;
	}
	return false;
}

/* By its vector; several sources often give the same one. False: it is none. */
static bool score(const struct finding *f, struct rating *r)
{
	struct cvss cvss;
	struct error e;
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *old = &f->ratings.v[i];
		if (str_eq(old->vector, r->vector)) {
			r->cvss_major = old->cvss_major;
			r->score = old->score;
			r->severity = old->severity;
			return true;
		}
	}
	if (cvss_parse(r->vector, &cvss, &e) < 0)
		return false;
	r->cvss_major = cvss.major;
	r->score = cvss.score;
	r->severity = cvss.severity;
	return true;
}

void rate_add(struct arena *a, struct finding *f, const struct opinion *o, bool shared)
{
	struct rating r = {
		.source = o->source, .vector = o->vector, .score = -1, .severity = o->severity
	};
	if (o->vector.n && !score(f, &r))
		return;
	if (shared)
		r.source = arena_concat(a, r.source, shared_mark);
	if (r.severity == SEVERITY_UNKNOWN || is_known(f, &r))
		return;
	r.source = arena_str(a, r.source);
	r.vector = arena_str(a, r.vector);
	vec_add(a, &f->ratings, r);
}

enum { RANK_CNA = 2, RANK_SHARED = 7 };

// clang-format off
#define SOURCES(X) /* as ratings call it, rank */ \
	X("GitHub", 0)      X("PyPA", 1)   X("Go", 1)      X("RustSec", 1) X("CISA-ADP", 3) \
	X("NVD", 4)         X("Debian", 5) X("Ubuntu", 5)  X("Alpine", 5)  X("AlmaLinux", 5) \
	X("Rocky Linux", 5) X("SUSE", 5)   X("Red Hat", 5) X("Bitnami", 5) X("OSV", 6)
// clang-format on

static int rank(str source)
{
	static const struct {
		str source;
		int rank;
	} table[] = {
#define X(name, rank) { STR_INIT(name), rank },
		SOURCES(X)
#undef X
	};
	if (str_ends(source, shared_mark))
		return RANK_SHARED;
	for (size_t i = 0; i < LEN(table); i++)
		if (str_eq_nocase(table[i].source, source))
			return table[i].rank;
	return RANK_CNA;
}

/* "cna:oracle": the names of authorities are the data's */
static const str cna_mark = STR_INIT("cna:");

const char *rate_sources(void)
{
#define X(name, rank) ", " name
	return "vendor, cvss, highest, ghsa, cna, cna:NAME" SOURCES(X);
#undef X
}

bool rate_knows(str list, str *unknown)
{
	static const char *const words[] = { "vendor", "cvss", "highest", "ghsa", "cna" };
	str word;

	while (str_split(&list, ',', &word)) {
		bool known;
		word = str_trim(word);
		known = !word.n || rank(word) != RANK_CNA ||
		        (word.n > cna_mark.n &&
		         str_eq_nocase(str_upto(word, cna_mark.n), cna_mark));
		for (size_t i = 0; i < LEN(words); i++)
			known = known || str_eq_nocase(word, str_c(words[i]));
		if (!known) {
			*unknown = word;
			return false;
		}
	}
	return true;
}

/* Which copies of Debian, Ubuntu and Alpine are vectors of others */
static bool scores_itself(str source)
{
	return str_eq(source, STR("SUSE")) || str_eq(source, STR("Red Hat")) ||
	       str_eq(source, STR("Rocky Linux")) || str_eq(source, STR("AlmaLinux"));
}

static bool is_own(const struct finding *f, const struct rating *r)
{
	return names_own_source(f->ecosystem, r->source) &&
	       (!r->vector.n || scores_itself(r->source));
}

/* CVSS 3.1 before 3.0: the vector says which */
static int cvss_version(const struct rating *r)
{
	if (!r->vector.n)
		return 0;
	return r->cvss_major * 10 + str_starts(r->vector, STR("CVSS:3.1/"));
}

/* By version and source, whoever's package it is */
static bool is_ranked(const struct finding *f, const struct rating *a, const struct rating *b)
{
	int a_rank = rank(a->source), b_rank = rank(b->source);
	bool a_shared = a_rank == RANK_SHARED, b_shared = b_rank == RANK_SHARED;
	(void)f;
	if (a_shared != b_shared)
		return b_shared;
	if (cvss_version(a) != cvss_version(b))
		return cvss_version(a) > cvss_version(b);
	if (a_rank != b_rank)
		return a_rank < b_rank;
	if (a->score > b->score || a->score < b->score)
		return a->score > b->score;
	return a->severity > b->severity;
}

static bool is_better(const struct finding *f, const struct rating *a, const struct rating *b)
{
	bool a_own = is_own(f, a), b_own = is_own(f, b);
	if (a_own != b_own)
		return a_own;
	if (a_own && !a->vector.n != !b->vector.n)
		return !a->vector.n;
	return is_ranked(f, a, b);
}

static int order_ratings(const void *x, const void *y)
{
	const struct rating *a = x, *b = y;
	int c = str_cmp(a->source, b->source);
	c = c ? c : b->cvss_major - a->cvss_major;
	c = c ? c : str_cmp(a->vector, b->vector);
	return c ? c : (int)b->severity - (int)a->severity;
}

static str reason(struct arena *a, const struct finding *f, const struct rating *r)
{
	if (is_own(f, r))
		return arena_printf(a, "%.*s's own rating", STR_FMT(r->source));
	if (!r->vector.n)
		return arena_printf(a, "rating of %.*s", STR_FMT(r->source));
	str version = str_starts(r->vector, STR("CVSS:")) ? str_upto(str_from(r->vector, 5), 3)
	                                                  : STR("2.0");
	return arena_printf(a, "CVSS %.*s of %.*s: %.1f", STR_FMT(version), STR_FMT(r->source),
	                    r->score);
}

/* The worst of all; of equals the one that would be chosen anyway */
static bool is_worse(const struct finding *f, const struct rating *a, const struct rating *b)
{
	if (a->severity != b->severity)
		return a->severity > b->severity;
	if (a->score > b->score || a->score < b->score)
		return a->score > b->score;
	return is_better(f, a, b);
}

static bool is_wanted(const struct finding *f, const struct rating *r, str word)
{
	if (str_eq_nocase(word, STR("vendor")))
		return is_own(f, r);
	if (str_eq_nocase(word, STR("cvss")))
		return r->vector.n;
	if (str_eq_nocase(word, STR("highest")))
		return true;
	if (str_eq_nocase(word, STR("ghsa")))
		word = STR("GitHub");
	if (str_eq_nocase(word, STR("cna")))
		return rank(r->source) == RANK_CNA;
	if (str_eq_nocase(str_upto(word, cna_mark.n), cna_mark))
		word = str_from(word, cna_mark.n);
	return str_eq_nocase(word, r->source);
}

/* The best of those that the word lets through; NULL when there is none */
static struct rating *pick(struct finding *f, str word)
{
	bool (*before)(const struct finding *, const struct rating *, const struct rating *) =
	        str_eq_nocase(word, STR("highest")) ? is_worse
	        : str_eq_nocase(word, STR("cvss"))  ? is_ranked
	                                            : is_better;
	struct rating *best = NULL;
	for (size_t i = 0; i < f->ratings.n; i++) {
		struct rating *r = &f->ratings.v[i];
		if ((!word.n || is_wanted(f, r, word)) && (!best || before(f, r, best)))
			best = r;
	}
	return best;
}

void rate_choose(struct arena *a, struct finding *f, str wanted)
{
	struct rating *best = NULL;
	str word;
	for (size_t i = 0; i < f->ratings.n; i++)
		f->ratings.v[i].chosen = false; /* by an earlier look at fewer of them */
	if (f->ratings.n)
		qsort(f->ratings.v, f->ratings.n, sizeof *f->ratings.v, order_ratings);
	while (!best && wanted.n && str_split(&wanted, ',', &word))
		if ((word = str_trim(word)).n)
			best = pick(f, word);
	best = best ? best : pick(f, (str){ 0 });
	f->severity = best ? best->severity : SEVERITY_UNKNOWN;
	f->severity_reason = best ? reason(a, f, best) : STR("no source rates it");
	if (best)
		best->chosen = true;
}
