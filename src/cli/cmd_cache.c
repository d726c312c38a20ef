/* cli/cmd_cache.c — `plimsoll cache info|clean|verify`: what scans keep of layers and documents. */
#include "base/jsonout.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/screen.h"
#include "scan/cache.h"
#include <inttypes.h>
#include <stdio.h>

struct settings {
	const char *dir, *format;
	uint64_t max_bytes;
	bool quiet;
	char path[4096];
};

static const char about[] =
        "Layers are read once: what was found in each is kept by the digest of its blob, with the\n"
        "manifests and configurations of images. The least recently used go first when there is\n"
        "more than --cache-max. An entry that is damaged, or of another version of the program, "
        "is\n"
        "as good as none; nothing is lost with the folder but time.\n\n"
        "  info     where it is and how much is in it\n"
        "  clean    remove all of it (the advisory database stays)\n"
        "  verify   read every entry and remove those that are damaged; status 1 when there were "
        "any";

struct census {
	struct {
		uint64_t n, bytes;
	} of[CACHE_KINDS];
	uint64_t all, bytes, damaged;
	int64_t oldest, newest;
	struct cache *cache;
};

static int count(void *ctx, const struct cachestore_entry *x)
{
	struct census *c = ctx;

	c->bytes += x->bytes;
	if (x->foreign)
		return 0;
	c->of[x->kind].n++;
	c->of[x->kind].bytes += x->bytes;
	c->oldest = !c->all || x->used < c->oldest ? x->used : c->oldest;
	c->newest = MAX(c->newest, x->used);
	c->all++;
	return 0;
}

static void info_json(struct buf *b, const struct census *c, const char *dir, uint64_t max_bytes)
{
	struct jsonout j = JSONOUT(b, 2);
	char text[TIME_TEXT_BYTES];

	jsonout_object(&j, NULL);
	jsonout_text(&j, "path", dir);
	jsonout_u64(&j, "entries", c->all);
	jsonout_u64(&j, "bytes", c->bytes);
	jsonout_u64(&j, "max_bytes", max_bytes);
	for (int k = 0; k < CACHE_KINDS; k++) {
		jsonout_object(&j, cachestore_folder((enum cache_kind)k));
		jsonout_u64(&j, "entries", c->of[k].n);
		jsonout_u64(&j, "bytes", c->of[k].bytes);
		jsonout_end(&j);
	}
	if (c->all) {
		jsonout_text(&j, "least_recently_used", time_text(c->oldest, text));
		jsonout_text(&j, "most_recently_used", time_text(c->newest, text));
	}
	jsonout_end(&j);
	buf_addc(b, '\n');
}

/* In the units that --cache-max takes */
static const char *size_text(uint64_t bytes, char text[32])
{
	if (bytes && bytes % MIB(1024) == 0)
		snprintf(text, 32, "%" PRIu64 " GiB", bytes / MIB(1024));
	else if (bytes && bytes % MIB(1) == 0)
		snprintf(text, 32, "%" PRIu64 " MiB", bytes / MIB(1));
	else
		snprintf(text, 32, "%.1f MiB", (double)bytes / (double)MIB(1));
	return text;
}

static void info_table(struct buf *b, const struct census *c, const char *dir, uint64_t max_bytes)
{
	char text[TIME_TEXT_BYTES];

	char size[32];

	buf_printf(b, "folder      %s\nsize        %s", dir, size_text(c->bytes, size));
	if (max_bytes)
		buf_printf(b, " of %s", size_text(max_bytes, size));
	buf_addc(b, '\n');
	for (int k = 0; k < CACHE_KINDS; k++)
		buf_printf(b, "%-11s %" PRIu64 " (%s)\n", cachestore_folder((enum cache_kind)k),
		           c->of[k].n, size_text(c->of[k].bytes, size));
	if (c->all)
		buf_printf(b, "oldest use  %s\n", time_text(c->oldest, text));
}

static int info(const struct settings *s, struct cache *cache, const char *dir)
{
	struct buf b cleanup(buf_done) = BUF(1 << 16);
	struct census c = { 0 };
	struct error e = { 0 };

	cachestore_each(cache_store(cache), count, &c);
	(s->format && !strcmp(s->format, "json") ? info_json : info_table)(&b, &c, dir,
	                                                                   s->max_bytes);
	return screen_write(buf_view(&b), NULL, &e) < 0 ? screen_fail(&e) : 0;
}

static int check(void *ctx, const struct cachestore_entry *x)
{
	struct census *c = ctx;

	if (x->foreign)
		return 0;
	c->all++;
	if (!cache_entry_is_sound(c->cache, x)) {
		c->damaged++;
		cachestore_drop(cache_store(c->cache), x->kind, &x->name);
	}
	return 0;
}

static int verify(const struct settings *s, struct cache *cache)
{
	struct census c = { .cache = cache };

	cachestore_each(cache_store(cache), check, &c);
	if (!s->quiet)
		printf("%" PRIu64 " entries, %" PRIu64 " damaged%s\n", c.all, c.damaged,
		       c.damaged ? " and removed" : "");
	return c.damaged > 0;
}

static int clean(const struct settings *s, struct cache *cache)
{
	uint64_t n = cachestore_clean(cache_store(cache));

	if (!s->quiet)
		printf("%" PRIu64 " entries removed\n", n);
	return 0;
}

int cmd_cache(int argc, char **argv)
{
	struct settings s = { .max_bytes = CACHE_MAX_BYTES };
	struct arena kept cleanup(arena_done) = ARENA(MIB(1));
	struct error e = { 0 };
	const struct option_row rows[] = {
		// clang-format off
		{ "cache-dir", 0, OPTION_TEXT, &s.dir, "DIR", "the folder (default: ~/.cache/plimsoll)" },
		{ "cache-max", 0, OPTION_BYTES, &s.max_bytes, "SIZE", "its limit (1GiB; 0: none)" },
		{ "format", 'f', OPTION_TEXT, &s.format, "table|json", "info: how to answer" },
		{ "quiet", 'q', OPTION_FLAG, &s.quiet, NULL, "clean, verify: only the exit status" },
		{ 0 },
		// clang-format on
	};
	const struct command_line line = { "plimsoll cache info|clean|verify [OPTION]...", about,
		                           rows, &kept };
	int n = options_read(&line, argc, argv, &e), status = 2;

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	if (n != 1 || (strcmp(argv[1], "info") != 0 && strcmp(argv[1], "clean") != 0 &&
	               strcmp(argv[1], "verify") != 0)) {
		error_set(&e, ERR_USAGE, "cache takes one of info, clean, verify");
		return screen_fail(&e);
	}
	const char *dir = s.dir ? s.dir : cache_default_folder(s.path, sizeof s.path);
	struct cache *cache = cache_open(dir, s.max_bytes, PLIMSOLL_VERSION);
	const char *trouble = cachestore_trouble(cache_store(cache));
	if (trouble) {
		error_set(&e, ERR_SYSTEM, "%s", trouble);
		status = screen_fail(&e);
	} else {
		status = !strcmp(argv[1], "info")    ? info(&s, cache, dir)
		         : !strcmp(argv[1], "clean") ? clean(&s, cache)
		                                     : verify(&s, cache);
	}
	cache_close(cache);
	return status;
}
