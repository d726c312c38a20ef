/* server_echo — a small program on net/server for tests/e2e/test_server.py and bench/server: it
 * makes a certificate, listens, says its port, and obeys lines on stdin: "reload", "certificate",
 * "counts", "stop MS".
 *
 *   server_echo DIR plain|tls [OPTION=NUMBER]...   (threads, waiting, connections, address, head,
 * body, idle, body_max, streams, port) */
#include "net/certificate.h"
#include "net/router.h"
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

static const char *file_name;

static void add_line(struct exchange *x, const char *key, str value)
{
	buf_printf(&x->answer, "%s: %.*s\n", key, STR_FMT(value));
}

static void tell(struct exchange *x, const struct route_match *m) /* what the request was */
{
	(void)m;
	x->type = "text/plain";
	add_line(x, "method", str_c(method_name(x->method)));
	add_line(x, "path", x->path);
	add_line(x, "query", x->query);
	add_line(x, "host", x->host);
	add_line(x, "peer", x->peer);
	add_line(x, "https", x->https ? STR("yes") : STR("no"));
	add_line(x, "agent", exchange_header(x, "USER-AGENT"));
	buf_printf(&x->answer, "body: %zu\n", x->body.n);
}

static void echo(struct exchange *x, const struct route_match *m)
{
	(void)m;
	x->type = "application/octet-stream";
	buf_add(&x->answer, x->body);
}

static void item(struct exchange *x, const struct route_match *m)
{
	struct error e = { 0 };
	str wish;
	if (query_param(x->query, "wish", x->arena, &wish, &e) < 0) {
		x->status = error_http_status(e.code);
		buf_printf(&x->answer, "{\"why\":\"%s\"}", e.msg);
		return;
	}
	x->type = "text/plain";
	exchange_add(x, "X-Wish", wish); /* what the client says: CR and LF must not pass */
	add_line(x, "item", route_part(m, "item"));
}

static void kib(struct exchange *x, const struct route_match *m)
{
	(void)m;
	char *p = buf_room(&x->answer, 1024);
	if (p) {
		memset(p, 'k', 1024);
		buf_grown(&x->answer, 1024);
	}
}

static void large(struct exchange *x, const struct route_match *m)
{
	uint64_t n = 0;
	if (!str_u64(route_part(m, "bytes"), &n))
		x->status = 400;
	char *p = buf_room(&x->answer, (size_t)n);
	if (p) {
		memset(p, 'L', (size_t)n);
		buf_grown(&x->answer, (size_t)n);
	}
}

static void slow(struct exchange *x, const struct route_match *m)
{
	uint64_t ms = 0;
	if (!str_u64(route_part(m, "ms"), &ms))
		x->status = 400;
	nanosleep(&(struct timespec){ .tv_sec = (time_t)(ms / 1000),
	                              .tv_nsec = (long)(ms % 1000) * 1000000 },
	          NULL);
	buf_add(&x->answer, STR("\"slept\""));
}

static void file(struct exchange *x, const struct route_match *m)
{
	struct stat st;
	(void)m;
	int fd = open(file_name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		x->status = 404;
		return;
	}
	x->type = "application/octet-stream";
	exchange_file(x, fd, 0, (uint64_t)st.st_size);
}

static void part_of_file(struct exchange *x, const struct route_match *m)
{
	uint64_t from = 0, n = 0;
	if (!str_u64(route_part(m, "from"), &from) || !str_u64(route_part(m, "bytes"), &n))
		x->status = 400;
	exchange_file(x, open(file_name, O_RDONLY | O_CLOEXEC), from, n);
}

static void nothing(struct exchange *x, const struct route_match *m)
{
	(void)m;
	x->status = 204;
}

static void silent(struct exchange *x, const struct route_match *m) /* forgets to answer */
{
	(void)m;
	x->status = -1;
}

struct counter {
	uint64_t at, to;
	size_t bytes;
};

static atomic_int streams_done;

static int count(void *ctx, struct buf *out)
{
	struct counter *c = ctx;
	if (c->at == c->to)
		return -1;
	buf_printf(out, "data: %" PRIu64 "\n\n", ++c->at);
	for (size_t i = 0; i < c->bytes; i++)
		buf_addc(out, i + 1 < c->bytes ? ':' : '\n');
	return 0;
}

static void counted(void *ctx)
{
	free(ctx);
	streams_done++;
}

/* /events/COUNT/INTERVAL/BYTES: that many events, and so many bytes of comment with each */
static void events(struct exchange *x, const struct route_match *m)
{
	struct error e = { 0 };
	uint64_t to = 0, ms = 0, bytes = 0;
	struct counter *c = calloc(1, sizeof *c);
	if (!str_u64(route_part(m, "count"), &to) || !str_u64(route_part(m, "ms"), &ms) ||
	    !str_u64(route_part(m, "bytes"), &bytes))
		x->status = 400;
	*c = (struct counter){ .to = to, .bytes = (size_t)bytes };
	if (exchange_stream(x, &(struct stream_source){ count, counted, c, (unsigned)ms }, &e) < 0)
		x->status = error_http_status(e.code);
}

static void done_streams(struct exchange *x, const struct route_match *m)
{
	(void)m;
	buf_printf(&x->answer, "%d", (int)streams_done);
}

static const struct route {
	struct route_pattern pattern;
	void (*answer)(struct exchange *x, const struct route_match *m);
} routes[] = {
	/* clang-format off */
	{ { METHOD_POST, "/echo",                    false }, echo },
	{ { METHOD_PUT,  "/echo",                    false }, echo },
	{ { METHOD_GET,  "/items/{item}",            false }, item },
	{ { METHOD_GET,  "/kib",                     false }, kib },
	{ { METHOD_GET,  "/large/{bytes}",           false }, large },
	{ { METHOD_GET,  "/slow/{ms}",               false }, slow },
	{ { METHOD_GET,  "/file",                    false }, file },
	{ { METHOD_GET,  "/file/{from}/{bytes}",     false }, part_of_file },
	{ { METHOD_GET,  "/nothing",                 false }, nothing },
	{ { METHOD_GET,  "/silent",                  false }, silent },
	{ { METHOD_GET,  "/events/{count}/{ms}/{bytes}", false }, events },
	{ { METHOD_GET,  "/done",                    false }, done_streams },
	{ { METHOD_GET,  "/tell/{rest*}",            false }, tell },
	{ { METHOD_POST, "/tell/{rest*}",            false }, tell },
	{ { METHOD_OPTIONS, "/",                     false }, tell },
	{ { METHOD_GET,  "/",                        false }, tell },
	/* clang-format on */
};

static void handle(void *ctx, struct exchange *x)
{
	struct route_match m;
	(void)ctx;
	x->status = 200;
	if (route_find(routes, sizeof routes[0], LEN(routes), x->method, x->path, &m)) {
		routes[m.row].answer(x, &m);
		return;
	}
	x->status = m.allowed ? 405 : 404;
	if (m.allowed) {
		struct buf allow cleanup(buf_done) = BUF(100);
		for (enum method i = 0; i < METHOD_COUNT; i++)
			if (m.allowed & 1u << i)
				buf_printf(&allow, "%s%s", allow.n ? ", " : "", method_name(i));
		exchange_add(x, "Allow", buf_view(&allow));
	}
}

static void take_option(struct server_options *o, const char *text)
{
	const struct {
		const char *name;
		unsigned *at;
	} rows[] = {
		{ "threads=", &o->threads },
		{ "waiting=", &o->waiting_max },
		{ "connections=", &o->connections_max },
		{ "address=", &o->per_address_max },
		{ "head=", &o->head_s },
		{ "body=", &o->body_s },
		{ "idle=", &o->idle_s },
		{ "streams=", &o->streams_max },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		if (str_starts(str_c(text), str_c(rows[i].name)))
			*rows[i].at = (unsigned)strtoul(text + strlen(rows[i].name), NULL, 10);
	if (str_starts(str_c(text), STR("body_max=")))
		o->body_max = strtoul(text + 9, NULL, 10);
	if (str_starts(str_c(text), STR("listen=")))
		o->address = text + 7;
	if (str_starts(str_c(text), STR("port=")))
		o->port = (uint16_t)strtoul(text + 5, NULL, 10);
}

static bool failed(int r, const struct error *e)
{
	if (r < 0)
		printf("error %s: %s\n", error_name(e->code), e->msg);
	return r < 0;
}

static void obey(struct server *s, const char *line, const struct server_options *o)
{
	struct error e = { 0 };
	if (str_starts(str_c(line), STR("reload"))) {
		if (!failed(server_reload(s, &e), &e))
			puts("reloaded");
	} else if (str_starts(str_c(line), STR("certificate"))) {
		if (!failed(certificate_make(o->cert_file, o->key_file, NULL, 0, time(NULL), &e),
		            &e))
			puts("made");
	} else if (str_starts(str_c(line), STR("counts"))) {
		struct server_counts c = server_counts(s);
		printf("requests %" PRIu64 " refused %" PRIu64 " open %" PRIu64 " waiting %" PRIu64
		       " streams %d\n",
		       c.requests, c.refused, c.open, c.waiting, (int)streams_done);
	} else if (str_starts(str_c(line), STR("stop "))) {
		server_stop(s, (unsigned)strtoul(line + 5, NULL, 10));
		puts("stopped");
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct error e = { 0 };
	struct server *s;
	char cert[4096], key[4096], data[4096], line[256];
	assert(argc >= 3);
	snprintf(cert, sizeof cert, "%s/cert.pem", argv[1]);
	snprintf(key, sizeof key, "%s/key.pem", argv[1]);
	snprintf(data, sizeof data, "%s/data", argv[1]);
	file_name = data;
	struct server_options o = { .address = "127.0.0.1",
		                    .cert_file = cert,
		                    .key_file = key,
		                    .plain = str_eq(str_c(argv[2]), STR("plain")) };
	for (int i = 3; i < argc; i++)
		take_option(&o, argv[i]);
	if (!o.plain && access(key, F_OK) < 0 &&
	    failed(certificate_make(cert, key, NULL, 0, time(NULL), &e), &e))
		return 1;
	if (failed(server_open(&o, handle, NULL, &s, &e), &e))
		return 1;
	printf("port %u\n", server_port(s));
	fflush(stdout);
	while (fgets(line, sizeof line, stdin))
		obey(s, line, &o);
	server_free(s);
	return 0;
}
