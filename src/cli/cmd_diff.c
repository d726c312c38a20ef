/* cli/cmd_diff.c — `plimsoll diff A B`: two targets or saved reports beside each other. */
#include "cli/commands.h"
#include "cli/target_options.h"
#include "report/diff_writer.h"
#include "report/saved.h"
#include "scan/differ.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

enum { MEMORY_MIB = 256 };

struct settings {
	struct target_options target;
	const char *format, *output, *fail_on;
	enum severity bar;
	bool only_new; /* the bar is for new findings */
	const char *names[2];
};

struct side { /* a scan, or a report read back */
	struct scan *scan;
	struct arena arena;
	struct scan_report saved;
	const struct scan_report *report;
};

static const char about[] =
        "Shows what is different between two images: packages and findings new, gone and changed,\n"
        "gaps, base image, end of life. A and B are TARGETs of `plimsoll scan`, or reports that\n"
        "`scan -f json` wrote (report:FILE, or a FILE that ends in .json). Where in the image\n"
        "something lies does not matter.\n\n"
        "Exit status: 0 nothing above the bar, 1 --fail-on says no, 2 wrong use, 3 B could not be\n"
        "assessed whole, 4 input, registry or network failed.";

static const struct {
	const char *format;
	diff_writer_fn *write;
} formats[] = { { "table", as_diff }, { "json", as_diff_json }, { "markdown", as_diff_markdown } };

static diff_writer_fn *writer_of(const char *format)
{
	for (size_t i = 0; i < LEN(formats); i++)
		if (!strcmp(formats[i].format, format))
			return formats[i].write;
	return NULL;
}

/* "old.json", "./old" and "/tmp/old" are no images, also where there is no such file. */
static bool names_file(str name)
{
	return str_starts(name, STR("/")) || str_starts(name, STR("./")) ||
	       str_starts(name, STR("../")) ||
	       (str_ends(name, STR(".json")) && str_chr(name, ':') == name.n);
}

/* The file of a saved report; NULL: it is a target */
static const char *report_path(const char *name)
{
	struct stat st;

	if (!strncmp(name, "report:", 7))
		return name + 7;
	if (stat(name, &st) == 0)
		return str_ends(str_c(name), STR(".json")) && S_ISREG(st.st_mode) ? name : NULL;
	return names_file(str_c(name)) ? name : NULL; /* that there is none is said of a file */
}

static int read_arguments(struct settings *s, struct arena *kept, int argc, char **argv,
                          struct error *e)
{
	struct option_row rows[TARGET_ROWS_MAX] = {
		{ "fail-on", 0, OPTION_TEXT, &s->fail_on, "BAR",
		  "status 1 on findings that severe: new:high of new ones, high of all in B" },
		{ "format", 'f', OPTION_TEXT, &s->format, "FORMAT",
		  "table, json (docs/diff.md) or markdown" },
		{ "output", 'o', OPTION_TEXT, &s->output, "FILE",
		  "write there instead of standard output" },
	};
	struct command_line c = { "plimsoll diff [OPTION]... A B", about, rows, kept };
	int operands;
	str bar;

	target_options_rows(&s->target, true, rows);
	operands = options_read(&c, argc, argv, e);
	if (operands < 0)
		return operands;
	if (operands != 2)
		return error_set(e, ERR_USAGE,
		                 "diff takes two targets or reports; --help says more");
	if (!writer_of(s->format))
		return error_set(e, ERR_USAGE, "--format: \"%s\" is none of table, json, markdown",
		                 s->format);
	bar = str_c(s->fail_on);
	s->only_new = str_starts(bar, STR("new:"));
	s->bar = SEVERITY_COUNT;
	if (bar.n && !severity_parse(str_from(bar, s->only_new ? 4 : 0), &s->bar))
		return error_set(e, ERR_USAGE,
		                 "--fail-on: \"%s\" is no severity, and no new:SEVERITY",
		                 s->fail_on);
	for (int i = 0; i < 2; i++) {
		s->names[i] = argv[i + 1];
		if (!report_path(s->names[i]) && target_check(s->names[i], e) < 0)
			return e->code;
	}
	if (!strcmp(argv[1], "-") && !strcmp(argv[2], "-"))
		return error_set(e, ERR_USAGE, "standard input is one image only");
	return target_options_settle(&s->target, e);
}

static int read_report(const char *path, struct side *out, struct error *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf text cleanup(buf_done) = BUF(SAVED_BYTES);
	ssize_t got = 1;

	if (fd < 0)
		return error_errno(e, errno, "%s", path);
	while (got > 0) {
		char *room = buf_room(&text, 1 << 16);
		if (!room)
			return error_set(e, ERR_LIMIT, "%s: a report of more than %d MiB", path,
			                 SAVED_BYTES >> 20);
		got = read(fd, room, 1 << 16);
		if (got < 0)
			return error_errno(e, errno, "%s", path);
		buf_grown(&text, (size_t)got);
	}
	out->report = &out->saved;
	return saved_read(path, buf_view(&text), &out->arena, &out->saved, e);
}

static int open_side(struct settings *s, const char *name, struct side *out, struct error *e)
{
	const char *path = report_path(name);
	struct target_one one = { .target = name, .input_fd = STDIN_FILENO };
	struct scan_options o = target_scan(&s->target, &one, true);

	out->arena = ARENA(MIB(MEMORY_MIB));
	if (path)
		return read_report(path, out, e);
	if (target_run(&s->target, &one, &o, &out->scan, e) < 0)
		return e->code;
	out->report = scan_report(out->scan);
	return 0;
}

static void close_side(struct side *x)
{
	scan_free(x->scan);
	arena_done(&x->arena);
}

static int print(const struct settings *s, const struct difference *d, struct error *e)
{
	struct buf out cleanup(buf_done) = BUF(MIB(MEMORY_MIB));
	struct writer_style style = screen_style(s->output != NULL);
	int r = writer_of(s->format)(d, &style, &out, e);

	return r < 0 ? r : screen_write(buf_view(&out), s->output, e);
}

static int verdict(const struct settings *s, const struct difference *d)
{
	if (s->only_new && d->any_new && d->worst_new >= s->bar)
		return 1;
	return scan_verdict(d->b, s->only_new ? SEVERITY_COUNT : s->bar);
}

static int run(struct settings *s, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(MEMORY_MIB));
	struct side before = { 0 }, after = { 0 };
	struct difference d;
	int r = open_side(s, s->names[0], &before, e);

	if (r >= 0)
		r = open_side(s, s->names[1], &after, e);
	if (r >= 0)
		r = differ_reports(before.report, after.report, &a, &d, e);
	if (r >= 0)
		r = print(s, &d, e);
	if (r >= 0)
		r = verdict(s, &d);
	close_side(&before);
	close_side(&after);
	return r;
}

int cmd_diff(int argc, char **argv)
{
	struct settings s = { .format = "table" };
	struct arena kept cleanup(arena_done) = ARENA(MIB(64));
	struct error e = { 0 };
	int r = read_arguments(&s, &kept, argc, argv, &e);

	if (r < 0)
		return e.code ? screen_fail(&e) : 0;
	if (target_options_open(&s.target, true, true, &kept, &e) < 0)
		return screen_fail(&e);
	r = run(&s, &e);
	target_options_done(&s.target);
	return r < 0 ? screen_fail(&e) : r;
}
