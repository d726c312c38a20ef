#include "cli/ignored.h"
#include "base/time.h"
#include "cli/screen.h"
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { WARNING_DAYS = 14, DAY_S = 86400 };

/* The file may lie in somebody else's checkout. */
static void say_end(const struct ignore_list *l, const struct ignore_entry *x, const char *when)
{
	struct buf b cleanup(buf_done) = BUF(8192);

	screen_put_safe(&b, str_upto(l->file, 1000));
	buf_printf(&b, ":%u: ", x->line);
	screen_put_safe(&b, str_upto(x->id, 200));
	buf_printf(&b, " %s ", when);
	screen_put_safe(&b, str_upto(x->until, 40));
	fprintf(stderr, "%.*s%s\n", STR_FMT(buf_view(&b)),
	        x->ends <= time_now() ? ": it counts again" : "");
}

/* How many entries are none */
static size_t say_strays(const struct ignore_list *l)
{
	size_t strays = 0;

	for (size_t i = 0; i < l->entries.n; i++) {
		const struct ignore_entry *x = &l->entries.v[i];
		struct buf b cleanup(buf_done) = BUF(8192);
		if (ignorefile_names_flaw(x))
			continue;
		strays++;
		screen_put_safe(&b, str_upto(l->file, 1000));
		buf_printf(&b, ":%u: \"", x->line);
		screen_put_safe(&b, str_upto(x->id, 200));
		fprintf(stderr,
		        "%.*s\" is no id of a flaw: nothing is accepted by it; a remark begins "
		        "with #\n",
		        STR_FMT(buf_view(&b)));
	}
	return strays;
}

static void say_ends(const struct ignore_list *l, bool quiet)
{
	int64_t now = time_now();
	char when[80];

	for (size_t i = 0; i < l->entries.n; i++) {
		const struct ignore_entry *x = &l->entries.v[i];
		snprintf(when, sizeof when, "is accepted for %" PRId64 " more days, until",
		         (x->ends - now + DAY_S - 1) / DAY_S);
		if (x->ends <= now)
			say_end(l, x, "was accepted until");
		else if (!quiet && x->ends - now < (int64_t)WARNING_DAYS * DAY_S)
			say_end(l, x, when);
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
	size_t n = out->entries.n - say_strays(out);
	if (!quiet)
		fprintf(stderr, "%s: %zu accepted finding%s\n", given, n, n == 1 ? "" : "s");
	say_ends(out, quiet);
	return 0;
}
