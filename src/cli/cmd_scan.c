/* cli/cmd_scan.c — `plimsoll scan TARGET` and `plimsoll sbom TARGET`. */
#include "base/log.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/ignored.h"
#include "cli/options.h"
#include "cli/outlet.h"
#include "cli/screen.h"
#include "inventory/detector.h"
#include "model/package_use.h"
#include "scan/cache.h"
#include "vulndb/vulndb.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

enum { PASSWORD_BYTES = 1024, SECONDS_A_DAY = 86400 };

struct settings {
	bool sbom;
	const char *podman_root, *containerd_root, *format, *output, *severity, *leave_out, *severity_source, *fail_on, *platform, *db, *username, *ca_file,
	        *ignorefile, *temp_dir, *cache_dir, *advisories;
	struct option_list inputs;
	uint64_t cache_max;
	bool no_cache, all_platforms;
	bool attached_sboms, ignore_unfixed, exit_on_eol, offline, insecure, password_stdin, quiet, verbose;
	bool show_suppressed;
	const char *template_path;
	unsigned timeout_s, jobs, max_data_age;
	/* read from the above */
	unsigned shown, left_out;
	enum severity bar;
	char **targets;
	int targets_n;
	struct cache *cache;
	struct ignore_list ignored;
	char password[PASSWORD_BYTES];
};

static const char scan_about[] =
        "Finds known vulnerabilities in images and says what it could not look at.\n\n"
        "TARGET is one of\n"
        "  NAME[:TAG|@DIGEST]      an image of a registry (no daemon is asked)\n"
        "  docker:NAME             an image of the local Docker engine\n"
        "  podman:NAME             of podman's, buildah's or CRI-O's store (--podman-root)\n"
        "  containerd:[NS/]NAME    of containerd's store (--containerd-root)\n"
        "  docker-archive:FILE     what `docker save` wrote\n"
        "  oci:DIR[:REF]           an OCI layout in a folder, oci-archive:FILE one in a tar\n"
        "  dir:PATH                a root file system in a folder\n"
        "  sbom:FILE               packages that a CycloneDX or SPDX document lists\n"
        "  -                       an archive or an SBOM on standard input\n\n"
        "Exit status: 0 clean or nothing above the bar, 1 --fail-on says no, 2 wrong use,\n"
        "3 could not assess (the report says what and why), 4 input, registry or network failed.\n"
        "Of several images the gravest counts: 2, then 1, 4, 3.";

static const char sbom_about[] =
        "Lists the packages of an image, without looking for vulnerabilities.\n"
        "TARGET is as for `plimsoll scan`.";

static int read_line(int fd, char *line, size_t room, struct error *e)
{
	size_t n = 0;

	while (n + 1 < room && read(fd, line + n, 1) > 0 && line[n] != '\n')
		n++;
	line[n] = 0;
	if (n && line[n - 1] == '\r')
		line[--n] = 0;
	return n ? 0 : error_set(e, ERR_USAGE, "--password-stdin: nothing came on standard input");
}

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

static int read_uses(const char *text, unsigned *out, struct error *e)
{
	str rest = str_c(text), word;
	enum package_use use;

	while (str_split(&rest, ',', &word)) {
		if (!package_use_parse(str_trim(word), &use) || use == USE_ORDINARY)
			return error_set(
			        e, ERR_USAGE,
			        "--leave-out: \"%.*s\" is none of kernel-headers, development, "
			        "documentation, debug-symbols, firmware",
			        STR_FMT(word));
		*out |= 1u << use;
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
	if (s->leave_out && read_uses(s->leave_out, &s->left_out, e) < 0)
		return e->code;
	if (s->template_path)
		s->format = "table"; /* as a text: several follow one another */
	if (!writer_find(s->format))
		return error_set(e, ERR_USAGE, "--format: \"%s\" is none of %.*s", s->format,
		                 STR_FMT(writer_names(kept)));
	if (s->sbom && !writer_find(s->format)->inventory)
		return error_set(e, ERR_USAGE, "--format: %s has no word for packages alone",
		                 s->format);
	if (s->password_stdin && !s->username)
		return error_set(e, ERR_USAGE, "--password-stdin goes with --username");
	if (s->all_platforms && (s->platform || s->inputs.texts.n))
		return error_set(e, ERR_USAGE,
		                 "--all-platforms goes with targets, and not with --platform");
	if (reads_stdin(s) > (s->password_stdin ? 0 : 1))
		return error_set(e, ERR_USAGE,
		                 "standard input is either the password or one image");
	return s->password_stdin ? read_line(STDIN_FILENO, s->password, sizeof s->password, e) : 0;
}

/* "user:password@host/name": refused before any message can repeat it */
static bool has_userinfo(str target)
{
	str host = str_upto(target, str_chr(target, '/'));
	size_t at = str_chr(host, '@');
	return host.n < target.n && at < host.n && str_chr(str_upto(host, at), ':') < at;
}

static int read_arguments(struct settings *s, struct arena *kept, int argc, char **argv,
                          struct error *e)
{
	const struct option_row rows[] = {
		// clang-format off
		{ "format", 'f', OPTION_TEXT, &s->format, "FORMAT", "of those above (table; sbom: cyclonedx)" },
		{ "template", 0, OPTION_TEXT, &s->template_path, "FILE", "through this template (docs/templates.md)" },
		{ "output", 'o', OPTION_TEXT, &s->output, "FILE", "write there instead of standard output; FOLDER/: a file an image" },
		{ "severity", 's', OPTION_TEXT, &s->severity, "LIST", "show only these, as in critical,high" },
		{ "fail-on", 0, OPTION_TEXT, &s->fail_on, "SEVERITY", "status 1 when a finding is that severe or worse" },
		{ "exit-on-eol", 0, OPTION_FLAG, &s->exit_on_eol, NULL, "status 1 when the distribution's release has ended" },
		{ "show-suppressed", 0, OPTION_FLAG, &s->show_suppressed, NULL, "list in the table what was hidden, and why" },
		{ "ignore-unfixed", 0, OPTION_FLAG, &s->ignore_unfixed, NULL, "leave out what no version fixes" },
		{ "ignorefile", 0, OPTION_TEXT, &s->ignorefile, "FILE", "accepted findings (default: .trivyignore or its YAML form, where there is one)" },
		{ "severity-source", 0, OPTION_TEXT, &s->severity_source, "LIST", "whose severity counts: vendor, nvd, ghsa, cvss, highest or a source's name" },
		{ "leave-out", 0, OPTION_TEXT, &s->leave_out, "LIST", "suppress what is in kernel-headers, development, documentation, debug-symbols, firmware" },
		{ "advisories", 0, OPTION_TEXT, &s->advisories, "DIR",
		  "OSV records of your own (name.json), matched beside the database" },
		{ "db", 0, OPTION_TEXT, &s->db, "FILE", "the advisory database (default: in the cache folder)" },
		{ "max-data-age", 0, OPTION_NUMBER, &s->max_data_age, "DAYS", "older advisory data is a gap (180; 0: any age)" },
		{ "input", 0, OPTION_LIST, &s->inputs, "FILE", "an image archive instead of TARGET, again for several; - is standard input" },
		{ "attached-sboms", 0, OPTION_FLAG, &s->attached_sboms, NULL, "add what SBOMs attached to the image claim beside" },
		{ "platform", 0, OPTION_TEXT, &s->platform, "OS/ARCH", "of an image for several, as in linux/arm64/v8" },
		{ "all-platforms", 0, OPTION_FLAG, &s->all_platforms, NULL, "each image of an index, a report each" },
		{ "username", 0, OPTION_TEXT, &s->username, "NAME", "at the registry (default: the Docker credentials)" },
		{ "password-stdin", 0, OPTION_FLAG, &s->password_stdin, NULL, "read its password from standard input" },
		{ "podman-root", 0, OPTION_TEXT, &s->podman_root, "DIR", "podman's store (default: the user's, /var/lib/containers/storage)" },
		{ "containerd-root", 0, OPTION_TEXT, &s->containerd_root, "DIR", "containerd's store (/var/lib/containerd)" },
		{ "ca-cert", 0, OPTION_TEXT, &s->ca_file, "FILE", "trust these certificates too (PEM)" },
		{ "insecure", 0, OPTION_FLAG, &s->insecure, NULL, "allow plain http and unverified TLS" },
		{ "offline", 0, OPTION_FLAG, &s->offline, NULL, "never use the network" },
		{ "timeout", 0, OPTION_SECONDS, &s->timeout_s, "TIME", "longest silence of a registry (60s)" },
		{ "jobs", 0, OPTION_NUMBER, &s->jobs, "N", "layers at a time (one a core, at most 4)" },
		{ "temp-dir", 0, OPTION_TEXT, &s->temp_dir, "DIR", "for package databases while they are read" },
		{ "cache-dir", 0, OPTION_TEXT, &s->cache_dir, "DIR", "what is kept of layers (default: ~/.cache/plimsoll)" },
		{ "cache-max", 0, OPTION_BYTES, &s->cache_max, "SIZE", "of that, the least recently used goes (1GiB; 0: no limit)" },
		{ "no-cache", 0, OPTION_FLAG, &s->no_cache, NULL, "read every layer; keep nothing" },
		{ "quiet", 'q', OPTION_FLAG, &s->quiet, NULL, "no progress, no remarks" },
		{ "verbose", 'v', OPTION_FLAG, &s->verbose, NULL, "say what is tried again on the network" },
		{ 0 },
		// clang-format on
	};
	str about = arena_printf(kept, "%s\n\nFormats:\n%.*s", s->sbom ? sbom_about : scan_about,
	                         STR_FMT(writer_help(kept)));
	struct command_line c = { s->sbom ? "plimsoll sbom [OPTION]... TARGET..."
		                          : "plimsoll scan [OPTION]... TARGET...",
		                  about.p, rows, kept };
	int operands = options_read(&c, argc, argv, e);

	if (operands < 0)
		return operands;
	if (!operands && !s->inputs.texts.n)
		return error_set(e, ERR_USAGE, "%s takes a TARGET; --help says more", argv[0]);
	for (int i = 1; i <= operands; i++)
		if (has_userinfo(str_c(argv[i])))
			return error_set(e, ERR_USAGE,
			                 "a name with a password in it: use --username and "
			                 "--password-stdin");
	s->targets = argv + 1;
	s->targets_n = operands;
	return settle(s, kept, e);
}

static void note(void *ctx, const char *what)
{
	(void)ctx;
	log_info("registry", KV("what", what));
}

/* Files whose content a folder's scan needs; of all others the name is enough */
static bool wants(void *ctx, str path, unsigned mode, uint64_t size_bytes)
{
	(void)ctx, (void)size_bytes;
	return detector_match(path, mode) != NULL;
}

static void say_age(const struct scan_report *r)
{
	int64_t newest;

	if (r->generation && time_parse(r->data_date, &newest))
		fprintf(stderr,
		        "advisory data: generation %" PRIu64 ", newest of %.*s, %" PRId64
		        " days old\n",
		        r->generation, STR_FMT(str_upto(r->data_date, 10)),
		        MAX((time_now() - newest) / SECONDS_A_DAY, (int64_t)0));
}

/* --- one image, and all of them --- */

struct one { /* what is to be scanned */
	const char *target, *manifest; /* manifest: of an index; may be NULL */
	const char *platform;          /* of that one */
	const char *input;             /* its file's name, where there is one */
	int input_fd;
};

static struct source_options source_of(const struct settings *s, const struct one *one)
{
	return (struct source_options){ .platform = s->platform,
		                        .manifest = one->manifest,
		                        .username = s->username,
		                        .password = s->password_stdin ? s->password : NULL,
		                        .ca_file = s->ca_file,
		                        .podman_root = s->podman_root,
		                        .containerd_root = s->containerd_root,
		                        .insecure = s->insecure,
		                        .offline = s->offline,
		                        .timeout_s = s->timeout_s,
		                        .input_fd = one->input_fd,
		                        .note = note,
		                        .want = wants };
}

static int run(const struct settings *s, const struct one *one, struct outlet *to, struct error *e)
{
	struct screen screen;
	char db_path[4096];
	struct scan_options o = {
		.label = one->input,
		.cache = s->cache,
		.source = source_of(s, one),
		.db_path = s->sbom ? NULL
		           : s->db ? s->db
		                   : vulndb_default_path(db_path, sizeof db_path),
		.advisories = s->advisories,
		.temp_dir = s->temp_dir,
		.jobs = s->jobs,
		.max_data_age_days = s->max_data_age,
		.shown = s->shown,
		.attached_sboms = s->attached_sboms,
		.ignore_unfixed = s->ignore_unfixed,
		.ignored = &s->ignored,
		.left_out = s->left_out,
		.severity_source = s->severity_source,
		.progress = screen_progress,
		.progress_ctx = &screen,
	};
	struct scan *scan;
	int r;

	screen_start(&screen, s->quiet);
	r = scan_run(one->target, &o, &scan, e);
	screen_end(&screen);
	if (r < 0)
		return error_in(e, "%s%s%s", one->input ? one->input : one->target,
		                one->manifest ? " " : "", one->manifest ? one->platform : "");
	if (!s->quiet)
		say_age(scan_report(scan));
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

static int run_input(const struct settings *s, const char *input, struct outlet *to,
                     struct error *e)
{
	autoclose int file = -1;

	if (strcmp(input, "-") != 0) {
		file = open(input, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			return error_errno(e, errno, "%s", input);
	}
	struct one one = { .target = "-", .input = input, .input_fd = file < 0 ? STDIN_FILENO : file };
	return run(s, &one, to, e);
}

/* Without a folder, several images still share what one run has read. */
static void open_cache(struct settings *s)
{
	char path[4096];
	const char *dir = s->cache_dir ? s->cache_dir : cache_default_folder(path, sizeof path);

	if (s->no_cache && !is_several(s))
		return;
	s->cache = cache_open(s->no_cache ? NULL : dir, s->cache_max, PLIMSOLL_VERSION);
	if (cachestore_trouble(cache_store(s->cache)))
		log_info("cache", KV("unused", cachestore_trouble(cache_store(s->cache))));
}

/* Each image of an index; what is no image there is said. */
static int run_platforms(const struct settings *s, const char *target, struct outlet *to)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16));
	struct one one = { .target = target, .input_fd = STDIN_FILENO };
	struct source_options from = source_of(s, &one);
	struct platform_list list = { 0 };
	struct error e = { 0 };
	int status = 0;

	if (source_platforms(target, &from, &a, &list, &e) < 0) {
		error_in(&e, "%s", target);
		return screen_fail(&e);
	}
	if (list.left_out && !s->quiet)
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

static int run_target(const struct settings *s, const char *target, struct outlet *to)
{
	struct one one = { .target = target, .input_fd = STDIN_FILENO };
	struct error e = { 0 };

	if (s->all_platforms)
		return run_platforms(s, target, to);
	int r = run(s, &one, to, &e);
	return r < 0 ? screen_fail(&e) : r;
}

/* One that fails does not keep the others from being looked at. */
static int run_all(const struct settings *s, struct outlet *to)
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
	struct settings s = { .sbom = !strcmp(argv[0], "sbom"), .max_data_age = 180, .cache_max = CACHE_MAX_BYTES };
	struct arena kept cleanup(arena_done) = ARENA(MIB(64));
	struct outlet to cleanup(outlet_done) = { 0 };
	struct error e = { 0 };
	int r, status;

	s.format = s.sbom ? "cyclonedx" : "table";
	r = read_arguments(&s, &kept, argc, argv, &e);
	if (r < 0)
		return e.code ? screen_fail(&e) : 0;
	log_level_set(s.verbose ? LOG_DEBUG : s.quiet ? LOG_ERROR : LOG_WARN);
	if (!s.sbom && ignored_open(s.ignorefile, s.quiet, &kept, &s.ignored, &e) < 0)
		return screen_fail(&e);
	r = outlet_open(&to, s.output, s.format, is_several(&s), &e);
	to.named_by_platform = s.all_platforms;
	if (r < 0)
		return screen_fail(&e);
	to.show_suppressed = s.show_suppressed;
	if (s.template_path && outlet_template(&to, s.template_path, &e) < 0)
		return screen_fail(&e);
	open_cache(&s);
	status = run_all(&s, &to);
	cache_close(s.cache);
	explicit_bzero(s.password, sizeof s.password);
	r = outlet_end(&to, &e);
	return r < 0 ? graver(status, screen_fail(&e)) : status;
}
