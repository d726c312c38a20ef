/* cli/cmd_db.c — `plimsoll db`: the advisory database from the shell. */
#include "base/time.h"
#include "cli/commands.h"
#include "cli/dbverbs.h"
#include "cli/options.h"
#include "cli/screen.h"
#include "vulndb/ingest.h"
#include "vulndb/vulndb.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

const char *db_path(struct db_settings *s)
{
	return s->db ? s->db : vulndb_default_path(s->cache_dir, s->path, sizeof s->path);
}

static int usage(const char *why)
{
	fprintf(stderr,
	        "plimsoll: db: %s\nusage: plimsoll db VERB [OPTION]... (--help says more)\n", why);
	return 2;
}

/* --- update --- */

struct progress {
	bool live;
	int64_t drawn_ms;
};

static void show_progress(void *ctx, str feed, const char *what, uint64_t n)
{
	struct progress *p = ctx;
	int64_t now = time_mono_ms();
	if (!p->live || (n && now - p->drawn_ms < 80))
		return;
	p->drawn_ms = now;
	fprintf(stderr, "\r\033[K%.*s: ", STR_FMT(feed));
	if (n)
		fprintf(stderr, "%" PRIu64 " ", n);
	fputs(what, stderr);
	fflush(stderr);
}

/* The server that was given up, of a feed that was not tried for that (vulndb/fetcher.c); else
 * empty */
static str given_up(const struct ingest_feed *f)
{
	static const str start = STR_INIT("not tried: ");

	if (f->state != INGEST_FAILED || !str_starts(f->why, start))
		return (str){ 0 };
	str rest = str_from(f->why, start.n);
	return str_upto(rest, str_chr(rest, ' '));
}

/* A server that is away is said once, by the first feed that it did not give. */
static void say_server(const struct ingest_summary *s, size_t first, str server)
{
	struct buf why cleanup(buf_done) = BUF(8192);
	size_t n = 0, older = 0;

	for (size_t i = 0; i < s->feeds.n; i++) {
		const struct ingest_feed *f = &s->feeds.v[i];
		if (f->state != INGEST_FAILED || str_find(f->why, server) == f->why.n)
			continue;
		if (i < first)
			return;
		n++;
		older += f->records > 0;
	}
	screen_put_safe(&why, s->feeds.v[first].why);
	fprintf(stderr, "plimsoll: %.*s: %.*s; so with %zu feeds of this server, ",
	        STR_FMT(s->feeds.v[first].name), STR_FMT(buf_view(&why)), n);
	fprintf(stderr,
	        older == n ? "the last good data of all stays\n"
	        : older    ? "the last good data of %zu stays\n"
	                   : "there is no older data of them\n",
	        older);
}

static str server_of(const struct ingest_summary *s, const struct ingest_feed *f)
{
	for (size_t i = 0; i < s->feeds.n && f->state == INGEST_FAILED; i++) {
		str server = given_up(&s->feeds.v[i]);
		if (server.n && str_find(f->why, server) < f->why.n)
			return server;
	}
	return (str){ 0 };
}

static void say_feed(const struct ingest_feed *f, bool quiet)
{
	struct buf b cleanup(buf_done) = BUF(8192);
	screen_put_safe(&b, f->why);
	switch (f->state) {
	case INGEST_FAILED:
		fprintf(stderr, "plimsoll: %.*s: %.*s; %s\n", STR_FMT(f->name),
		        STR_FMT(buf_view(&b)),
		        f->records ? "its last good data stays" : "there is no older data of it");
		return;
	case INGEST_DROPPED:
		fprintf(stderr, "plimsoll: %.*s is no longer among the feeds: its data is gone\n",
		        STR_FMT(f->name));
		return;
	case INGEST_MISSING:
		if (!quiet)
			fprintf(stderr, "%.*s: not in this mirror\n", STR_FMT(f->name));
		return;
	case INGEST_READ:
		if (f->skipped)
			fprintf(stderr,
			        "plimsoll: %.*s: %" PRIu64 " records left out, the first: %.*s\n",
			        STR_FMT(f->name), f->skipped, STR_FMT(buf_view(&b)));
		return;
	case INGEST_UNCHANGED:
		return;
	}
}

static void say_summary(const struct ingest_summary *s, int64_t ms)
{
	if (!s->installed) {
		printf("Nothing new: generation %" PRIu64 ", %" PRIu64 " records, %" PRIu64
		       " packages.\n",
		       s->generation, s->records, s->packages);
		return;
	}
	printf("Generation %" PRIu64 ": %" PRIu64 " records, %" PRIu64
	       " packages, %.1f MB, %.1f s.\n",
	       s->generation, s->records, s->packages, (double)s->bytes / 1e6, (double)ms / 1e3);
	if (!s->whole)
		printf("Changed since the last one: %" PRIu64 " packages, %" PRIu64
		       " advisories.\n",
		       s->changed_packages, s->changed_advisories);
}

int db_make_folder(const char *file, struct error *e)
{
	char path[4096];
	snprintf(path, sizeof path, "%s", file);
	for (char *p = path + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return error_errno(e, errno, "make folder %s", path);
	}
	return 0;
}

static int update(struct db_settings *s)
{
	struct error e = { 0 };
	struct arena a cleanup(arena_done) = ARENA(64 << 20);
	struct progress p = { .live = !s->quiet && isatty(STDERR_FILENO) };
	struct ingest_summary sum = { 0 };
	struct ingest_options o = { .db_path = db_path(s),
		                    .from = s->from,
		                    .own = s->advisories,
		                    .redhat = s->redhat,
		                    .insecure = s->insecure,
		                    .ca_file = s->ca_file,
		                    .progress = show_progress,
		                    .progress_ctx = &p };
	int64_t begun = time_mono_ms();
	int r = db_make_folder(o.db_path, &e);
	r = r < 0 ? r : ingest_run(&o, &a, &sum, &e);
	if (p.drawn_ms)
		fputs("\r\033[K", stderr);
	for (size_t i = 0; i < sum.feeds.n; i++) {
		str server = server_of(&sum, &sum.feeds.v[i]);
		if (server.n)
			say_server(&sum, i, server);
		else
			say_feed(&sum.feeds.v[i], s->quiet);
	}
	if (r < 0)
		return screen_fail(&e) == 2 ? 2 : 4;
	if (!s->quiet)
		say_summary(&sum, time_mono_ms() - begun);
	return sum.failed ? 4 : 0;
}

int cmd_db(int argc, char **argv)
{
	struct db_settings s = { 0 };
	struct arena kept cleanup(arena_done) = ARENA(MIB(1));
	struct error e = { 0 };
	const struct option_row rows[] = {
		{ "from", 0, OPTION_TEXT, &s.from, "URL|DIR",
		  "update: one mirror instead of the publishers" },
		{ "db", 0, OPTION_TEXT, &s.db, "FILE",
		  "the database (default: advisories.db in the cache folder)" },
		{ "cache-dir", 0, OPTION_TEXT, &s.cache_dir, "DIR",
		  "that folder (default: ~/.cache/plimsoll)" },
		{ "format", 'f', OPTION_TEXT, &s.format, "table|json",
		  "info, lookup: how to answer" },
		{ "ecosystem", 0, OPTION_TEXT, &s.ecosystem, "NAME",
		  "lookup: packages of this one only" },
		{ "advisories", 0, OPTION_TEXT, &s.advisories, "DIR",
		  "update: OSV records of your own (name.json), one feed more" },
		{ "redhat-vex", 0, OPTION_FLAG, &s.redhat, NULL,
		  "update: Red Hat's VEX archive from its publisher too (hundreds of MB)" },
		{ "ca-cert", 0, OPTION_TEXT, &s.ca_file, "FILE",
		  "update: trust these certificates too (PEM)" },
		{ "insecure", 0, OPTION_FLAG, &s.insecure, NULL,
		  "update: do not verify TLS certificates" },
		{ "since", 0, OPTION_TEXT, &s.since, "GENERATION",
		  "export: only what changed since this one" },
		{ "key", 0, OPTION_TEXT, &s.key, "FILE",
		  "export: sign with this Ed25519 key (PEM); without it the bundle is not signed" },
		{ "trust", 0, OPTION_TEXT, &s.trust, "FILE",
		  "import: the public key of whoever signed it (PEM; or $PLIMSOLL_TRUST)" },
		{ "insecure-unsigned", 0, OPTION_FLAG, &s.unsigned_too, NULL,
		  "import: take a bundle without looking at its signature" },
		{ "quiet", 'q', OPTION_FLAG, &s.quiet, NULL, "update: say only what went wrong" },
		{ 0 },
	};
	const struct command_line line = {
		.usage = "plimsoll db update|info|lookup|export|import|keygen [OPTION]... "
		         "[ID|PACKAGE|FILE|NAME]",
		.about = "update reads the feeds and puts a new generation in place; info tells "
		         "what is there;\n"
		         "lookup shows an advisory by any of its names, or all of a package;\n"
		         "export writes one signed, compressed file, import puts it in place "
		         "elsewhere "
		         "and refuses\n"
		         "an older one; keygen makes NAME.key and NAME.pub for both.\n\n"
		         "Exit status of update: 0 all feeds are in, 4 one or more failed (each is "
		         "named, or its server;\n"
		         "the others are in).",
		.rows = rows,
		.arena = &kept,
	};
	int n = options_read(&line, argc, argv, &e);
	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	if (s.format && strcmp(s.format, "json") != 0 && strcmp(s.format, "table") != 0)
		return usage("--format is table or json");
	if (n == 1 && !strcmp(argv[1], "update"))
		return update(&s);
	if (n == 1 && !strcmp(argv[1], "info"))
		return db_info(&s);
	if (n == 2 && !strcmp(argv[1], "lookup"))
		return db_lookup(&s, argv[2]);
	if (n == 2 && !strcmp(argv[1], "export"))
		return db_export(&s, argv[2]);
	if (n == 2 && !strcmp(argv[1], "import"))
		return db_import(&s, argv[2]);
	if (n == 2 && !strcmp(argv[1], "keygen"))
		return db_keygen(argv[2]);
	return usage(
	        "update, info, lookup with an ID or a package, export or import with a FILE, or "
	        "keygen with a NAME");
}
