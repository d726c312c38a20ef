/* cli/cmd_plan.c — `plimsoll plan`: what a center does for a subscription, by Azure's own route of pricings. */
#include "base/jsonout.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "cli/remoteview.h"
#include "cli/screen.h"
#include <stdio.h>

#define API_VERSION "2024-01-01"

struct settings {
	struct remote_options remote;
	const char *subscription, *format;
	bool json;
};

static const char about[] =
        "  list               plans of a subscription, and whether they are on\n"
        "  set PLAN on|off    switch one\n\n"
        "Without --subscription it is the only one that you may see. Images of registries are assessed while\n"
        "the plan Containers is on there.\n\n"
        "Examples:\n"
        "  plimsoll plan list\n"
        "  plimsoll plan set Containers off --subscription GUID";

static void json_done(struct json **j)
{
	json_free(*j);
}

static int usage(const char *why)
{
	fprintf(stderr, "plimsoll: plan: %s\nusage: plimsoll plan list|set [OPTION]... (--help says more)\n", why);
	return 2;
}

static int find_subscription(const struct settings *s, struct remote *r, char out[64], struct error *e)
{
	struct json *found cleanup(json_done) = NULL;
	const struct json *rows;
	int code = 0;

	if (s->subscription)
		return snprintf(out, 64, "%s", s->subscription) >= 64 || strpbrk(out, "/?#%") ?
		               error_set(e, ERR_USAGE, "--subscription %s: a GUID", s->subscription) :
		               0;
	code = remote_call(r, "GET", "/api/v1/subscriptions", (str){ 0 }, &found, e);
	if (code < 0)
		return code;
	rows = json_get(found, "value");
	if (json_len(rows) != 1)
		return error_set(e, ERR_USAGE, "you see %zu subscriptions: say which by --subscription", json_len(rows));
	snprintf(out, 64, "%.*s", STR_FMT(json_str(json_at(rows, 0), "id")));
	return 0;
}

static void put_state(struct jsonout *j, const struct json *row)
{
	const struct json *p = json_get(row, "properties");

	jsonout_object(j, NULL);
	jsonout_str(j, "name", json_str(row, "name"));
	jsonout_text(j, "state", str_eq(json_str(p, "pricingTier"), STR("Standard")) ? "on" : "off");
	jsonout_some(j, "subPlan", json_str(p, "subPlan"));
	jsonout_some(j, "since", json_str(p, "enablementTime"));
	jsonout_end(j);
}

static int print_table(const struct json *rows, size_t n, struct error *e)
{
	static const struct remoteview_column columns[] = { { "PLAN", "name" }, { "STATE", "state" }, { "SINCE", "since" } };
	struct json *doc cleanup(json_done) = NULL;
	struct buf text cleanup(buf_done) = BUF(1 << 20);
	struct jsonout j = JSONOUT(&text, 0);
	int r;

	jsonout_array(&j, NULL);
	for (size_t i = 0; i < n; i++)
		put_state(&j, json_is_array(rows) ? json_at(rows, i) : rows);
	jsonout_end(&j);
	r = json_parse("plans", buf_view(&text), &doc, e);
	return r < 0 ? r : remoteview_table(doc, columns, LEN(columns), e);
}

static int list(const struct settings *s, struct remote *r, struct error *e)
{
	struct json *found cleanup(json_done) = NULL;
	char subscription[64], path[256];
	int code = find_subscription(s, r, subscription, e);

	if (code < 0)
		return code;
	snprintf(path, sizeof path, "/subscriptions/%s/providers/Microsoft.Security/pricings?api-version=" API_VERSION,
	         subscription);
	code = remote_call(r, "GET", path, (str){ 0 }, &found, e);
	if (code < 0)
		return code;
	return s->json ? remoteview_json(json_get(found, "value"), e) :
	                 print_table(json_get(found, "value"), json_len(json_get(found, "value")), e);
}

static int set(const struct settings *s, struct remote *r, const char *plan, const char *state, struct error *e)
{
	struct json *changed cleanup(json_done) = NULL;
	bool on = !strcmp(state, "on") || !strcmp(state, "standard") || !strcmp(state, "Standard");
	bool off = !strcmp(state, "off") || !strcmp(state, "free") || !strcmp(state, "Free");
	char subscription[64], path[256];
	int code = 0;

	if (!on && !off)
		return error_set(e, ERR_USAGE, "a plan is set on or off, not %s", state);
	if (strlen(plan) > 64 || strpbrk(plan, "/?#% "))
		return error_set(e, ERR_USAGE, "%s: no name of a plan", plan);
	code = find_subscription(s, r, subscription, e);
	if (code < 0)
		return code;
	snprintf(path, sizeof path,
	         "/subscriptions/%s/providers/Microsoft.Security/pricings/%s?api-version=" API_VERSION, subscription,
	         plan);
	code = remote_call(r, "PUT", path,
	                   on ? STR("{\"properties\":{\"pricingTier\":\"Standard\"}}") :
	                        STR("{\"properties\":{\"pricingTier\":\"Free\"}}"),
	                   &changed, e);
	if (code < 0)
		return code;
	return s->json ? remoteview_json(changed, e) : print_table(changed, 1, e);
}

int cmd_plan(int argc, char **argv)
{
	struct arena arena cleanup(arena_done) = ARENA(1 << 20);
	struct settings s = { 0 };
	struct error e = { 0 };
	const struct option_row rows[] = {
		// clang-format off
		REMOTE_ROWS(&s.remote),
		{ "subscription", 0, OPTION_TEXT, &s.subscription, "GUID", "whose plans; the only one there is" },
		{ "format", 'f', OPTION_TEXT, &s.format, "FORMAT", "table or json" },
		{ 0 },
		// clang-format on
	};
	const struct command_line line = { "plimsoll plan list|set [OPTION]... [PLAN] [on|off]", about, rows, &arena };
	int n = options_read(&line, argc, argv, &e), f;
	struct remote *r = NULL;
	bool sets;

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	sets = n > 0 && !strcmp(argv[1], "set");
	if (n == 0 || (!sets && strcmp(argv[1], "list")))
		return usage("list or set?");
	if (n != (sets ? 3 : 1))
		return usage(sets ? "a plan and on or off" : "no operands here");
	f = remoteview_format(s.format, &e);
	s.json = f == 1;
	if (f >= 0)
		f = remote_open(&s.remote, &r, &e);
	if (f >= 0)
		f = sets ? set(&s, r, argv[2], argv[3], &e) : list(&s, r, &e);
	remote_close(r);
	return f < 0 ? screen_fail(&e) : 0;
}
