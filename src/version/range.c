/* version/range.c — OSV's evaluation of ranges, ossf.github.io/osv-schema "Evaluation": events in
 * the order of their versions switch "vulnerable" on and off; the last one at or before the version
 * counts. Ranges have two events, some have a hundred. */
#include "version/range.h"
#include "version/digits.h"

#define ODD_BYTES   128 /* of a version that is none, looked at for a valid front */
#define MATCHES_MAX 16  /* ranges compared with each other for the nearest fix */

/* Before any version, the lowest pre-release too. */
static bool is_start(const struct range_event *event)
{
	return event->kind == EVENT_INTRODUCED && str_eq(event->version, STR("0"));
}

static bool is_word_of(char a, char b) /* do two bytes belong to one word or number? */
{
	return (is_digit(a) && is_digit(b)) || (is_alpha(a) && is_alpha(b));
}

/* A version as it can be ordered: itself, or of one that the ecosystem does not take ("1.2.31-0" of
 * Alpine, "2.6.0-NA" of PyPI) what is valid in front; empty when nothing is. */
static str orderable(const struct ecosystem *eco, str v)
{
	if (eco->valid(v))
		return v;
	for (size_t n = MIN(v.n, (size_t)ODD_BYTES); n > 0; n--)
		if ((n == v.n || !is_word_of(v.p[n - 1], v.p[n])) && eco->valid(str_upto(v, n)))
			return str_upto(v, n);
	return (str){ 0 };
}

static int compare_event(const struct ecosystem *eco, str version, const struct range_event *event)
{
	return is_start(event) ? 1 : eco->compare(version, orderable(eco, event->version));
}

static int compare_events(const struct ecosystem *eco, const struct range_event *a,
                          const struct range_event *b)
{
	if (is_start(a))
		return is_start(b) ? 0 : -1;
	return compare_event(eco, orderable(eco, a->version), b);
}

/* Has the version reached this event? */
static bool reached(const struct ecosystem *eco, str version, const struct range_event *event)
{
	int c = compare_event(eco, version, event);
	return event->kind == EVENT_LAST_AFFECTED ? c > 0 : c >= 0;
}

/* An odd event of which the valid part does not tell on which side the version is. */
static const struct range_event *find_unordered(const struct ecosystem *eco, str version,
                                                const struct range *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct range_event *event = &r->events[i];
		if (is_start(event) || str_eq(event->version, STR("*")) ||
		    eco->valid(event->version))
			continue;
		str front = orderable(eco, event->version);
		if (!front.n || !eco->compare(version, front))
			return event;
	}
	return NULL;
}

bool range_compare(const struct ecosystem *eco, str version, const struct range_event *event,
                   int *out)
{
	const struct range one = { event, 1 };
	if (str_eq(event->version, STR("*")))
		*out = -1;
	else if (find_unordered(eco, version, &one))
		return false;
	else
		*out = compare_event(eco, version, event);
	return true;
}

static bool within_limits(const struct ecosystem *eco, str version, const struct range *r)
{
	bool limited = false;
	for (size_t i = 0; i < r->n; i++) {
		const struct range_event *event = &r->events[i];
		if (event->kind != EVENT_LIMIT)
			continue;
		if (str_eq(event->version, STR("*")) || compare_event(eco, version, event) < 0)
			return true;
		limited = true;
	}
	return !limited;
}

/* The last event that the version has reached; of equal ones the later in the record. */
static const struct range_event *last_reached(const struct ecosystem *eco, str version,
                                              const struct range *r)
{
	const struct range_event *last = NULL;
	for (size_t i = 0; i < r->n; i++) {
		const struct range_event *event = &r->events[i];
		if (event->kind != EVENT_LIMIT && reached(eco, version, event) &&
		    (!last || compare_events(eco, event, last) >= 0))
			last = event;
	}
	return last;
}

/* The first event that switches "vulnerable" off and that the version has not reached. */
static const struct range_event *first_end(const struct ecosystem *eco, str version,
                                           const struct range *r)
{
	const struct range_event *first = NULL;
	for (size_t i = 0; i < r->n; i++) {
		const struct range_event *event = &r->events[i];
		if ((event->kind != EVENT_FIXED && event->kind != EVENT_LAST_AFFECTED) ||
		    reached(eco, version, event))
			continue;
		int c = first ? compare_events(eco, event, first) : -1;
		if (c < 0 || (!c && event->kind == EVENT_FIXED))
			first = event;
	}
	return first;
}

/* From the start to one fix, which is what most records say: one comparison decides. */
static bool is_simple(const struct ecosystem *eco, const struct range *r)
{
	return r->n == 2 && r->events[0].kind == EVENT_INTRODUCED && is_start(&r->events[0]) &&
	       r->events[1].kind == EVENT_FIXED && eco->valid(r->events[1].version);
}

static struct range_verdict evaluate_simple(const struct ecosystem *eco, str version,
                                            const struct range *r)
{
	if (eco->compare(version, r->events[1].version) >= 0)
		return (struct range_verdict){ 0 };
	return (struct range_verdict){ .affected = true,
		                       .introduced = &r->events[0],
		                       .fixed = &r->events[1] };
}

struct range_verdict range_evaluate_one(const struct ecosystem *eco, str version,
                                        const struct range *r)
{
	if (is_simple(eco, r))
		return evaluate_simple(eco, version, r);
	struct range_verdict v = { .unordered = find_unordered(eco, version, r) };
	if (v.unordered || !within_limits(eco, version, r))
		return v;
	const struct range_event *last = last_reached(eco, version, r);
	if (!last || last->kind != EVENT_INTRODUCED)
		return v;
	const struct range_event *end = first_end(eco, version, r);
	v.affected = true;
	v.introduced = last;
	v.fixed = end && end->kind == EVENT_FIXED ? end : NULL;
	v.last_affected = end && end->kind == EVENT_LAST_AFFECTED ? end : NULL;
	return v;
}

static bool in_any(const struct ecosystem *eco, str version, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (range_evaluate_one(eco, version, &ranges[i]).affected)
			return true;
	return false;
}

/* Is a's fix a better advice than b's? One that no range holds, then the lower one. */
static bool is_better(const struct ecosystem *eco, const struct range_verdict *a,
                      const struct range_verdict *b, const struct range *ranges, size_t n)
{
	if (!a->fixed || !b->fixed)
		return a->fixed != NULL;
	bool a_out = !in_any(eco, a->fixed->version, ranges, n);
	bool b_out = !in_any(eco, b->fixed->version, ranges, n);
	int c = compare_events(eco, a->fixed, b->fixed);
	return a_out != b_out ? a_out : a_out ? c < 0 : c > 0;
}

static bool is_listed(const struct ecosystem *eco, str version, const str *versions, size_t n)
{
	bool valid = eco->valid(version);
	for (size_t i = 0; i < n; i++)
		if (str_eq(version, versions[i]) ||
		    (valid && !eco->compare(version, versions[i]) && eco->valid(versions[i])))
			return true;
	return false;
}

/* A listed version says nothing about fixes, but a range of the same package may. */
static const struct range_event *next_fix(const struct ecosystem *eco, str version,
                                          const struct range *ranges, size_t n)
{
	const struct range_event *best = NULL;
	for (size_t i = 0; i < n; i++) {
		if (find_unordered(eco, version, &ranges[i]))
			continue;
		const struct range_event *end = first_end(eco, version, &ranges[i]);
		if (end && end->kind == EVENT_FIXED &&
		    (!best || compare_events(eco, end, best) < 0))
			best = end;
	}
	return best;
}

struct range_verdict range_evaluate(const struct ecosystem *eco, str version,
                                    const struct range *ranges, size_t n_ranges,
                                    const str *versions, size_t n_versions)
{
	struct range_verdict best = { 0 };
	const struct range_event *unordered = NULL;
	unsigned matches = 0;
	for (size_t i = 0; i < n_ranges && matches < MATCHES_MAX; i++) {
		struct range_verdict v = range_evaluate_one(eco, version, &ranges[i]);
		if (v.unordered)
			unordered = v.unordered;
		if (!v.affected)
			continue;
		matches++;
		if (!best.affected || is_better(eco, &v, &best, ranges, n_ranges))
			best = v;
	}
	if (!best.affected && is_listed(eco, version, versions, n_versions)) {
		best.affected = best.listed = true;
		best.fixed = next_fix(eco, version, ranges, n_ranges);
	}
	best.unordered = n_versions ? NULL : unordered; /* else the list has answered */
	return best;
}
