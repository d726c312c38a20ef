/* cli/options.h — a command's options as a table: parsing, environment defaults (PLIMSOLL_NAME) and
 * --help come from the same rows. A flag beats the environment, which beats the default. */
#pragma once
#include "base/error.h"
#include <stdbool.h>

enum option_kind { OPTION_TEXT, OPTION_FLAG, OPTION_NUMBER, OPTION_SECONDS /* "90", "90s", "5m" */ };

struct option_row {
	const char *name; /* without --; NULL ends the table */
	char letter;      /* 0: none */
	enum option_kind kind;
	void *into;       /* const char **, bool * or unsigned * */
	const char *value; /* what the help calls the argument; NULL for flags */
	const char *about;
};

struct command_line {
	const char *usage; /* "plimsoll scan [OPTION]... TARGET" */
	const char *about; /* paragraphs for --help, may end with examples */
	const struct option_row *rows;
};

/* Reads the environment, then argv from 1 on; operands (in any place) are gathered in front of
 * argv[1..], their count is returned. --help prints and returns -1 with e->code 0; wrong use is
 * ERR_USAGE. */
int options_read(const struct command_line *c, int argc, char **argv, struct error *e) must_use;
