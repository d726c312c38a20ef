/* cli/main.c — the door: the table of verbs, nothing else. */
#include "base/attr.h"
#include "cli/commands.h"
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int cmd_version(int argc, char **argv);
static int cmd_help(int argc, char **argv);

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about; /* NULL: not for people */
} commands[] = {
	// clang-format off
	{ "scan",      cmd_scan,    "findings of one image, archive or folder" },
	{ "sbom",      cmd_scan,    "its inventory, as CycloneDX, SPDX or JSON" },
	{ "diff",      cmd_diff,    "what is new, gone and changed between two images or reports" },
	{ "explain",   cmd_explain, "why a finding is there, or why one is not" },
	{ "db",        cmd_db,      "the advisory database: update, info, lookup, export, import" },
	{ "serve",     cmd_serve,   "the security center: registries watched, findings answered" },
	{ "cache",     cmd_cache,   "what is kept of layers: info, clean, verify" },
	{ "registry",  cmd_registry, "registries that a center watches: add, list, test, sync, remove" },
	{ "import",    cmd_import,  "copy an image into a watched registry and have it assessed" },
	{ "plan",      cmd_plan,    "what is switched on for a subscription: list, set" },
	{ "token",     cmd_token,   "who may ask a center: create, list, revoke, link" },
	{ "backup",    cmd_backup,  "copy the store of a center on this machine, while it runs" },
	{ "compare",   cmd_compare, "order two versions as their ecosystem does" },
	{ "completion", cmd_completion, "a script for your shell: bash, zsh, fish" },
	{ "version",   cmd_version, "this program's version" },
	{ "help",      cmd_help,    "this list" },
	{ "worker",    cmd_worker,  NULL },
	// clang-format on
};

static int cmd_version(int argc, char **argv)
{
	(void)argc, (void)argv;
	puts("plimsoll " PLIMSOLL_VERSION);
	return 0;
}

static const struct command *find(const char *name);

static int help_of(char *name)
{
	static char flag[] = "--help";
	const struct command *c = find(name);

	if (!c || c->run == cmd_help) {
		fprintf(stderr, "plimsoll: no command \"%s\"; `plimsoll help` lists them\n", name);
		return 2;
	}
	return c->run(2, (char *[]){ name, flag, NULL });
}

static int cmd_help(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--list")) { /* for completions */
		for (size_t i = 0; i < LEN(commands); i++)
			if (commands[i].about)
				printf("%s\t%s\n", commands[i].name, commands[i].about);
		return 0;
	}
	if (argc == 2 && argv[1][0] != '-' && strcmp(argv[1], "help") != 0)
		return help_of(argv[1]);
	puts("Usage: plimsoll COMMAND [OPTION]... [ARGUMENT]...\n\n"
	     "Finds known vulnerabilities in container images, and says what it could not look "
	     "at.\n");
	for (size_t i = 0; i < LEN(commands); i++)
		if (commands[i].about)
			printf("  %-10s %s\n", commands[i].name, commands[i].about);
	puts("\n`plimsoll help COMMAND` says more.\n\n"
	     "Exit status: 0 clean or nothing above the bar, 1 a policy said no, 2 wrong use,\n"
	     "3 could not assess, 4 input, registry or network failed.");
	return 0;
}

static const struct command *find(const char *name)
{
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		name = "help";
	if (!strcmp(name, "--version") || !strcmp(name, "-V"))
		name = "version";
	for (size_t i = 0; i < LEN(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *c;

	setlocale(LC_ALL, "");
	if (!strcmp(setlocale(LC_CTYPE, NULL), "C")) /* names in images are UTF-8 wherever we run */
		setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		cmd_help(argc, argv);
		return 2;
	}
	c = find(argv[1]);
	if (!c) {
		fprintf(stderr, "plimsoll: no command \"%s\"; `plimsoll help` lists them\n",
		        argv[1]);
		return 2;
	}
	return c->run(argc - 1, argv + 1);
}
