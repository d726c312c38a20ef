#include "cli/ignored.h"
#include "base/time.h"
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { WARNING_DAYS = 14, DAY_S = 86400 };

static void say_ends(const struct ignore_list *l, bool quiet)
{
	int64_t now = time_now();

	for (size_t i = 0; i < l->entries.n; i++) {
		const struct ignore_entry *x = &l->entries.v[i];
		if (x->ends <= now)
			fprintf(stderr, "%.*s:%u: %.*s was accepted until %.*s: it counts again\n",
			        STR_FMT(l->file), x->line, STR_FMT(x->id), STR_FMT(x->until));
		else if (!quiet && x->ends - now < (int64_t)WARNING_DAYS * DAY_S)
			fprintf(stderr, "%.*s:%u: %.*s is accepted for %" PRId64 " more days, until %.*s\n",
			        STR_FMT(l->file), x->line, STR_FMT(x->id),
			        (x->ends - now + DAY_S - 1) / DAY_S, STR_FMT(x->until));
	}
}

int ignored_open(const char *given, bool quiet, struct arena *a, struct ignore_list *out,
                 struct error *e)
{
	static const char *const usual[] = { ".trivyignore", ".trivyignore.yaml",
		                             ".trivyignore.yml" };
	int r;

	for (size_t i = 0; !given && i < LEN(usual); i++)
		if (access(usual[i], R_OK) == 0)
			given = usual[i];
	if (!given)
		return 0;
	r = ignorefile_read(given, a, out, e);
	if (r < 0)
		return r;
	if (!quiet)
		fprintf(stderr, "%s: %zu accepted findings\n", given, out->entries.n);
	say_ends(out, quiet);
	return 0;
}
