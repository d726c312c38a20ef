/* cli/cmd_compare.c — `plimsoll compare ECOSYSTEM [A B]`: order two versions, or pairs on stdin,
 * one tab-separated pair a line; any number of lines, none longer than LINE_BYTES. */
#include "base/error.h"
#include "cli/commands.h"
#include "version/ecosystem.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define LINE_BYTES 65536

static const char help[] =
        "usage: plimsoll compare ECOSYSTEM A B\n"
        "       plimsoll compare ECOSYSTEM < PAIRS\n"
        "\n"
        "Orders versions A and B as ECOSYSTEM does and prints <, = or >, or ? when one of them\n"
        "is no version there. Without A and B it reads tab-separated pairs from standard input\n"
        "and prints one sign a line.\n"
        "\n"
        "Exit status: 0 ordered, 2 wrong use or a line without a tab, 3 some were no versions.\n";

struct reader {
	char bytes[LINE_BYTES];
	size_t at, n;
	uint64_t line;
};

static void print_known(FILE *to)
{
	const struct ecosystem *eco;
	fputs("known ecosystems: ", to);
	for (size_t i = 0; (eco = ecosystem_at(i)); i++)
		fprintf(to, "%s%.*s", i ? ", " : "", STR_FMT(eco->name));
	fputc('\n', to);
}

static int misuse(const char *why)
{
	fprintf(stderr, "plimsoll: compare: %s\n%s", why, help);
	return error_exit_status(ERR_USAGE);
}

static char sign_of(const struct ecosystem *eco, str a, str b)
{
	if (!eco->valid(a) || !eco->valid(b))
		return '?';
	int c = eco->compare(a, b);
	return c < 0 ? '<' : c > 0 ? '>' : '=';
}

/* 1 a line (without \n or \r\n), 0 the end, ERR_… with e set */
static int next_line(struct reader *r, str *out, struct error *e)
{
	char *end;
	while (!(end = memchr(r->bytes + r->at, '\n', r->n - r->at))) {
		memmove(r->bytes, r->bytes + r->at, r->n - r->at);
		r->n -= r->at;
		r->at = 0;
		if (r->n == sizeof r->bytes)
			return error_set(e, ERR_USAGE, "line %" PRIu64 ": longer than %d bytes",
			                 r->line + 1, LINE_BYTES);
		size_t got = fread(r->bytes + r->n, 1, sizeof r->bytes - r->n, stdin);
		r->n += got;
		if (got)
			continue;
		if (ferror(stdin))
			return error_errno(e, errno, "standard input");
		if (!r->n)
			return 0;
		end = r->bytes + r->n; /* the last line has no end */
		break;
	}
	*out = str_mem(r->bytes + r->at, (size_t)(end - r->bytes) - r->at);
	r->at = MIN((size_t)(end - r->bytes) + 1, r->n);
	if (out->n && out->p[out->n - 1] == '\r')
		out->n--;
	r->line++;
	return 1;
}

static int compare_lines(const struct ecosystem *eco, uint64_t *invalid, struct error *e)
{
	static struct reader r;
	str line = { 0 };
	int got;
	while ((got = next_line(&r, &line, e)) > 0) {
		size_t tab = str_chr(line, '\t');
		if (tab == line.n)
			return error_set(e, ERR_USAGE,
			                 "line %" PRIu64 ": no tab between two versions", r.line);
		char sign = sign_of(eco, str_upto(line, tab), str_from(line, tab + 1));
		*invalid += sign == '?';
		putc_unlocked(sign, stdout);
		putc_unlocked('\n', stdout);
	}
	return got;
}

static int finish(const struct ecosystem *eco, uint64_t invalid, int r, struct error *e)
{
	if (fflush(stdout) && r >= 0)
		r = error_errno(e, errno, "standard output");
	if (r < 0) {
		fprintf(stderr, "plimsoll: compare: %s\n", e->msg);
		return error_exit_status(r);
	}
	if (invalid)
		fprintf(stderr,
		        "plimsoll: compare: %" PRIu64
		        " pair%s with what is no version in %s order\n",
		        invalid, invalid == 1 ? "" : "s", eco->order);
	return invalid ? 3 : 0;
}

int cmd_compare(int argc, char **argv)
{
	struct error e = { 0 };
	uint64_t invalid = 0;
	int r = 0;
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			fputs(help, stdout);
			print_known(stdout);
			return 0;
		}
	if (argc > 1 && !strcmp(argv[1], "--")) {
		argc--;
		argv++;
	}
	if (argc != 2 && argc != 4)
		return misuse(argc < 2 ? "which ecosystem?"
		                       : "one ecosystem and two versions are needed");
	const struct ecosystem *eco = ecosystem_find(str_c(argv[1]));
	if (!eco) {
		fprintf(stderr, "plimsoll: compare: unknown ecosystem \"%s\"\n", argv[1]);
		print_known(stderr);
		return error_exit_status(ERR_USAGE);
	}
	if (argc == 4) {
		char sign = sign_of(eco, str_c(argv[2]), str_c(argv[3]));
		invalid = sign == '?';
		printf("%c\n", sign);
	} else {
		r = compare_lines(eco, &invalid, &e);
	}
	return finish(eco, invalid, r, &e);
}
