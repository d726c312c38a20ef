/* cli/cmd_import.c — `plimsoll import SRC DST`: copy an image into a registry that a center watches, and have it
 * assessed. */
#include "base/jsonout.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "cli/remoteview.h"
#include "cli/screen.h"
#include <stdio.h>
#include <time.h>

enum { LOOK_MS = 500 };

struct settings {
	struct remote_options remote;
	const char *username, *password_ref, *format;
	bool force, wait, json;
};

static const char about[] =
        "The center copies SRC, all its platforms, by digest; blobs that the registry has already are not\n"
        "sent again. DST is REGISTRY/REPOSITORY[:TAG], REGISTRY as `plimsoll registry list` names it; without\n"
        "a tag the image stands there by its digest alone. A tag that is there already is moved with --force\n"
        "only.\n\n"
        "Examples:\n"
        "  plimsoll import docker.io/library/alpine:3.20 main/base/alpine:3.20\n"
        "  plimsoll import quay.example/team/app@sha256:… main/team/app --wait";

static void json_done(struct json **j)
{
	json_free(*j);
}

/* "main/team/app:1" */
static int read_destination(str text, str *registry, str *repository, str *tag, struct error *e)
{
	size_t slash = str_chr(text, '/'), colon;

	*registry = str_upto(text, slash);
	*repository = str_from(text, slash + 1);
	colon = str_rchr(*repository, ':');
	*tag = str_from(*repository, colon + 1);
	*repository = str_upto(*repository, colon);
	if (!registry->n || !repository->n || str_chr(*tag, '/') < tag->n)
		return error_set(e, ERR_USAGE, "%.*s: REGISTRY/REPOSITORY[:TAG]", STR_FMT(text));
	return 0;
}

static int find_registry(struct remote *r, str name, int64_t *id, struct error *e)
{
	struct json *found cleanup(json_done) = NULL;
	const struct json *rows;
	int code = remote_call(r, "GET", "/api/v1/registries?limit=1000", (str){ 0 }, &found, e);
	uint64_t n = 0;

	if (code < 0)
		return code;
	rows = json_get(found, "value");
	for (size_t i = 0; i < json_len(rows); i++) {
		int64_t one = 0;
		json_i64(json_at(rows, i), "id", &one);
		if (str_eq_nocase(json_str(json_at(rows, i), "name"), name) ||
		    (str_u64(name, &n) && (int64_t)n == one)) {
			*id = one;
			return 0;
		}
	}
	return error_set(e, ERR_NOTFOUND, "there is no registry \"%.*s\": `plimsoll registry list` has them", STR_FMT(name));
}

static int put_order(const struct settings *s, struct remote *r, str source, str destination, int64_t *job,
                     struct json **accepted, struct error *e)
{
	struct buf body cleanup(buf_done) = BUF(64 << 10);
	struct jsonout j = JSONOUT(&body, 0);
	str registry, repository, tag;
	int64_t id = 0;
	int code = read_destination(destination, &registry, &repository, &tag, e);

	if (code >= 0)
		code = find_registry(r, registry, &id, e);
	if (code < 0)
		return code;
	jsonout_object(&j, NULL);
	jsonout_str(&j, "source", source);
	jsonout_i64(&j, "registryId", id);
	jsonout_str(&j, "repository", repository);
	jsonout_some(&j, "tag", tag);
	jsonout_some(&j, "username", str_c(s->username));
	jsonout_some(&j, "passwordRef", str_c(s->password_ref));
	if (s->force)
		jsonout_bool(&j, "force", true);
	jsonout_end(&j);
	code = remote_call(r, "POST", "/api/v1/imports", buf_view(&body), accepted, e);
	if (code >= 0)
		json_i64(*accepted, "jobId", job);
	return code;
}

/* 1 it is over, 0 not yet */
static int look(struct remote *r, int64_t job, struct json **out, struct error *e)
{
	char path[64];
	str state;
	int code;

	json_free(*out);
	*out = NULL;
	snprintf(path, sizeof path, "/api/v1/jobs/%lld", (long long)job);
	code = remote_call(r, "GET", path, (str){ 0 }, out, e);
	if (code < 0)
		return code;
	state = json_str(*out, "state");
	if (str_eq(state, STR("dead")))
		return error_set(e, ERR_UPSTREAM, "%.*s", STR_FMT(json_str(*out, "why")));
	return str_eq(state, STR("done"));
}

static int wait_for(struct remote *r, int64_t job, struct json **out, struct error *e)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };
	int code;

	while ((code = look(r, job, out, e)) == 0)
		nanosleep(&pause, NULL);
	return code;
}

static int run(const struct settings *s, const char *source, const char *destination, struct error *e)
{
	struct json *answer cleanup(json_done) = NULL;
	struct remote *r = NULL;
	int64_t job = 0;
	int code = remote_open(&s->remote, &r, e);

	if (code < 0)
		return code;
	code = put_order(s, r, str_c(source), str_c(destination), &job, &answer, e);
	if (code >= 0 && s->wait)
		code = wait_for(r, job, &answer, e);
	remote_close(r);
	if (code < 0)
		return code;
	if (s->json)
		return remoteview_json(answer, e);
	if (s->wait)
		printf("%s is at %s\n", source, destination);
	else
		printf("%s is copied to %s (job %lld)\n", source, destination, (long long)job);
	return 0;
}

int cmd_import(int argc, char **argv)
{
	struct arena arena cleanup(arena_done) = ARENA(1 << 20);
	struct settings s = { 0 };
	struct error e = { 0 };
	const struct option_row rows[] = {
		// clang-format off
		REMOTE_ROWS(&s.remote),
		{ "username", 0, OPTION_TEXT, &s.username, "NAME", "who the center is at the source; as it is known there, or nobody" },
		{ "password-ref", 0, OPTION_TEXT, &s.password_ref, "REF", "file:/PATH or env:NAME with the password, read by the workers" },
		{ "force", 0, OPTION_FLAG, &s.force, NULL, "move a tag that is there" },
		{ "wait", 0, OPTION_FLAG, &s.wait, NULL, "until it is there" },
		{ "format", 'f', OPTION_TEXT, &s.format, "FORMAT", "table or json" },
		{ 0 },
		// clang-format on
	};
	const struct command_line line = { "plimsoll import [OPTION]... SRC DST", about, rows, &arena };
	int n = options_read(&line, argc, argv, &e), f;

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	f = remoteview_format(s.format, &e);
	s.json = f == 1;
	if (n != 2 && f >= 0)
		f = error_set(&e, ERR_USAGE, "import takes a source and a destination (--help says more)");
	return f < 0 || run(&s, argv[1], argv[2], &e) < 0 ? screen_fail(&e) : 0;
}
