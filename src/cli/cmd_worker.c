/* cli/cmd_worker.c — the jailed sides of other commands; the program starts itself with these. */
#include "cli/commands.h"
#include "scan/worker.h"
#include "vulndb/bundleworker.h"
#include "vulndb/feedworker.h"
#include <stdio.h>
#include <string.h>

int cmd_worker(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	if (worker_knows(kind))
		return worker_main(kind);
	if (!strcmp(kind, "bundle"))
		return bundleworker_main();
	if (!strncmp(kind, "feed-", 5))
		return feedworker_main(kind);
	fputs("plimsoll: worker is started by plimsoll itself\n", stderr);
	return 2;
}
