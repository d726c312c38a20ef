/* fuzz/fuzz_versions.c — is each order an order, and does range.c answer as the schema's own way of
 * sorting the events does? Input: a byte for the ecosystem, then lines: versions, and events with a
 * letter for their kind in front. */
#include "base/attr.h"
#include "version/ecosystem.h"
#include "version/range.h"
#include <assert.h>

#define LINES_MAX 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int sign(int c)
{
	return (c > 0) - (c < 0);
}

/* rpm leaves out a missing release, and Maven's rules for qualifiers and zeros run in circles. */
static bool is_transitive(const struct ecosystem *eco)
{
	return strcmp(eco->order, "rpm") && strcmp(eco->order, "Maven");
}

static void check_order(const struct ecosystem *eco, const str *v)
{
	int ab = sign(eco->compare(v[0], v[1])), bc = sign(eco->compare(v[1], v[2]));
	int ac = sign(eco->compare(v[0], v[2]));
	assert(!eco->compare(v[0], v[0]));
	assert(ab == -sign(eco->compare(v[1], v[0])));
	if (!is_transitive(eco))
		return;
	if (ab <= 0 && bc <= 0)
		assert(ac <= 0 && (ac < 0 || (!ab && !bc)));
	if (ab >= 0 && bc >= 0)
		assert(ac >= 0 && (ac > 0 || (!ab && !bc)));
}

static bool is_before(const struct ecosystem *eco, const struct range_event *a, const struct range_event *b)
{
	bool start_a = a->kind == EVENT_INTRODUCED && str_eq(a->version, STR("0"));
	bool start_b = b->kind == EVENT_INTRODUCED && str_eq(b->version, STR("0"));
	if (start_a || start_b)
		return start_a && !start_b;
	return eco->compare(a->version, b->version) < 0;
}

/* The schema's words: sort, then let each event switch. No limits. */
static bool is_affected(const struct ecosystem *eco, str version, struct range_event *events, size_t n)
{
	bool affected = false;
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j && is_before(eco, &events[j], &events[j - 1]); j--) {
			struct range_event swap = events[j];
			events[j] = events[j - 1];
			events[j - 1] = swap;
		}
	for (size_t i = 0; i < n; i++) {
		bool start = str_eq(events[i].version, STR("0")) && events[i].kind == EVENT_INTRODUCED;
		int c = start ? 1 : eco->compare(version, events[i].version);
		if (events[i].kind == EVENT_INTRODUCED && c >= 0)
			affected = true;
		if (events[i].kind == EVENT_FIXED && c >= 0)
			affected = false;
		if (events[i].kind == EVENT_LAST_AFFECTED && c > 0)
			affected = false;
	}
	return affected;
}

static void check_ranges(const struct ecosystem *eco, const str *lines, size_t n)
{
	struct range_event events[LINES_MAX], sorted[LINES_MAX];
	bool plain = true; /* no limits, no odd versions */
	for (size_t i = 1; i < n; i++) {
		char kind = lines[i].n ? lines[i].p[0] : 'i';
		events[i - 1].kind = kind == 'f' ? EVENT_FIXED : kind == 'l' ? EVENT_LAST_AFFECTED :
				     kind == 'm' ? EVENT_LIMIT : EVENT_INTRODUCED;
		events[i - 1].version = str_from(lines[i], 1);
		plain &= kind != 'm' && eco->valid(events[i - 1].version);
	}
	struct range ranges[2] = { { events, n / 2 }, { events + n / 2, n - 1 - n / 2 } };
	struct range whole = { events, n - 1 };
	struct range_verdict v = range_evaluate_one(eco, lines[0], &whole);
	assert(!v.affected || (v.introduced && !(v.fixed && v.last_affected)));
	if (v.affected && v.fixed && plain && is_transitive(eco))
		assert(eco->compare(lines[0], v.fixed->version) < 0);
	memcpy(sorted, events, sizeof events);
	if (plain && is_transitive(eco))
		assert(v.affected == is_affected(eco, lines[0], sorted, n - 1));
	v = range_evaluate(eco, lines[0], ranges, 2, lines, 2); /* listed, as it is its own first */
	assert(v.affected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	str rest = str_mem(data + 1, n ? n - 1 : 0), lines[LINES_MAX] = { 0 };
	size_t rows = 0, got = 0;
	while (ecosystem_at(rows))
		rows++;
	if (!n)
		return 0;
	const struct ecosystem *eco = ecosystem_at(data[0] % rows);
	while (got < LINES_MAX && str_split(&rest, '\n', &lines[got]))
		got++;
	for (size_t i = 0; i < got; i++)
		eco->valid(lines[i]);
	check_order(eco, lines);
	if (got)
		check_ranges(eco, lines, got);
	struct os_release os = { lines[0], lines[1], lines[2], lines[3] };
	str release = ecosystem_of_release(&a, &os);
	assert(!release.n || ecosystem_find(release));
	return 0;
}
