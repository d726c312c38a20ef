/* cli/cmd_backup.c — `plimsoll backup FILE`: the store of a center on this machine, copied while it is used. */
#include "cli/commands.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/screen.h"
#include <stdio.h>

static const char about[] =
        "Writes a whole, consistent copy of the center's SQLite into FILE (mode 0600), while the center\n"
        "runs. Kept with it should be the key file (DIR/secrets.key), without which the passwords of\n"
        "registries in it stay sealed. To restore, stop the center, put FILE in the place of\n"
        "DIR/center.db, remove center.db-wal and center.db-shm, and start it again.\n\n"
        "A center on PostgreSQL is backed up by pg_dump. See docs/center.md.\n\n"
        "Example:\n"
        "  plimsoll backup --data-dir /var/lib/plimsoll /backup/center.db";

/* What comes of it is what another machine would open: read whole, once. */
static int verify(const char *file, struct error *e)
{
	struct store *s = NULL;
	int r = store_open(&(struct store_options){ .url = file }, &s, e);

	r = r < 0 ? r : store_verify(s, e);
	store_close(s);
	return r < 0 ? error_in(e, "the copy") : 0;
}

static int backup(const struct house_options *o, const char *file, struct error *e)
{
	struct house h;
	int r = house_open(o, &h, e);

	if (r >= 0)
		r = store_backup(h.center.store, file, e);
	house_close(&h);
	return r < 0 ? r : verify(file, e);
}

int cmd_backup(int argc, char **argv)
{
	struct arena arena cleanup(arena_done) = ARENA(1 << 20);
	struct house_options house = { .existing = true, .connections = 1 };
	struct error e = { 0 };
	bool quiet = false;
	const struct option_row rows[] = {
		// clang-format off
		{ "data-dir", 0, OPTION_TEXT, &house.data_dir, "DIR", "the center's folder; /var/lib/plimsoll for root, else ~/.local/share/plimsoll" },
		{ "store", 0, OPTION_TEXT, &house.store, "FILE", "its SQLite; DIR/center.db" },
		{ "key-file", 0, OPTION_TEXT, &house.key_file, "FILE", "key that seals secrets in the store; DIR/secrets.key" },
		{ "quiet", 'q', OPTION_FLAG, &quiet, NULL, "say nothing when all is well" },
		{ 0 },
		// clang-format on
	};
	const struct command_line line = { "plimsoll backup [OPTION]... FILE", about, rows, &arena };
	int n = options_read(&line, argc, argv, &e);

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	if (n != 1)
		error_set(&e, ERR_USAGE, "backup wants one FILE to write");
	if (e.code || backup(&house, argv[1], &e) < 0)
		return screen_fail(&e);
	if (!quiet)
		fprintf(stderr, "plimsoll: %s is the whole store; keep the key file with it\n", argv[1]);
	return 0;
}
