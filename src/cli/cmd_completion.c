/* plimsoll completion SHELL: the script that a shell reads to complete our command lines. The scripts
 * lie in packaging/completions and are put into the program by the build; "@FORMATS@" in them
 * becomes the list of report formats. */
#include "base/attr.h"
#include "cli/commands.h"
#include "cli/completions.h" /* made by the build */
#include "cli/options.h"
#include "cli/screen.h"
#include <stdio.h>

static const char about[] =
        "Prints a script for your shell, which then completes commands, options and values:\n\n"
        "  bash   source <(plimsoll completion bash)\n"
        "  zsh    plimsoll completion zsh >\"${fpath[1]}/_plimsoll\"\n"
        "  fish   plimsoll completion fish >~/.config/fish/completions/plimsoll.fish";

static void print(str script)
{
	static const str mark = STR_INIT("@FORMATS@");

	while (script.n) {
		size_t at = str_find(script, mark);
		printf("%.*s", STR_FMT(str_upto(script, at)));
		if (at == script.n)
			return;
		for (const struct writer_row *w = writers; w->format; w++)
			printf("%s%s", w == writers ? "" : " ", w->format);
		script = str_from(script, at + mark.n);
	}
}

int cmd_completion(int argc, char **argv)
{
	static const struct option_row rows[] = { { 0 } };
	static const struct command_line line = { "plimsoll completion bash|zsh|fish", about, rows,
		                                  NULL };
	struct error e = { 0 };
	int n = options_read(&line, argc, argv, &e);

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	for (size_t i = 0; n == 1 && i < LEN(completions); i++)
		if (!strcmp(argv[1], completions[i].shell)) {
			print(completions[i].script);
			return 0;
		}
	error_set(&e, ERR_USAGE, "completion takes one of bash, zsh, fish");
	return screen_fail(&e);
}
