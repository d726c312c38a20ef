#include "vulndb/epss.h"
#include "base/time.h"
#include "base/vec.h"
#include <inttypes.h>
#include <stdio.h>

enum { ROOM_BYTES = 64 << 10, SCORES_BYTES = 192 << 20 };

struct epss {
	struct arena kept;
	VEC(struct epss_score) list;
	char *date;
	uint64_t line;
	bool headed; /* the line that names the columns was there */
};

/* "0.94358" in millionths; the digits behind are cut off */
static bool parse_share(str s, uint32_t *out)
{
	uint32_t whole = 0, part = 0, unit = FACTS_WHOLE / 10;
	size_t i = 0;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		if ((whole = whole * 10 + (uint32_t)(s.p[i] - '0')) > 1)
			return false;
	if (!i)
		return false;
	if (i < s.n && s.p[i++] != '.')
		return false;
	for (; i < s.n; i++, unit /= 10) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		part += (uint32_t)(s.p[i] - '0') * unit;
	}
	*out = whole * FACTS_WHOLE + part;
	return *out <= FACTS_WHOLE;
}

/* "#model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000" */
static void take_comment(struct epss *x, str line)
{
	size_t at = str_find(line, STR("score_date:"));
	str date = str_upto(str_from(line, at + 11), 10);
	int64_t t;
	if (date.n == 10 && time_parse(date, &t))
		snprintf(x->date, 40, "%.*sT00:00:00Z", STR_FMT(date));
}

static int bad_line(const struct epss *x, struct error *e)
{
	return error_set(e, ERR_FORMAT, "line %" PRIu64 ": no CVE with its score", x->line);
}

static int take_line(struct epss *x, str line, struct error *e)
{
	struct epss_score s = { 0 };
	str cve, probability = { 0 }, percentile = { 0 };
	x->line++;
	line = str_trim(line);
	if (!line.n)
		return 0;
	if (line.p[0] == '#') {
		take_comment(x, line);
		return 0;
	}
	if (!x->headed) {
		x->headed = str_starts(line, STR("cve,epss"));
		return x->headed ? 0 : error_set(e, ERR_FORMAT, "no EPSS file: no cve,epss header");
	}
	str_split(&line, ',', &cve);
	str_split(&line, ',', &probability);
	str_split(&line, ',', &percentile);
	if (!facts_cve(cve, &s.year, &s.number) || !parse_share(probability, &s.probability) ||
	    (percentile.n && !parse_share(percentile, &s.percentile)))
		return bad_line(x, e);
	if (x->list.n >= EPSS_ROWS_MAX || !vec_add(&x->kept, &x->list, s))
		return error_set(e, ERR_LIMIT, "more than %d scores", EPSS_ROWS_MAX);
	return 0;
}

static int read_lines(struct epss *x, struct stream *from, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(ROOM_BYTES + EPSS_LINE_BYTES);
	for (;;) {
		char *room = buf_room(&b, ROOM_BYTES);
		if (!room)
			return error_set(e, ERR_FORMAT, "line %" PRIu64 ": longer than %d bytes",
			                 x->line + 1, EPSS_LINE_BYTES);
		ssize_t n = stream_read(from, room, ROOM_BYTES, e);
		if (n < 0)
			return (int)n;
		buf_grown(&b, (size_t)n);
		str rest = buf_view(&b);
		size_t end;
		int r = 0;
		while (r == 0 && (end = str_chr(rest, '\n')) < rest.n) {
			r = take_line(x, str_upto(rest, end), e);
			rest = str_from(rest, end + 1);
		}
		if (r == 0 && !n && rest.n)
			r = take_line(x, rest, e);
		if (r < 0 || !n)
			return r;
		if (rest.n)
			memmove(b.p, rest.p, rest.n);
		b.n = rest.n;
	}
}

static int order_scores(const void *a, const void *b)
{
	const struct epss_score *x = a, *y = b;
	if (x->year != y->year)
		return x->year < y->year ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->probability < y->probability) - (x->probability > y->probability);
}

static bool same_block(const struct epss_score *a, const struct epss_score *b)
{
	return a->year == b->year && a->number / FACTS_BLOCK == b->number / FACTS_BLOCK;
}

static int give_blocks(const struct epss *x, epss_each *each, void *ctx, struct error *e)
{
	struct buf value cleanup(buf_done) = BUF(FACTS_BLOCK * FACTS_SCORE_BYTES);
	char key[FACTS_KEY_BYTES];
	int r = 0;
	for (size_t i = 0; r == 0 && i < x->list.n;) {
		const struct epss_score *first = &x->list.v[i];
		buf_clear(&value);
		for (; i < x->list.n && same_block(first, &x->list.v[i]); i++)
			if (&x->list.v[i] == first ||
			    x->list.v[i].number != x->list.v[i - 1].number)
				facts_put_score(&value, &x->list.v[i]);
		r = each(ctx, facts_score_key(key, first->year, first->number), buf_view(&value),
		         e);
	}
	return r;
}

int epss_read(struct stream *from, epss_each *each, void *ctx, char date[40], struct error *e)
{
	struct epss x = { .kept = ARENA(SCORES_BYTES), .date = date };
	date[0] = 0;
	int r = read_lines(&x, from, e);
	if (r == 0 && !x.headed)
		r = error_set(e, ERR_FORMAT, "no EPSS file: it is empty");
	if (r == 0 && x.list.n)
		qsort(x.list.v, x.list.n, sizeof *x.list.v, order_scores);
	r = r < 0 ? r : give_blocks(&x, each, ctx, e);
	arena_done(&x.kept);
	return r;
}
