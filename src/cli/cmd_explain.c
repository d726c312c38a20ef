/* cli/cmd_explain.c — `plimsoll explain FINDING TARGET` and `plimsoll explain --why-not CVE
 * TARGET`. */
#include "cli/commands.h"
#include "cli/target_options.h"
#include "report/explanation_writer.h"
#include "scan/evidence.h"
#include "scan/explain.h"
#include "scan/whynot.h"
#include <stdio.h>

enum { MEMORY_MIB = 256 };

struct settings {
	struct target_options target;
	const char *why_not, *format, *output;
	str id, ref; /* of FINDING */
	const char *name;
};

static const char about[] =
        "Says why a finding is in the report: the file and layer, the package, each record of the\n"
        "advisory database with every comparison, the severities and what hid it.\n"
        "FINDING is a CVE or any other name of the flaw, an advisory's id (in any case), a\n"
        "package's reference in the JSON report (package-...), or both with a / between.\n"
        "With --why-not the reason that there is none.\n"
        "TARGET is as for `plimsoll scan`.\n\n"
        "Exit status: 0 explained, 2 wrong use, 4 no such finding, or the input failed.";

static int read_arguments(struct settings *s, struct arena *kept, int argc, char **argv,
                          struct error *e)
{
	struct option_row rows[TARGET_ROWS_MAX] = {
		{ "why-not", 0, OPTION_TEXT, &s->why_not, "CVE",
		  "why this flaw is not among the findings" },
		{ "format", 'f', OPTION_TEXT, &s->format, "FORMAT",
		  "table or json (docs/explain.md)" },
		{ "output", 'o', OPTION_TEXT, &s->output, "FILE",
		  "write there instead of standard output" },
	};
	struct command_line c = { "plimsoll explain [OPTION]... FINDING TARGET", about, rows,
		                  kept };
	int operands, wanted;

	target_options_rows(&s->target, true, rows);
	operands = options_read(&c, argc, argv, e);
	if (operands < 0)
		return operands;
	wanted = s->why_not ? 1 : 2;
	if (operands != wanted)
		return error_set(e, ERR_USAGE, "%s; --help says more",
		                 s->why_not ? "explain --why-not CVE takes one TARGET"
		                            : "explain takes a FINDING and a TARGET");
	if (strcmp(s->format, "table") != 0 && strcmp(s->format, "json") != 0)
		return error_set(e, ERR_USAGE, "--format: \"%s\" is none of table, json",
		                 s->format);
	s->id = str_c(s->why_not ? s->why_not : argv[1]);
	s->name = argv[wanted];
	if (!s->why_not) {
		size_t at =
		        str_starts(s->id, STR("package-")) ? 0 : str_find(s->id, STR("/package-"));
		s->ref = str_from(s->id, at ? at + 1 : 0);
		s->id = str_upto(s->id, at);
	}
	if (!s->id.n && !s->ref.n)
		return error_set(e, ERR_USAGE, "which finding?");
	if (target_check(s->name, e) < 0)
		return e->code;
	return target_options_settle(&s->target, e);
}

/* The package that a reference is of */
static int find_package(const struct scan_report *r, str ref, struct arena *a,
                        const struct package **out, struct error *e)
{
	struct writer_ref *refs = writer_refs(r, a);

	for (size_t i = 0; refs && i < r->packages.n; i++)
		if (str_eq_nocase(str_c(refs[i].text), ref)) {
			*out = &r->packages.v[i];
			return 0;
		}
	return error_set(e, ERR_NOTFOUND, "no package has the reference %.*s", STR_FMT(ref));
}

static bool is_called(const struct package *p, str name)
{
	return str_eq_nocase(p->name, name) ||
	       (p->type == PACKAGE_MAVEN &&
	        str_eq_nocase(str_from(p->name, str_chr(p->name, ':') + 1), name));
}

/* What was asked for is a package, where a flaw was meant: which flaws does it have? */
static bool is_package(const struct settings *s, const struct scan_report *r, struct error *e)
{
	size_t n = 0, more = 0;
	str some = { 0 };
	bool any = false;

	for (size_t i = 0; i < r->packages.n; i++)
		any = any || is_called(&r->packages.v[i], s->id);
	for (size_t i = 0; i < r->findings.n; i++)
		if (is_called(r->findings.v[i].package, s->id) && !n++)
			some = r->findings.v[i].id;
	more = n ? n - 1 : 0;
	if (!any)
		return false;
	if (s->why_not)
		error_set(e, ERR_NOTFOUND,
		          "%.*s is a package of this image: --why-not takes the name of a flaw, as "
		          "in "
		          "CVE-2021-44228",
		          STR_FMT(s->id));
	else if (!n)
		error_set(
		        e, ERR_NOTFOUND,
		        "%.*s is a package of this image and has no finding; of a flaw, `plimsoll "
		        "explain --why-not CVE %s` says why",
		        STR_FMT(s->id), s->name);
	else
		error_set(e, ERR_NOTFOUND,
		          "%.*s is a package of this image: name a finding of it, as in %.*s%s",
		          STR_FMT(s->id), STR_FMT(some), more ? " (there are more)" : "");
	return true;
}

static int explain(const struct settings *s, const struct scan_options *o,
                   const struct scan_report *r, struct arena *a, struct explanation *out,
                   struct error *e)
{
	const struct package *only = NULL;
	struct evidence *x = NULL;
	int code = s->ref.n ? find_package(r, s->ref, a, &only, e) : 0;

	if (code == 0)
		code = evidence_open(o, a, &x, e);
	if (code == 0)
		code = s->why_not ? whynot_explain(x, r, s->id, a, out, e)
		                  : explain_why(x, r, s->id, only, a, out, e);
	evidence_close(x);
	if (code == 0 && (s->why_not ? !out->records : !out->found.n) && is_package(s, r, e))
		return e->code;
	if (code == 0 && !s->why_not && !out->found.n)
		code = error_set(
		        e, ERR_NOTFOUND,
		        "no finding of that name in %s: `plimsoll explain --why-not %.*s %s` "
		        "says why",
		        s->name, STR_FMT(s->id.n ? s->id : STR("CVE-...")), s->name);
	return code;
}

static int print(const struct settings *s, const struct explanation *x, struct error *e)
{
	struct buf out cleanup(buf_done) = BUF(MIB(MEMORY_MIB));
	struct writer_style style = screen_style(s->output != NULL);
	bool json = !strcmp(s->format, "json");
	int r = (json ? as_explain_json : as_explain)(x, &style, &out, e);

	return r < 0 ? r : screen_write(buf_view(&out), s->output, e);
}

static int run(struct settings *s, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(MEMORY_MIB));
	struct target_one one = { .target = s->name, .input_fd = STDIN_FILENO };
	struct scan_options o = target_scan(&s->target, &one, true);
	struct explanation x = { 0 };
	struct scan *scan;
	int r = target_run(&s->target, &one, &o, &scan, e);

	if (r < 0)
		return r;
	x.asked = s->why_not ? s->id : s->id.n ? s->id : s->ref;
	r = explain(s, &o, scan_report(scan), &a, &x, e);
	if (r == 0)
		r = print(s, &x, e);
	scan_free(scan);
	return r;
}

int cmd_explain(int argc, char **argv)
{
	struct settings s = { .format = "table" };
	struct arena kept cleanup(arena_done) = ARENA(MIB(64));
	struct error e = { 0 };
	int r = read_arguments(&s, &kept, argc, argv, &e);

	if (r < 0)
		return e.code ? screen_fail(&e) : 0;
	if (target_options_open(&s.target, true, false, &kept, &e) < 0)
		return screen_fail(&e);
	r = run(&s, &e);
	target_options_done(&s.target);
	return r < 0 ? screen_fail(&e) : 0;
}
