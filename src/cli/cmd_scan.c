/* cli/cmd_scan.c — `plimsoll scan TARGET` and `plimsoll sbom TARGET`. */
#include "cli/commands.h"
#include "cli/outlet.h"
#include "cli/target_options.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

struct settings {
	struct target_options target;
	bool sbom;
	const char *format, *output, *severity, *fail_on, *template_path;
	struct option_list inputs;
	bool all_platforms, ignore_unfixed, exit_on_eol, plan, show_suppressed;
	/* read from the above */
	unsigned shown;
	enum severity bar;
	char **targets;
	int targets_n;
};

static const char scan_about[] =
        "Finds known vulnerabilities in images and says what it could not look at.\n\n";

static const char scan_statuses[] =
        "\nExit status: 0 clean or nothing above the bar, 1 --fail-on says no, 2 wrong use,\n"
        "3 could not assess (the report says what and why), 4 input, registry or network failed.\n"
        "Of several images the gravest counts: 2, then 1, 4, 3.";

static const char sbom_about[] =
        "Lists the packages of an image, without looking for vulnerabilities.\n"
        "TARGET is as for `plimsoll scan`.";

static int read_severities(const char *text, unsigned *out, struct error *e)
{
	str rest = str_c(text), word;
	enum severity s;

	while (str_split(&rest, ',', &word)) {
		if (!severity_parse(str_trim(word), &s))
			return error_set(
			        e, ERR_USAGE,
			        "--severity: \"%.*s\" is none of critical, high, medium, low, "
			        "negligible, unknown",
			        STR_FMT(word));
		*out |= 1u << s;
	}
	return 0;
}

static bool is_several(const struct settings *s)
{
	return s->all_platforms || (size_t)s->targets_n + s->inputs.texts.n > 1;
}

static unsigned reads_stdin(const struct settings *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->inputs.texts.n; i++)
		n += !strcmp(s->inputs.texts.v[i], "-");
	for (int i = 0; i < s->targets_n; i++)
		n += !strcmp(s->targets[i], "-");
	return n;
}

static bool has_plan(const char *format)
{
	return !strcmp(format, "table") || !strcmp(format, "json") || !strcmp(format, "markdown");
}

static int settle(struct settings *s, struct arena *kept, struct error *e)
{
	s->bar = SEVERITY_COUNT;
	if (s->fail_on && !severity_parse(str_c(s->fail_on), &s->bar))
		return error_set(e, ERR_USAGE,
		                 "--fail-on: \"%s\" is none of critical, high, medium, low, "
		                 "negligible, unknown",
		                 s->fail_on);
	if (s->severity && read_severities(s->severity, &s->shown, e) < 0)
		return e->code;
	if (s->template_path)
		s->format = "table"; /* as a text: several follow one another */
	if (!writer_find(s->format))
		return error_set(e, ERR_USAGE, "--format: \"%s\" is none of %.*s", s->format,
		                 STR_FMT(writer_names(kept, s->sbom)));
	if (s->sbom && !writer_find(s->format)->inventory)
		return error_set(e, ERR_USAGE, "--format: %s has no word for packages alone",
		                 s->format);
	if (s->plan && (s->sbom || s->template_path || !has_plan(s->format)))
		return error_set(e, ERR_USAGE,
		                 "--plan goes with the formats table, json and markdown of `scan`");
	if (s->all_platforms && (s->target.platform || s->inputs.texts.n))
		return error_set(e, ERR_USAGE,
		                 "--all-platforms goes with targets, and not with --platform");
	if (reads_stdin(s) > (s->target.password_stdin ? 0 : 1))
		return error_set(e, ERR_USAGE,
		                 "standard input is either the password or one image");
	return target_options_settle(&s->target, e);
}

static void add_rows(struct option_row to[TARGET_ROWS_MAX], const struct option_row *more)
{
	size_t n = 0;

	while (to[n].name)
		n++;
	for (; more->name; more++)
		to[n++] = *more;
	to[n] = (struct option_row){ 0 };
}

static int read_arguments(struct settings *s, struct arena *kept, int argc, char **argv,
                          struct error *e)
{
	struct option_row rows[TARGET_ROWS_MAX] = {
		// clang-format off
		{ "format", 'f', OPTION_TEXT, &s->format, "FORMAT", "of those above (table; sbom: cyclonedx)" },
		{ "template", 0, OPTION_TEXT, &s->template_path, "FILE", "through this template (docs/templates.md)" },
		{ "output", 'o', OPTION_TEXT, &s->output, "FILE", "write there instead of standard output; FOLDER/: a file an image" },
		{ "exit-on-eol", 0, OPTION_FLAG, &s->exit_on_eol, NULL, "status 1 when the distribution's release has ended" },
		{ "input", 0, OPTION_LIST, &s->inputs, "FILE", "an image archive instead of TARGET, again for several; - is standard input" },
		{ "all-platforms", 0, OPTION_FLAG, &s->all_platforms, NULL, "each image of an index, a report each" },
		{ 0 },
		// clang-format on
	};
	const struct option_row of_findings[] = {
		// clang-format off
		{ "severity", 's', OPTION_TEXT, &s->severity, "LIST", "show only these, as in critical,high" },
		{ "fail-on", 0, OPTION_TEXT, &s->fail_on, "SEVERITY", "status 1 when a finding is that severe or worse" },
		{ "show-suppressed", 0, OPTION_FLAG, &s->show_suppressed, NULL, "list in the table what was hidden, and why" },
		{ "plan", 0, OPTION_FLAG, &s->plan, NULL, "and which upgrades clear most (table, json, markdown; docs/plan.md)" },
		{ "ignore-unfixed", 0, OPTION_FLAG, &s->ignore_unfixed, NULL, "leave out what no version fixes" },
		{ 0 },
		// clang-format on
	};
	str about = arena_printf(kept, "%s%s%s\n\nFormats:\n%.*s",
	                         s->sbom ? sbom_about : scan_about, s->sbom ? "" : target_kinds,
	                         s->sbom ? "" : scan_statuses, STR_FMT(writer_help(kept, s->sbom)));
	struct command_line c = { s->sbom ? "plimsoll sbom [OPTION]... TARGET..."
		                          : "plimsoll scan [OPTION]... TARGET...",
		                  about.p, rows, kept };
	int operands;

	if (!s->sbom)
		add_rows(rows, of_findings);
	target_options_rows(&s->target, !s->sbom, rows);
	operands = options_read(&c, argc, argv, e);
	if (operands < 0)
		return operands;
	if (!operands && !s->inputs.texts.n)
		return error_set(e, ERR_USAGE, "%s takes a TARGET; --help says more", argv[0]);
	for (int i = 1; i <= operands; i++)
		if (target_check(argv[i], e) < 0)
			return e->code;
	s->targets = argv + 1;
	s->targets_n = operands;
	return settle(s, kept, e);
}

/* --- one image, and all of them --- */

static int run(struct settings *s, const struct target_one *one, struct outlet *to, struct error *e)
{
	struct scan_options o = target_scan(&s->target, one, !s->sbom);
	struct scan *scan;
	int r;

	o.shown = s->shown;
	o.ignore_unfixed = s->ignore_unfixed;
	o.plan = s->plan;
	if (target_run(&s->target, one, &o, &scan, e) < 0)
		return e->code;
	r = outlet_put(to, scan_report(scan), e);
	if (r >= 0)
		r = s->sbom ? scan_verdict(scan_report(scan), SEVERITY_COUNT)
		            : scan_verdict(scan_report(scan), s->bar);
	if (r >= 0 && s->exit_on_eol && scan_report(scan)->eol.ended)
		r = 1;
	scan_free(scan);
	return r;
}

/* Of several exit statuses the one that says most: wrong use, a policy's no, an image that was not
 * seen at all, one that was not seen whole. */
static int graver(int a, int b)
{
	static const int order[] = { 0, 3, 4, 1, 2 };
	int rank_a = 0, rank_b = 0;

	for (int i = 0; i < (int)LEN(order); i++) {
		rank_a = order[i] == a ? i : rank_a;
		rank_b = order[i] == b ? i : rank_b;
	}
	return rank_a > rank_b ? a : b;
}

static int run_input(struct settings *s, const char *input, struct outlet *to, struct error *e)
{
	autoclose int file = -1;

	if (strcmp(input, "-") != 0) {
		file = open(input, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			return error_errno(e, errno, "%s", input);
	}
	struct target_one one = { .target = "-",
		                  .input = input,
		                  .input_fd = file < 0 ? STDIN_FILENO : file };
	return run(s, &one, to, e);
}

/* Each image of an index; what is no image there is said. */
static int run_platforms(struct settings *s, const char *target, struct outlet *to)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16));
	struct target_one one = { .target = target, .input_fd = STDIN_FILENO };
	struct source_options from = target_source(&s->target, &one);
	struct platform_list list = { 0 };
	struct error e = { 0 };
	int status = 0;

	if (source_platforms(target, &from, &a, &list, &e) < 0) {
		error_in(&e, "%s", target);
		return screen_fail(&e);
	}
	if (list.left_out && !s->target.quiet)
		fprintf(stderr, "%s: %zu attestations in the index are no images and left out\n",
		        target, list.left_out);
	for (size_t i = 0; i < list.entries.n; i++) {
		const struct platform_entry *x = &list.entries.v[i];
		one.manifest = x->manifest.p;
		one.platform = x->platform.n ? x->platform.p : x->manifest.p;
		int r = run(s, &one, to, &e);
		status = graver(status, r < 0 ? screen_fail(&e) : r);
	}
	return status;
}

static int run_target(struct settings *s, const char *target, struct outlet *to)
{
	struct target_one one = { .target = target, .input_fd = STDIN_FILENO };
	struct error e = { 0 };

	if (s->all_platforms)
		return run_platforms(s, target, to);
	int r = run(s, &one, to, &e);
	return r < 0 ? screen_fail(&e) : r;
}

/* One that fails does not keep the others from being looked at. */
static int run_all(struct settings *s, struct outlet *to)
{
	int status = 0;

	for (int i = 0; i < s->targets_n; i++)
		status = graver(status, run_target(s, s->targets[i], to));
	for (size_t i = 0; i < s->inputs.texts.n; i++) {
		struct error e = { 0 };
		int r = run_input(s, s->inputs.texts.v[i], to, &e);
		status = graver(status, r < 0 ? screen_fail(&e) : r);
	}
	return status;
}

int cmd_scan(int argc, char **argv)
{
	struct settings s = { .sbom = !strcmp(argv[0], "sbom") };
	struct arena kept cleanup(arena_done) = ARENA(MIB(64));
	struct outlet to cleanup(outlet_done) = { 0 };
	struct error e = { 0 };
	int r, status;

	s.format = s.sbom ? "cyclonedx" : "table";
	r = read_arguments(&s, &kept, argc, argv, &e);
	if (r < 0)
		return e.code ? screen_fail(&e) : 0;
	r = outlet_open(&to, s.output, s.format, is_several(&s), &e);
	to.named_by_platform = s.all_platforms;
	if (r < 0)
		return screen_fail(&e);
	to.show_suppressed = s.show_suppressed;
	if (s.template_path && outlet_template(&to, s.template_path, &e) < 0)
		return screen_fail(&e);
	if (target_options_open(&s.target, !s.sbom, is_several(&s), &kept, &e) < 0)
		return screen_fail(&e);
	status = run_all(&s, &to);
	target_options_done(&s.target);
	r = outlet_end(&to, &e);
	return r < 0 ? graver(status, screen_fail(&e)) : status;
}
