/* cli/cmd_registry.c — `plimsoll registry`: the registries that a center watches. */
#include "base/jsonout.h"
#include "base/secret.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "cli/remoteview.h"
#include "cli/screen.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <fcntl.h>

enum { CA_BYTES = 256 << 10, PASSWORD_BYTES = 64 << 10 };

struct settings {
	struct remote_options remote;
	struct option_list triggers, include, exclude;
	const char *username, *credential_ref, *registry_ca, *subscription, *group, *format, *url;
	unsigned poll_s, parallel;
	bool password_stdin;
	bool json;
};

static const char about[] =
        "  add NAME URL     watch a registry; prints how it tells of pushes, with the secret of that, once\n"
        "  list             those that you may see\n"
        "  show NAME        one, by its name or number\n"
        "  set NAME         change what the options say\n"
        "  test NAME        ask it now whether it is there and knows us\n"
        "  sync NAME        look it through now\n"
        "  secret NAME      a fresh secret for its events; the old one ends at once\n"
        "  remove NAME      watch it no more; what was found stays in the history\n\n"
        "A URL of http:// is meant: password and layers travel in plain text. Patterns are of repositories:\n"
        "* stands for anything but a slash, ** for anything. Triggers are push, import, pulled, running, poll,\n"
        "all and none.\n\n"
        "Examples:\n"
        "  plimsoll registry add main https://registry.example --username scanner --password-stdin < password\n"
        "  plimsoll registry add edge http://127.0.0.1:5000 --trigger push,poll --exclude 'cache/**'\n"
        "  plimsoll registry set main --credential-ref file:/run/secrets/main";

static void json_done(struct json **j)
{
	json_free(*j);
}

static int usage(const char *why)
{
	fprintf(stderr, "plimsoll: registry: %s\nusage: plimsoll registry VERB [OPTION]... (--help says more)\n", why);
	return 2;
}

/* --- what an order says --- */

static int read_all(int fd, const char *name, size_t most, struct secret *out, struct error *e)
{
	char bytes[4096];
	ssize_t n;

	secret_set(out, STR(""));
	while ((n = read(fd, bytes, sizeof bytes)) > 0 && out->n <= most)
		secret_add(out, str_mem(bytes, (size_t)n));
	explicit_bzero(bytes, sizeof bytes);
	if (n < 0)
		return error_errno(e, errno, "%s", name);
	return out->n > most ? error_set(e, ERR_LIMIT, "%s: more than %zu bytes", name, most) : 0;
}

static int put_password(const struct settings *s, struct jsonout *j, struct error *e)
{
	struct secret text cleanup(secret_done) = { 0 };
	str line = { 0 }, rest;
	int r = s->password_stdin ? read_all(STDIN_FILENO, "standard input", PASSWORD_BYTES, &text, e) : 0;

	if (r < 0)
		return r;
	if (s->password_stdin && !s->username)
		return error_set(e, ERR_USAGE, "--password-stdin needs --username");
	if (s->username)
		jsonout_text(j, "username", s->username);
	rest = secret_view(&text);
	if (s->password_stdin && str_line(&rest, &line))
		jsonout_str(j, "password", line);
	return 0;
}

static int put_ca(const struct settings *s, struct jsonout *j, struct error *e)
{
	struct secret text cleanup(secret_done) = { 0 };

	if (!s->registry_ca)
		return 0;
	autoclose int fd = open(s->registry_ca, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(e, errno, "--registry-ca %s", s->registry_ca);
	int r = read_all(fd, s->registry_ca, CA_BYTES, &text, e);
	if (r >= 0)
		jsonout_str(j, "ca", secret_view(&text));
	return r;
}

static void put_list(struct jsonout *j, const char *key, const struct option_list *l)
{
	if (!l->texts.n)
		return;
	jsonout_array(j, key);
	for (size_t i = 0; i < l->texts.n; i++)
		jsonout_text(j, NULL, l->texts.v[i]);
	jsonout_end(j);
}

/* "push,poll" or several of them; "all" and "none" are of the shell */
static void put_triggers(struct jsonout *j, const struct option_list *l)
{
	static const char *const all[] = { "push", "import", "pulled", "running", "poll" };

	if (!l->texts.n)
		return;
	jsonout_array(j, "triggers");
	for (size_t i = 0; i < l->texts.n; i++) {
		str rest = str_c(l->texts.v[i]), one;
		while (str_split(&rest, ',', &one))
			if (str_eq(one, STR("all")))
				for (size_t k = 0; k < LEN(all); k++)
					jsonout_text(j, NULL, all[k]);
			else if (!str_eq(one, STR("none")))
				jsonout_str(j, NULL, one);
	}
	jsonout_end(j);
}

static int put_settings(const struct settings *s, struct jsonout *j, struct error *e)
{
	int r = put_password(s, j, e);

	if (r >= 0)
		r = put_ca(s, j, e);
	if (s->credential_ref)
		jsonout_text(j, "credentialRef", s->credential_ref);
	if (s->group)
		jsonout_text(j, "resourceGroup", s->group);
	put_triggers(j, &s->triggers);
	put_list(j, "include", &s->include);
	put_list(j, "exclude", &s->exclude);
	if (s->poll_s)
		jsonout_u64(j, "pollSeconds", s->poll_s);
	if (s->parallel)
		jsonout_u64(j, "parallel", s->parallel);
	return r;
}

/* --- what comes back --- */

static void say_text(const char *title, str text)
{
	printf("\n%s\n", title);
	for (str line; str_line(&text, &line);)
		printf("  %.*s\n", STR_FMT(line));
}

static void say_hook(const struct json *hook)
{
	if (!json_is_object(hook))
		return;
	printf("events go to   %.*s\nsecret         %.*s   (shown this once)\n", STR_FMT(json_str(hook, "url")),
	       STR_FMT(json_str(hook, "secret")));
	say_text("Docker distribution, in its configuration:", json_str(hook, "distribution"));
	say_text("Azure Container Registry:", json_str(hook, "acr"));
	say_text("Harbor:", json_str(hook, "harbor"));
	say_text("A sender that can set no header:", json_str(hook, "urlWithSecret"));
}

static int path_of(const char *name, const char *verb, char *out, size_t room, struct error *e)
{
	str s = str_c(name);

	for (size_t i = 0; i < s.n; i++)
		if (!((unsigned)((s.p[i] | 32) - 'a') < 26 || (unsigned)(s.p[i] - '0') < 10 || memchr("-_.", s.p[i], 3)))
			return error_set(e, ERR_USAGE, "%s: no name of a registry", name);
	if (snprintf(out, room, "/api/v1/registries/%s%s%s", name, *verb ? "/" : "", verb) >= (int)room)
		return error_set(e, ERR_USAGE, "the name is too long");
	return 0;
}

static int add(const struct settings *s, struct remote *r, const char *name, struct error *e)
{
	struct json *made cleanup(json_done) = NULL;
	struct buf body cleanup(buf_done) = BUF(1 << 20);
	struct jsonout j = JSONOUT(&body, 0);
	int code;

	jsonout_object(&j, NULL);
	jsonout_text(&j, "name", name);
	jsonout_text(&j, "url", s->url);
	if (s->subscription)
		jsonout_text(&j, "subscription", s->subscription);
	code = put_settings(s, &j, e);
	jsonout_end(&j);
	if (code >= 0)
		code = remote_call(r, "POST", "/api/v1/registries", buf_view(&body), &made, e);
	explicit_bzero(body.p, body.n);
	if (code < 0)
		return code;
	if (s->json)
		return remoteview_json(made, e);
	printf("%s is watched: %.*s\n", name, STR_FMT(json_str(made, "resourceId")));
	say_hook(json_get(made, "hook"));
	return 0;
}

static int set(const struct settings *s, struct remote *r, const char *name, struct error *e)
{
	struct json *changed cleanup(json_done) = NULL;
	struct buf body cleanup(buf_done) = BUF(1 << 20);
	struct jsonout j = JSONOUT(&body, 0);
	char path[256];
	int code = path_of(name, "", path, sizeof path, e);

	jsonout_object(&j, NULL);
	if (s->url)
		jsonout_text(&j, "url", s->url);
	if (code >= 0)
		code = put_settings(s, &j, e);
	jsonout_end(&j);
	if (code >= 0)
		code = remote_call(r, "PATCH", path, buf_view(&body), &changed, e);
	explicit_bzero(body.p, body.n);
	return code < 0 ? code : s->json ? remoteview_json(changed, e) : 0;
}

static int list(const struct settings *s, struct remote *r, struct error *e)
{
	static const struct remoteview_column columns[] = {
		{ "ID", "id" },           { "NAME", "name" },         { "URL", "url" },   { "STATE", "state" },
		{ "TRIGGERS", "triggers" }, { "LOOKED THROUGH", "syncedAt" }, { "LAST EVENT", "eventAt" },
	};
	struct json *found cleanup(json_done) = NULL;
	int code = remote_call(r, "GET", "/api/v1/registries?limit=1000", (str){ 0 }, &found, e);

	if (code < 0)
		return code;
	return s->json ? remoteview_json(json_get(found, "value"), e) :
	                 remoteview_table(json_get(found, "value"), columns, LEN(columns), e);
}

static int show(struct remote *r, const char *name, struct error *e)
{
	struct json *found cleanup(json_done) = NULL;
	char path[256];
	int code = path_of(name, "", path, sizeof path, e);

	if (code >= 0)
		code = remote_call(r, "GET", path, (str){ 0 }, &found, e);
	return code < 0 ? code : remoteview_json(found, e);
}

static int test(const struct settings *s, struct remote *r, const char *name, struct error *e)
{
	struct json *found cleanup(json_done) = NULL;
	char path[256];
	int code = path_of(name, "test", path, sizeof path, e);

	if (code >= 0)
		code = remote_call(r, "POST", path, (str){ 0 }, &found, e);
	if (code < 0)
		return code;
	if (s->json && (code = remoteview_json(found, e)) < 0)
		return code;
	if (!str_eq(json_str(found, "state"), STR("ready")))
		return error_set(e, ERR_UPSTREAM, "%s is %.*s: %.*s", name, STR_FMT(json_str(found, "state")),
		                 STR_FMT(json_str(found, "why")));
	if (!s->json)
		printf("%s is there and knows us%s\n", name,
		       json_get(found, "hasCatalog") && !json_bool(found, "hasCatalog") ?
		               "; it has no catalog, so repositories come with their events" :
		               "");
	return 0;
}

static int sync_now(const struct settings *s, struct remote *r, const char *name, struct error *e)
{
	struct json *accepted cleanup(json_done) = NULL;
	char path[256];
	int64_t job = 0;
	int code = path_of(name, "sync", path, sizeof path, e);

	if (code >= 0)
		code = remote_call(r, "POST", path, (str){ 0 }, &accepted, e);
	if (code < 0 || s->json)
		return code < 0 ? code : remoteview_json(accepted, e);
	json_i64(accepted, "jobId", &job);
	printf("%s is looked through (job %lld)\n", name, (long long)job);
	return 0;
}

static int rotate(const struct settings *s, struct remote *r, const char *name, struct error *e)
{
	struct json *hook cleanup(json_done) = NULL;
	char path[256];
	int code = path_of(name, "secret", path, sizeof path, e);

	if (code >= 0)
		code = remote_call(r, "POST", path, (str){ 0 }, &hook, e);
	if (code < 0 || s->json)
		return code < 0 ? code : remoteview_json(hook, e);
	say_hook(hook);
	return 0;
}

static int drop(struct remote *r, const char *name, struct error *e)
{
	char path[256];
	int code = path_of(name, "", path, sizeof path, e);

	return code < 0 ? code : remote_call(r, "DELETE", path, (str){ 0 }, NULL, e);
}

static int run(const struct settings *s, const char *verb, const char *name, struct error *e)
{
	struct remote *r = NULL;
	int code = remote_open(&s->remote, &r, e);

	if (code < 0)
		return code;
	code = !strcmp(verb, "add")    ? add(s, r, name, e) :
	       !strcmp(verb, "list")   ? list(s, r, e) :
	       !strcmp(verb, "show")   ? show(r, name, e) :
	       !strcmp(verb, "set")    ? set(s, r, name, e) :
	       !strcmp(verb, "test")   ? test(s, r, name, e) :
	       !strcmp(verb, "sync")   ? sync_now(s, r, name, e) :
	       !strcmp(verb, "secret") ? rotate(s, r, name, e) :
	                                 drop(r, name, e);
	remote_close(r);
	return code;
}

static bool is_verb(const char *verb)
{
	static const char *const verbs[] = { "add", "list", "show", "set", "test", "sync", "secret", "remove" };

	for (size_t i = 0; i < LEN(verbs); i++)
		if (!strcmp(verb, verbs[i]))
			return true;
	return false;
}

int cmd_registry(int argc, char **argv)
{
	struct arena arena cleanup(arena_done) = ARENA(16 << 20);
	struct settings s = { 0 };
	struct error e = { 0 };
	const struct option_row rows[] = {
		// clang-format off
		REMOTE_ROWS(&s.remote),
		{ "username", 0, OPTION_TEXT, &s.username, "NAME", "who we are to the registry" },
		{ "password-stdin", 0, OPTION_FLAG, &s.password_stdin, NULL, "the password is the first line of standard input; kept sealed" },
		{ "credential-ref", 0, OPTION_TEXT, &s.credential_ref, "REF", "file:/PATH or env:NAME with USERNAME:PASSWORD, read by the workers" },
		{ "registry-ca", 0, OPTION_TEXT, &s.registry_ca, "FILE", "certificates that the registry's is held against, PEM" },
		{ "subscription", 0, OPTION_TEXT, &s.subscription, "GUID", "add: where it belongs; the center's own" },
		{ "resource-group", 0, OPTION_TEXT, &s.group, "NAME", "in that; plimsoll" },
		{ "trigger", 0, OPTION_LIST, &s.triggers, "WORDS", "what starts a scan; all" },
		{ "include", 0, OPTION_LIST, &s.include, "PATTERN", "repositories that are watched; all" },
		{ "exclude", 0, OPTION_LIST, &s.exclude, "PATTERN", "repositories that are not" },
		{ "poll", 0, OPTION_SECONDS, &s.poll_s, "TIME", "how often it is looked through; 5m" },
		{ "parallel", 0, OPTION_COUNT, &s.parallel, "N", "scans at a time; 4" },
		{ "url", 0, OPTION_TEXT, &s.url, "URL", "set: where it is now; a kept password is forgotten" },
		{ "format", 'f', OPTION_TEXT, &s.format, "FORMAT", "table or json" },
		{ 0 },
		// clang-format on
	};
	const struct command_line line = { "plimsoll registry add|list|show|set|test|sync|secret|remove [OPTION]... [NAME] [URL]",
		                           about, rows, &arena };
	int n = options_read(&line, argc, argv, &e), wanted, f;
	const char *verb = n > 0 ? argv[1] : "";

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	if (!is_verb(verb))
		return usage(n > 0 ? "the verbs are add, list, show, set, test, sync, secret and remove" : "which verb?");
	wanted = !strcmp(verb, "list") ? 1 : !strcmp(verb, "add") ? 3 : 2;
	if (n != wanted)
		return usage(wanted == 1 ? "no operands here" : wanted == 3 ? "a name and a URL" : "one name");
	if (wanted == 3)
		s.url = argv[3];
	f = remoteview_format(s.format, &e);
	s.json = f == 1;
	return f < 0 || run(&s, verb, wanted > 1 ? argv[2] : NULL, &e) < 0 ? screen_fail(&e) : 0;
}
