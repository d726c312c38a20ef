/* cli/target_options.c — see the header. */
#include "cli/target_options.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/ignored.h"
#include "inventory/detector.h"
#include "model/package_use.h"
#include "scan/cache.h"
#include "scan/vexes.h"
#include "vulndb/rate.h"
#include "vulndb/vulndb.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum { SECONDS_A_DAY = 86400, DATA_AGE_DAYS = 180, VEX_MIB = 256 };

const char target_kinds[] =
        "TARGET is one of\n"
        "  NAME[:TAG|@DIGEST]      an image of a registry (no daemon is asked)\n"
        "  docker:NAME             an image of the local Docker engine\n"
        "  podman:NAME             of podman's, buildah's or CRI-O's store (--podman-root)\n"
        "  containerd:[NS/]NAME    of containerd's store (--containerd-root)\n"
        "  docker-archive:FILE     what `docker save` wrote\n"
        "  oci:DIR[:REF]           an OCI layout in a folder, oci-archive:FILE one in a tar\n"
        "  dir:PATH                a root file system in a folder\n"
        "  sbom:FILE               packages that a CycloneDX or SPDX document lists\n"
        "  -                       an archive or an SBOM on standard input\n";

static void add_rows(struct option_row rows[TARGET_ROWS_MAX], const struct option_row *more)
{
	size_t n = 0, had = 0;

	while (rows[had].name)
		had++;
	do
		assert(had + n < TARGET_ROWS_MAX);
	while (more[n++].name);
	memcpy(rows + had, more, n * sizeof *more);
}

void target_options_rows(struct target_options *t, bool findings,
                         struct option_row rows[TARGET_ROWS_MAX])
{
	const struct option_row of_findings[] = {
		// clang-format off
		{ "ignorefile", 0, OPTION_TEXT, &t->ignorefile, "FILE", "accepted findings (default: .trivyignore or its YAML form, where there is one)" },
		{ "vex", 0, OPTION_LIST, &t->vex_paths, "FILE", "VEX statements (OpenVEX, CSAF, CycloneDX; a folder: all in it), again for several" },
		{ "attached-vex", 0, OPTION_FLAG, &t->attached_vex, NULL, "and those attached to the image (signatures are not checked)" },
		{ "severity-source", 0, OPTION_TEXT, &t->severity_source, "LIST", "whose severity counts: vendor, nvd, ghsa, cna, cvss, highest or a source's name" },
		{ "leave-out", 0, OPTION_TEXT, &t->leave_out, "LIST", "suppress what is in kernel-headers, development, documentation, debug-symbols, firmware" },
		{ "advisories", 0, OPTION_TEXT, &t->advisories, "DIR",
		  "OSV records of your own (name.json), matched beside the database" },
		{ "db", 0, OPTION_TEXT, &t->db, "FILE", "the advisory database (default: advisories.db in the cache folder)" },
		{ "max-data-age", 0, OPTION_NUMBER, &t->max_data_age, "DAYS", "older advisory data is a gap (180; 0: any age)" },
		{ 0 },
		// clang-format on
	};
	const struct option_row of_images[] = {
		// clang-format off
		{ "attached-sboms", 0, OPTION_FLAG, &t->attached_sboms, NULL, "add what SBOMs attached to the image claim beside" },
		{ "whole-layers", 0, OPTION_FLAG, &t->whole_layers, NULL, "read seekable layers (eStargz, zstd:chunked) whole too" },
		{ "platform", 0, OPTION_TEXT, &t->platform, "OS/ARCH", "of an image for several, as in linux/arm64/v8" },
		{ "username", 0, OPTION_TEXT, &t->username, "NAME", "at the registry (default: the Docker credentials)" },
		{ "password-stdin", 0, OPTION_FLAG, &t->password_stdin, NULL, "read its password from standard input" },
		{ "podman-root", 0, OPTION_TEXT, &t->podman_root, "DIR", "podman's store (default: the user's, /var/lib/containers/storage)" },
		{ "containerd-root", 0, OPTION_TEXT, &t->containerd_root, "DIR", "containerd's store (/var/lib/containerd)" },
		{ "ca-cert", 0, OPTION_TEXT, &t->ca_file, "FILE", "trust these certificates too (PEM)" },
		{ "insecure", 0, OPTION_FLAG, &t->insecure, NULL, "allow plain http and unverified TLS" },
		{ "offline", 0, OPTION_FLAG, &t->offline, NULL, "never use the network" },
		{ "timeout", 0, OPTION_SECONDS, &t->timeout_s, "TIME", "longest silence of a registry (60s)" },
		{ "jobs", 0, OPTION_COUNT, &t->jobs, "N", "layers at a time (one a core, at most 4)" },
		{ "temp-dir", 0, OPTION_TEXT, &t->temp_dir, "DIR", "for package databases while they are read" },
		{ "cache-dir", 0, OPTION_TEXT, &t->cache_dir, "DIR", "what is kept of layers (default: ~/.cache/plimsoll)" },
		{ "cache-max", 0, OPTION_BYTES, &t->cache_max, "SIZE", "of that, the least recently used goes (1GiB; 0: no limit)" },
		{ "no-cache", 0, OPTION_FLAG, &t->no_cache, NULL, "read every layer; keep nothing" },
		{ "quiet", 'q', OPTION_FLAG, &t->quiet, NULL, "no progress, no remarks" },
		{ "verbose", 'v', OPTION_FLAG, &t->verbose, NULL, "say what is tried again on the network" },
		{ 0 },
		// clang-format on
	};

	if (findings)
		add_rows(rows, of_findings);
	add_rows(rows, of_images);
	t->max_data_age = DATA_AGE_DAYS;
	t->cache_max = CACHE_MAX_BYTES;
}

/* "user:password@host/name" */
static bool has_userinfo(str target)
{
	str host = str_upto(target, str_chr(target, '/'));
	size_t at = str_chr(host, '@');
	return host.n < target.n && at < host.n && str_chr(str_upto(host, at), ':') < at;
}

int target_check(const char *target, struct error *e)
{
	if (has_userinfo(str_c(target)))
		return error_set(e, ERR_USAGE,
		                 "a name with a password in it: use --username and "
		                 "--password-stdin");
	return 0;
}

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

static int check_sources(const char *list, struct error *e)
{
	str unknown;

	if (rate_knows(str_c(list), &unknown))
		return 0;
	return error_set(e, ERR_USAGE, "--severity-source: \"%.*s\" is none of %s",
	                 STR_FMT(unknown), rate_sources());
}

int target_options_settle(struct target_options *t, struct error *e)
{
	if (t->severity_source && check_sources(t->severity_source, e) < 0)
		return e->code;
	if (t->leave_out && read_uses(t->leave_out, &t->left_out, e) < 0)
		return e->code;
	if (t->password_stdin && !t->username)
		return error_set(e, ERR_USAGE, "--password-stdin goes with --username");
	return t->password_stdin ? read_line(STDIN_FILENO, t->password, sizeof t->password, e) : 0;
}

static void open_cache(struct target_options *t, bool several)
{
	char path[4096];
	const char *dir = t->cache_dir ? t->cache_dir : cache_default_folder(path, sizeof path);

	if (t->no_cache && !several)
		return;
	t->cache = cache_open(t->no_cache ? NULL : dir, t->cache_max, PLIMSOLL_VERSION);
	if (cachestore_trouble(cache_store(t->cache)))
		log_info("cache", KV("unused", cachestore_trouble(cache_store(t->cache))));
}

/* Before anything is fetched: a file that cannot be read is wrong use. */
static int open_vex(struct target_options *t, struct error *e)
{
	t->vex_arena = ARENA(MIB(VEX_MIB));
	for (size_t i = 0; i < t->vex_paths.texts.n; i++)
		if (vexes_open(t->vex_paths.texts.v[i], &t->vex_arena, &t->vex, e) < 0) {
			arena_done(&t->vex_arena);
			return error_in(e, "--vex");
		}
	return 0;
}

int target_options_open(struct target_options *t, bool judged, bool several, struct arena *kept,
                        struct error *e)
{
	log_level_set(t->verbose ? LOG_DEBUG : t->quiet ? LOG_ERROR : LOG_WARN);
	if (judged && ignored_open(t->ignorefile, t->quiet, kept, &t->ignored, e) < 0)
		return e->code;
	if (judged && open_vex(t, e) < 0)
		return e->code;
	open_cache(t, several);
	return 0;
}

void target_options_done(struct target_options *t)
{
	cache_close(t->cache);
	t->cache = NULL;
	arena_done(&t->vex_arena);
	explicit_bzero(t->password, sizeof t->password);
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

struct source_options target_source(const struct target_options *t, const struct target_one *one)
{
	return (struct source_options){ .platform = t->platform,
		                        .manifest = one->manifest,
		                        .username = t->username,
		                        .password = t->password_stdin ? t->password : NULL,
		                        .ca_file = t->ca_file,
		                        .podman_root = t->podman_root,
		                        .containerd_root = t->containerd_root,
		                        .insecure = t->insecure,
		                        .offline = t->offline,
		                        .timeout_s = t->timeout_s,
		                        .input_fd = one->input_fd,
		                        .note = note,
		                        .want = wants };
}

struct scan_options target_scan(struct target_options *t, const struct target_one *one, bool judged)
{
	const char *db =
	        t->db ? t->db : vulndb_default_path(t->cache_dir, t->db_path, sizeof t->db_path);

	return (struct scan_options){
		.label = one->input,
		.cache = t->cache,
		.source = target_source(t, one),
		.db_path = judged ? db : NULL,
		.advisories = t->advisories,
		.temp_dir = t->temp_dir,
		.jobs = t->jobs,
		.max_data_age_days = t->max_data_age,
		.attached_sboms = t->attached_sboms,
		.whole_layers = t->whole_layers,
		.ignored = &t->ignored,
		.vex = judged ? &t->vex : NULL,
		.attached_vex = judged && t->attached_vex,
		.vex_unfitted = &t->vex_unfitted,
		.left_out = t->left_out,
		.severity_source = t->severity_source,
	};
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

int target_run(struct target_options *t, const struct target_one *one, struct scan_options *o,
               struct scan **out, struct error *e)
{
	struct screen screen;
	int r;

	o->progress = screen_progress;
	o->progress_ctx = &screen;
	screen_start(&screen, t->quiet);
	r = scan_run(one->target, o, out, e);
	screen_end(&screen);
	if (r < 0) {
		const char *name = one->input ? one->input : one->target;
		size_t n = strlen(name);
		if (!one->manifest && !strncmp(e->msg, name, n) && e->msg[n] == ':')
			return r; /* it says so itself */
		return error_in(e, "%s%s%s", name, one->manifest ? " " : "",
		                one->manifest ? one->platform : "");
	}
	if (!t->quiet)
		say_age(scan_report(*out));
	if (t->verbose && t->vex_unfitted)
		fprintf(stderr, "VEX: %zu statements are about nothing that was found\n",
		        t->vex_unfitted);
	return 0;
}
