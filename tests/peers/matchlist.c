/* The matcher as a filter, for peers that check it: packages on stdin, one a line, tab-separated
 *   type  name  version  source  source-version  module
 * and findings on stdout, one a line: number of the line, id, status, fixed version, severity,
 * advisories with commas. Usage: matchlist DATABASE [ECOSYSTEM]; with MATCHLIST_TIME=1 the CPU time
 * that the matches took goes to stderr. */
#include "base/time.h"
#include "vulndb/vulndb.h"
#include <stdio.h>
#include <time.h>

enum { AT_ONCE = 1000 }; /* packages that are matched as those of one image */

static bool type_of(str word, enum package_type *out)
{
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (str_eq(word, str_c(package_purl_type((enum package_type)t)))) {
			*out = (enum package_type)t;
			return true;
		}
	return false;
}

static void print(size_t line, const struct finding *f)
{
	printf("%zu\t%.*s\t%s\t%.*s\t%s\t", line, STR_FMT(f->id), fix_status_word(f->status),
	       STR_FMT(f->fixed_version), severity_word(f->severity));
	for (size_t i = 0; i < f->advisories.n; i++)
		printf("%s%.*s", i ? "," : "", STR_FMT(f->advisories.v[i]));
	putchar('\n');
}

/* Strings of a line are copied; the line's number is kept as the offset. */
static void take_line(struct arena *a, struct scan_report *r, str rest, size_t line)
{
	str piece[6] = { 0 };
	for (size_t i = 0; i < LEN(piece) && str_split(&rest, '\t', &piece[i]); i++)
		piece[i] = arena_str(a, piece[i]);
	struct package p = { .name = piece[1],
		             .version = piece[2],
		             .source = piece[3],
		             .source_version = piece[4],
		             .module = piece[5],
		             .offset = line };
	if (type_of(piece[0], &p.type))
		vec_add(a, &r->packages, p);
}

static size_t print_all(const struct scan_report *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->findings.n; i++)
		if (r->findings.v[i].state != STATE_WITHDRAWN) {
			print((size_t)r->findings.v[i].package->offset, &r->findings.v[i]);
			n++;
		}
	return n;
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct vulndb *db;
	struct error e = { 0 };
	struct distro distro = { .ecosystem = argc > 2 ? str_c(argv[2]) : (str){ 0 } };
	struct arena a cleanup(arena_done) = ARENA((size_t)4 << 30);
	autofree char *text = NULL;
	size_t room = 0, line = 0, findings = 0;
	int64_t spent = 0;
	ssize_t n = 1;
	if (argc < 2 || vulndb_open(argv[1], &db, &e) < 0) {
		fprintf(stderr, "matchlist: %s\n", e.msg);
		return 2;
	}
	while (n > 0) {
		struct scan_report r = { 0 };
		for (size_t i = 0; i < AT_ONCE && (n = getline(&text, &room, stdin)) > 0; i++)
			take_line(&a, &r, str_trim(str_mem(text, (size_t)n)), line++);
		spent -= now_ns();
		if (vulndb_match_all(db, &distro, NULL, &a, &r, &e) < 0) {
			fprintf(stderr, "matchlist: %s\n", e.msg);
			return 1;
		}
		spent += now_ns();
		findings += print_all(&r);
		arena_reset(&a);
	}
	if (getenv("MATCHLIST_TIME"))
		fprintf(stderr, "%zu packages, %zu findings, %.3f ms\n", line, findings,
		        (double)spent / 1e6);
	vulndb_close(db);
	return 0;
}
