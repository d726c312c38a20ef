/* The client against a server that answers each connection from a script. */
#include "../test.h"
#include "base/time.h"
#include "net/client.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

enum { STEPS_MAX = 8 };

struct answer {
	const char *text; /* NULL: say nothing until the client goes */
};

struct script {
	int listener;
	unsigned port, steps, served;
	struct answer answers[STEPS_MAX];
	char asked[STEPS_MAX][2048];
	pthread_t thread;
};

static void read_head(int fd, char *into, size_t room)
{
	size_t n = 0;
	ssize_t got;

	while (n + 1 < room && (got = read(fd, into + n, room - n - 1)) > 0) {
		n += (size_t)got;
		into[n] = 0;
		if (strstr(into, "\r\n\r\n"))
			return;
	}
}

static void *serve(void *ctx)
{
	struct script *s = ctx;
	char byte;

	for (unsigned i = 0; i < s->steps; i++) {
		int fd = accept(s->listener, NULL, NULL);
		if (fd < 0)
			break;
		read_head(fd, s->asked[i], sizeof s->asked[i]);
		s->served++;
		if (s->answers[i].text)
			send(fd, s->answers[i].text, strlen(s->answers[i].text), MSG_NOSIGNAL);
		else
			while (read(fd, &byte, 1) > 0)
				;
		close(fd);
	}
	return NULL;
}

static void script_start(struct script *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof at;

	while (s->steps < STEPS_MAX && s->answers[s->steps].text)
		s->steps++;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&at, sizeof at) || listen(s->listener, 8) ||
	    getsockname(s->listener, (struct sockaddr *)&at, &n))
		abort();
	s->port = ntohs(at.sin_port);
	pthread_create(&s->thread, NULL, serve, s);
}

static void script_end(struct script *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
}

struct result {
	int rc, status;
	struct buf body;
	struct error e;
	unsigned notes;
};

static void count_note(void *ctx, const char *what)
{
	(void)what;
	++*(unsigned *)ctx;
}

static void run_with(struct script *s, struct request q, struct client_options o,
                     struct result *out)
{
	struct response r cleanup(response_done) = { 0 };
	struct stream *body cleanup(stream_cleanup) = NULL;
	struct client *c = NULL;
	char url[128], piece[7];
	ssize_t got = 0;

	*out = (struct result){ .body = BUF(1 << 20) };
	script_start(s);
	snprintf(url, sizeof url, "http://%s127.0.0.1:%u/blob?sig=hidden", q.url ? q.url : "",
	         s->port);
	q.url = url;
	o.note = count_note;
	o.note_ctx = &out->notes;
	EXPECT_OK(client_new(&o, &c, &out->e), &out->e);
	out->rc = client_open(c, &q, &r, &body, &out->e);
	out->status = r.status;
	while (out->rc >= 0 && (got = stream_read(body, piece, sizeof piece, &out->e)) > 0)
		buf_add(&out->body, str_mem(piece, (size_t)got));
	if (got < 0)
		out->rc = (int)got;
	stream_free(take(body));
	client_free(c);
	script_end(s);
}

static void run(struct script *s, struct request q, struct result *out)
{
	run_with(s, q, (struct client_options){ .timeout_s = 1 }, out);
}

TEST(a_plain_get_gives_the_body)
{
	struct script s = {
		.answers = { { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world" } }
	};
	struct result r;
	run(&s, (struct request){ .accept = "text/x" }, &r);
	EXPECT_OK(r.rc, &r.e);
	EXPECT_STR(buf_view(&r.body), STR("hello world"));
	EXPECT(strstr(s.asked[0], "\r\nUser-Agent: plimsoll/"));
	EXPECT(strstr(s.asked[0], "\r\nAccept: text/x\r\n"));
	buf_done(&r.body);
}

TEST(a_cut_body_is_resumed_by_range)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nETag: "
		                      "\"v1\"\r\n\r\nhello" },
		                    { "HTTP/1.1 206 Partial\r\nContent-Length: 6\r\nContent-Range: "
		                      "bytes 5-10/11\r\n\r\n world" },
		            } };
	struct result r;
	run(&s, (struct request){ .resume = true }, &r);
	EXPECT_OK(r.rc, &r.e);
	EXPECT_STR(buf_view(&r.body), STR("hello world"));
	EXPECT(strstr(s.asked[1], "\r\nRange: bytes=5-\r\n"));
	EXPECT(strstr(s.asked[1], "\r\nIf-Range: \"v1\"\r\n"));
	EXPECT_INT(r.notes, 1);
	buf_done(&r.body);
}

TEST(a_server_without_range_is_read_again_and_skipped)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello wo" },
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world" },
		            } };
	struct result r;
	run(&s, (struct request){ .resume = true }, &r);
	EXPECT_OK(r.rc, &r.e);
	EXPECT_STR(buf_view(&r.body), STR("hello world"));
	buf_done(&r.body);
}

TEST(another_range_than_asked_is_refused)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello" },
		                    { "HTTP/1.1 206 Partial\r\nContent-Length: 6\r\nContent-Range: "
		                      "bytes 4-9/11\r\n\r\no worl" },
		            } };
	struct result r;
	run(&s, (struct request){ .resume = true }, &r);
	EXPECT_INT(r.rc, ERR_UPSTREAM);
	EXPECT(strstr(r.e.msg, "another range"));
	buf_done(&r.body);
}

TEST(a_cut_without_resume_is_an_error_that_names_the_byte)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello" } } };
	struct result r;
	run(&s, (struct request){ 0 }, &r);
	EXPECT_INT(r.rc, ERR_UPSTREAM);
	EXPECT(strstr(r.e.msg, "/blob: at byte 5"));
	EXPECT(!strstr(r.e.msg, "hidden"));
	buf_done(&r.body);
}

TEST(resuming_has_an_end)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello" },
		                    { "HTTP/1.1 206 P\r\nContent-Length: 6\r\nContent-Range: bytes "
		                      "5-10/11\r\n\r\n" },
		                    { "HTTP/1.1 206 P\r\nContent-Length: 6\r\nContent-Range: bytes "
		                      "5-10/11\r\n\r\n" },
		                    { "HTTP/1.1 206 P\r\nContent-Length: 6\r\nContent-Range: bytes "
		                      "5-10/11\r\n\r\n" },
		                    { "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n" },
		            } };
	struct result r;
	run(&s, (struct request){ .resume = true }, &r);
	EXPECT_INT(r.rc, ERR_NOTFOUND);
	EXPECT_INT(s.served, 5);
	buf_done(&r.body);
}

TEST(retry_after_is_kept)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: "
		                      "0\r\n\r\n" },
		                    { "HTTP/1.1 503 Busy\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 "
		                      "GMT\r\nContent-Length: 0\r\n\r\n" },
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" },
		            } };
	struct result r;
	int64_t start = time_mono_ms();
	run(&s, (struct request){ 0 }, &r);
	EXPECT_OK(r.rc, &r.e);
	EXPECT_STR(buf_view(&r.body), STR("ok"));
	EXPECT(time_mono_ms() - start >= 1000);
	EXPECT_INT(r.notes, 2);
	buf_done(&r.body);
}

TEST(an_hour_of_retry_after_is_not_waited_for)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 429 Too Many\r\nRetry-After: 3600\r\n\r\n" } } };
	struct result r;
	run(&s, (struct request){ 0 }, &r);
	EXPECT_INT(r.rc, ERR_UPSTREAM);
	EXPECT(strstr(r.e.msg, "429") && strstr(r.e.msg, "3600"));
	buf_done(&r.body);
}

TEST(silence_is_an_error)
{
	struct script s = { .steps = 1 };
	struct result r;
	int64_t start = time_mono_ms();
	run(&s, (struct request){ 0 }, &r);
	EXPECT_INT(r.rc, ERR_UPSTREAM);
	EXPECT(strstr(r.e.msg, "no byte for 1 s"));
	EXPECT(time_mono_ms() - start < 5000);
	buf_done(&r.body);
}

TEST(headers_have_a_ceiling)
{
	static char huge[200 << 10];
	struct script s = { .answers = { { huge } } };
	struct result r;
	strcpy(huge, "HTTP/1.1 200 OK\r\n");
	for (size_t n = strlen(huge); n < sizeof huge - 1100; n += 1004) {
		memcpy(huge + n, "X: ", 3);
		memset(huge + n + 3, 'a', 999);
		strcpy(huge + n + 1002, "\r\n");
	}
	strcat(huge, "\r\nbody");
	run(&s, (struct request){ 0 }, &r);
	EXPECT_INT(r.rc, ERR_LIMIT);
	buf_done(&r.body);
}

TEST(userinfo_becomes_basic_and_is_never_shown)
{
	struct script s = { .answers = { { "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n" } } };
	struct result r;
	run(&s, (struct request){ .url = "Aladdin:open%20sesame@" }, &r);
	EXPECT_INT(r.status, 403);
	EXPECT(strstr(s.asked[0], "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
	EXPECT(!strstr(s.asked[0], "@"));
	buf_done(&r.body);
}

static int give_token(void *ctx, const struct response *refused, struct secret *out,
                      struct error *e)
{
	(void)e;
	if (!refused)
		return 0;
	EXPECT_STR(response_header(refused, "WWW-Authenticate"), STR("Bearer realm=\"x\""));
	++*(unsigned *)ctx;
	secret_bearer(out, STR("t0ken"));
	return 1;
}

TEST(a_401_is_final_when_there_is_nothing_new_to_say)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 401 Who\r\nwww-authenticate:  Bearer realm=\"x\"  "
		                      "\r\nContent-Length: 0\r\n\r\n" },
		                    { "HTTP/1.1 401 Who\r\nWWW-Authenticate: Bearer "
		                      "realm=\"x\"\r\nContent-Length: 0\r\n\r\n" },
		            } };
	struct result r;
	unsigned asked = 0;
	run(&s, (struct request){ .authorize = give_token, .authorize_ctx = &asked }, &r);
	EXPECT_OK(r.rc, &r.e);
	EXPECT_INT(r.status, 401);
	EXPECT_INT(asked, 2);
	EXPECT_INT(s.served, 2);
	EXPECT(!strstr(s.asked[0], "Authorization"));
	EXPECT(strstr(s.asked[1], "\r\nAuthorization: Bearer t0ken\r\n"));
	buf_done(&r.body);
}

TEST(authorization_does_not_travel_to_another_origin)
{
	struct script other = { .answers = {
		                        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" } } };
	char answer[200];
	struct script s = { .answers = { { answer } } };
	struct result r;
	script_start(&other);
	snprintf(answer, sizeof answer,
	         "HTTP/1.1 307 There\r\nLocation: http://localhost:%u/x?y\r\nContent-Length: "
	         "0\r\n\r\n",
	         other.port);
	run(&s, (struct request){ .url = "user:secret@" }, &r);
	script_end(&other);
	EXPECT_OK(r.rc, &r.e);
	EXPECT_STR(buf_view(&r.body), STR("ok"));
	EXPECT(strstr(s.asked[0], "Authorization"));
	EXPECT(strstr(other.asked[0], "GET /x?y HTTP/1.1\r\n"));
	EXPECT(!strstr(other.asked[0], "Authorization"));
	buf_done(&r.body);
}

TEST(a_redirect_may_not_leave_http)
{
	struct script s = {
		.answers = { { "HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\n\r\n" } }
	};
	struct result r;
	run(&s, (struct request){ 0 }, &r);
	EXPECT_INT(r.rc, ERR_UPSTREAM);
	EXPECT_INT(r.body.n, 0);
	buf_done(&r.body);
}

TEST(plain_http_to_another_machine_is_refused_unasked)
{
	struct client *c = NULL;
	struct stream *s = NULL;
	struct error e = { 0 };
	EXPECT_OK(client_new(&(struct client_options){ 0 }, &c, &e), &e);
	EXPECT_INT(client_get(c, "http://registry.example/v2/", &s, &e), ERR_DENIED);
	client_free(c);
}

TEST(a_conditional_get_may_answer_304)
{
	struct script s = { .answers = { { "HTTP/1.1 304 Same\r\nETag: \"a\"\r\n\r\n" } } };
	struct result r;
	run(&s, (struct request){ .if_none_match = "\"a\"" }, &r);
	EXPECT_OK(r.rc, &r.e);
	EXPECT_INT(r.status, 304);
	EXPECT_INT(r.body.n, 0);
	EXPECT(strstr(s.asked[0], "\r\nIf-None-Match: \"a\"\r\n"));
	buf_done(&r.body);
}

TEST(a_document_has_a_ceiling_and_survives_a_cut)
{
	struct script s = { .answers = {
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhel" },
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world" },
		                    { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world" },
		            } };
	struct buf body cleanup(buf_done) = BUF(0);
	struct client *c = NULL;
	struct error e = { 0 };
	char url[64];
	script_start(&s);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", s.port);
	EXPECT_OK(client_new(&(struct client_options){ 0 }, &c, &e), &e);
	EXPECT_OK(client_get_document(c, url, 11, &body, &e), &e);
	EXPECT_STR(buf_view(&body), STR("hello world"));
	EXPECT_INT(client_get_document(c, url, 10, &body, &e), ERR_LIMIT);
	client_free(c);
	script_end(&s);
}

TEST(link_local_addresses_are_not_asked)
{
	static const char *const urls[] = { "http://169.254.0.1/", "http://[::ffff:169.254.0.1]/",
		                            "http://[fe80::1]/" };
	struct client_options o = { .connect_s = 5, .timeout_s = 5, .plain_http = true };
	int64_t began_ms = time_mono_ms();

	for (size_t i = 0; i < LEN(urls); i++) {
		struct buf text cleanup(buf_done) = BUF(1024);
		struct client *c = NULL;
		struct error e = { 0 };

		EXPECT_OK(client_new(&o, &c, &e), &e);
		EXPECT_INT(client_get_document(c, urls[i], 1024, &text, &e), ERR_UPSTREAM);
		client_free(c);
	}
	EXPECT(time_mono_ms() - began_ms < 4000); /* refused, not waited for */
}
