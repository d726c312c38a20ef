#include "oci/daemon.h"
#include "base/json.h"
#include "net/client.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	INSPECT_BYTES_MAX = 8 << 20,
	SAVE_TIMEOUT_S = 600, /* the engine writes the whole archive before the first byte */
};

struct daemon_stream { /* the archive, with the client that it needs */
	struct stream s, *below;
	struct client *client;
};

static ssize_t daemon_read(struct stream *s, void *p, size_t n, struct error *e)
{
	return stream_read(((struct daemon_stream *)s)->below, p, n, e);
}

static void daemon_free(struct stream *s)
{
	struct daemon_stream *d = (struct daemon_stream *)s;
	stream_free(d->below);
	client_free(d->client);
	free(d);
}

static bool is_socket(const char *path)
{
	struct stat st;
	return !stat(path, &st) && S_ISSOCK(st.st_mode);
}

/* Where the engine listens: a socket's path, or "" and an http address in *base. */
static int find_engine(struct arena *a, str *socket, str *base, struct error *e)
{
	const char *host = getenv("DOCKER_HOST"), *run = getenv("XDG_RUNTIME_DIR");

	*base = STR("http://localhost");
	if (host && *host) {
		if (str_starts(str_c(host), STR("unix://"))) {
			*socket = str_c(host + 7);
			return 0;
		}
		if (!str_starts(str_c(host), STR("tcp://")))
			return error_set(e, ERR_UNSUPPORTED,
			                 "DOCKER_HOST is neither unix:// nor tcp://; save the "
			                 "image and scan docker-archive:FILE");
		*socket = (str){ 0 };
		*base = arena_printf(a, "http://%s", host + 6);
		return 0;
	}
	*socket = STR("/var/run/docker.sock");
	if (!is_socket(socket->p) && run) {
		str mine = arena_printf(a, "%s/docker.sock", run);
		if (mine.n && is_socket(mine.p))
			*socket = mine;
	}
	if (is_socket(socket->p))
		return 0;
	return error_set(
	        e, ERR_NOTFOUND,
	        "no Docker engine here: there is no socket %.*s (and DOCKER_HOST is not set)",
	        STR_FMT(*socket));
}

static bool is_name(const char *name)
{
	static const char others[] = "._-/:@";
	for (const char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || strchr(others, *p)))
			return false;
	return *name && *name != '/' && *name != '.' && !strstr(name, "..");
}

static int inspect(struct client *c, str base, const char *socket, const char *name,
                   struct arena *a, struct image *image, str *id, struct error *e)
{
	struct response r cleanup(response_done) = { 0 };
	struct buf body cleanup(buf_done) = BUF(0);
	str url = arena_printf(a, "%.*s/images/%s/json", STR_FMT(base), name);
	struct request q = { .url = url.p, .once = true };
	struct json *j = NULL;
	int rc = client_document(c, &q, INSPECT_BYTES_MAX, &r, &body, e);

	if (rc < 0)
		return error_in(e, "the Docker engine %s%sdoes not answer", socket ? socket : "",
		                socket ? " " : "");
	if (r.status == 404)
		return error_set(e, ERR_NOTFOUND, "the Docker engine has no image %s", name);
	if (r.status != 200)
		return response_refused(&q, &r, e);
	if (json_parse("the engine's answer", buf_view(&body), &j, e) < 0)
		return e->code = ERR_UPSTREAM;
	*id = arena_str(a, json_str(j, "Id"));
	image->os = arena_str(a, json_str(j, "Os"));
	image->arch = arena_str(a, json_str(j, "Architecture"));
	json_free(j);
	if (!is_name(id->n ? id->p : ""))
		return error_set(e, ERR_UPSTREAM, "the Docker engine names no image ID");
	return 0;
}

static int save(struct client *c, str base, str id, struct arena *a, struct stream **out,
                struct error *e)
{
	struct response r cleanup(response_done) = { 0 };
	/* by ID: by name the engine saves all tags of the repository */
	str url = arena_printf(a, "%.*s/images/%.*s/get", STR_FMT(base), STR_FMT(id));
	struct request q = { .url = url.p, .once = true };
	struct stream *s = NULL;
	int rc = client_open(c, &q, &r, &s, e);

	if (rc >= 0 && r.status != 200) {
		stream_free(s);
		return response_refused(&q, &r, e);
	}
	if (rc >= 0)
		*out = s;
	return rc;
}

int daemon_open(const char *name, const struct source_options *o, struct arena *a,
                struct image *image, struct stream **out, struct error *e)
{
	static const struct stream_ops ops = { daemon_read, daemon_free };
	struct client_options how = { .insecure = o->insecure,
		                      .ca_file = o->ca_file,
		                      .timeout_s = MAX(o->timeout_s, (unsigned)SAVE_TIMEOUT_S) };
	struct daemon_stream *d;
	struct client *c = NULL;
	struct stream *below = NULL;
	str socket = { 0 }, base = { 0 }, id = { 0 };
	int rc;

	if (!is_name(name))
		return error_set(e, ERR_USAGE, "docker:%s: malformed image name", name);
	image->name = arena_str(a, str_c(name));
	rc = find_engine(a, &socket, &base, e);
	how.unix_socket = rc >= 0 && socket.n ? socket.p : NULL;
	if (rc >= 0)
		rc = client_new(&how, &c, e);
	if (rc >= 0)
		rc = inspect(c, base, how.unix_socket, name, a, image, &id, e);
	if (rc >= 0)
		rc = save(c, base, id, a, &below, e);
	if (rc < 0) {
		client_free(c);
		return rc;
	}
	d = malloc(sizeof *d);
	if (!d)
		abort();
	*d = (struct daemon_stream){ { .ops = &ops }, below, c };
	*out = &d->s;
	return 0;
}
