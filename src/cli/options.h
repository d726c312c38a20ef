/* cli/options.h — a command's options as a table: parsing, defaults from plimsoll.yaml and from the
 * environment (PLIMSOLL_NAME) and --help come from the same rows. A flag beats the environment, which
 * beats the file, which beats the default.
 *
 * The file is $PLIMSOLL_CONFIG, else plimsoll.yaml in the folder one is in, else plimsoll/plimsoll.yaml
 * in $XDG_CONFIG_HOME or ~/.config. `timeout: 5m` at the top is for every command that has the option,
 * below `scan:` for that one; an unknown name is wrong use. */
#pragma once
#include "base/vec.h"
#include "base/error.h"
#include <stdbool.h>

enum option_kind {
	OPTION_TEXT,
	OPTION_FLAG,
	OPTION_NUMBER,
	OPTION_COUNT,   /* 1 or more */
	OPTION_SECONDS, /* "90", "90s", "5m" */
	OPTION_BYTES,   /* "500000", "512M", "1GiB": powers of 1024 */
	OPTION_LIST,    /* may be given again; the command line's take the place of the environment's */
};

struct option_list {
	VEC(const char *) texts; /* in the command line's arena */
	bool from_command_line;
};

struct option_row {
	const char *name; /* without --; NULL ends the table */
	char letter;      /* 0: none */
	enum option_kind kind;
	void *into;       /* const char **, bool *, unsigned *, uint64_t * or struct option_list * */
	const char *value; /* what the help calls the argument; NULL for flags */
	const char *about;
};

struct command_line {
	const char *usage; /* "plimsoll scan [OPTION]... TARGET" */
	const char *about; /* paragraphs for --help, may end with examples */
	const struct option_row *rows;
	struct arena *arena; /* what the file says lives there */
};

/* Reads the file and the environment, then argv from 1 on; operands (in any place) are gathered in front of
 * argv[1..], their count is returned. --help prints and returns -1 with e->code 0; wrong use is
 * ERR_USAGE. */
int options_read(const struct command_line *c, int argc, char **argv, struct error *e) must_use;
