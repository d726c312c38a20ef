/* The matcher as a filter, for peers that check it: packages on stdin, one a line, tab-separated
 *   type  name  version  source  source-version  module
 * and findings on stdout, one a line: number of the line, id, status, fixed version, severity,
 * advisories with commas. Usage: matchlist DATABASE [ECOSYSTEM]; with MATCHLIST_TIME=1 the CPU time
 * that the matches took goes to stderr. */
#include "base/time.h"
#include "vulndb/vulndb.h"
#include <stdio.h>
#include <time.h>

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

int main(int argc, char **argv)
{
	struct vulndb *db;
	struct error e = { 0 };
	struct distro distro = { .ecosystem = argc > 2 ? str_c(argv[2]) : (str){ 0 } };
	struct arena a cleanup(arena_done) = ARENA((size_t)4 << 30);
	autofree char *text = NULL;
	size_t room = 0, line = 0, findings = 0;
	int64_t spent = 0;
	if (argc < 2 || vulndb_open(argv[1], &db, &e) < 0) {
		fprintf(stderr, "matchlist: %s\n", e.msg);
		return 2;
	}
	for (ssize_t n; (n = getline(&text, &room, stdin)) > 0; line++) {
		str rest = str_trim(str_mem(text, (size_t)n)), piece[6] = { 0 };
		for (size_t i = 0; i < LEN(piece) && str_split(&rest, '\t', &piece[i]); i++)
			;
		struct package p = { .name = piece[1],
			             .version = piece[2],
			             .source = piece[3],
			             .source_version = piece[4],
			             .module = piece[5] };
		struct scan_report r = { 0 };
		struct timespec from, to;
		if (!type_of(piece[0], &p.type))
			continue;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		if (vulndb_match(db, &p, &distro, &a, &r, &e) < 0) {
			fprintf(stderr, "matchlist: %s\n", e.msg);
			return 1;
		}
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		spent += (to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec;
		for (size_t i = 0; i < r.findings.n; i++)
			if (r.findings.v[i].state != STATE_WITHDRAWN) {
				print(line, &r.findings.v[i]);
				findings++;
			}
		arena_reset(&a);
	}
	if (getenv("MATCHLIST_TIME"))
		fprintf(stderr, "%zu packages, %zu findings, %.3f ms\n", line, findings,
		        (double)spent / 1e6);
	vulndb_close(db);
	return 0;
}
