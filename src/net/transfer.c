#include "net/transfer.h"
#include "base/time.h"
#include <arpa/inet.h>
#include <sys/socket.h>

enum {
	RECEIVE_BYTES = 256 << 10, /* libcurl's own buffer, and the most it hands over at a time */
	HEADERS_MAX = 64 << 10,    /* of the last response */
	HEADERS_TOTAL_MAX = 256 << 10, /* with interim ones */
	HEAD_SILENCES = 10,            /* the head may take that many timeouts in all */
	TRICKLE_BYTES = 1024,          /* fewer in the time of one timeout count as silence */
	FINISH_BYTES_MAX = 64 << 10,   /* an unwanted body worth reading to keep its connection */
};

struct transfer {
	struct lane *lane;
	struct response *head; /* only until the head is complete */
	size_t header_bytes;
	bool head_done, paused, over, refused_limit;
	CURLcode result; /* once over */
	/* where the bytes of a read go; what does not fit waits in spill */
	char *into;
	size_t into_room, into_n;
	char *spill;
	size_t spill_at, spill_n;
	int64_t last_ms, deadline_ms, head_deadline_ms;
	int64_t waited_ms; /* in reads, since window_bytes was zero */
	size_t window_bytes;
	unsigned timeout_s;
	char why[CURL_ERROR_SIZE];
};

struct lane *lane_new(void)
{
	struct lane *l = calloc(1, sizeof *l);
	if (!l || !(l->multi = curl_multi_init()) || !(l->easy = curl_easy_init()))
		abort();
	curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, 4L);
	return l;
}

void lane_free(struct lane *l)
{
	if (!l)
		return;
	curl_easy_cleanup(l->easy);
	curl_multi_cleanup(l->multi);
	free(l);
}

static void start_head(struct response *r, str line)
{
	uint64_t status;
	str rest = line, piece;

	buf_clear(&r->headers);
	r->length = UINT64_MAX;
	if (!str_split(&rest, ' ', &piece) || !str_split(&rest, ' ', &piece) ||
	    !str_u64(str_trim(piece), &status) || status > 999)
		status = 0;
	r->status = (int)status;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	str line = { p, size * n };

	t->last_ms = time_mono_ms();
	t->header_bytes += line.n;
	if (t->header_bytes > HEADERS_TOTAL_MAX) {
		t->refused_limit = true;
		return 0;
	}
	if (t->head_done) /* trailers say nothing we need */
		return line.n;
	if (str_starts(line, STR("HTTP/"))) {
		start_head(t->head, line);
		return line.n;
	}
	buf_add(&t->head->headers, line);
	if (t->head->headers.failed) {
		t->refused_limit = true;
		return 0;
	}
	if (!str_trim(line).n && t->head->status >= 200)
		t->head_done = true;
	return line.n;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	size_t total = size * n, direct = MIN(total, t->into_room - t->into_n),
	       rest = total - direct;

	t->last_ms = time_mono_ms();
	t->window_bytes += total;
	if (rest && t->spill_n) /* bytes wait already: order first */
		direct = 0, rest = total;
	if (rest > RECEIVE_BYTES - t->spill_n) {
		t->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (direct)
		memcpy(t->into + t->into_n, p, direct);
	t->into_n += direct;
	if (rest)
		memcpy(t->spill + t->spill_n, p + direct, rest);
	t->spill_n += rest;
	return total;
}

/* 169.254.0.0/16 and fe80::/10 */
static bool is_link_local(const struct sockaddr *a)
{
	const struct sockaddr_in6 *v6 = (const void *)a;

	if (a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >>
		               16 ==
		       0xa9fe;
	return a->sa_family == AF_INET6 &&
	       (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) ||
	        (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && v6->sin6_addr.s6_addr[12] == 169 &&
	         v6->sin6_addr.s6_addr[13] == 254));
}

/* Nothing that is asked for is there, but a cloud machine's own credentials are: whoever may name a
 * registry, and a server that redirects, does not lead us to them. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	(void)ctx, (void)purpose;
	return is_link_local(&a->addr) ? CURL_SOCKET_BAD
	                               : socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void set_options(CURL *c, const struct wire *w, struct transfer *t)
{
	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, w->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	/* one connection a stream: HTTP/2 would buffer a paused stream without our bound */
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "plimsoll/" PLIMSOLL_VERSION);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, w->headers);
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)w->connect_s);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	if (!strcmp(w->method, "HEAD")) {
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	} else if (strcmp(w->method, "GET")) {
		if (strcmp(w->method, "POST"))
			curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, w->method);
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)w->body.n);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, w->body.n ? w->body.p : "");
	}
	if (w->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, w->ca_file);
	if (w->insecure) {
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (w->unix_socket)
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, w->unix_socket);
	if (w->loopback || w->unix_socket)
		curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
}

static int fail(struct transfer *t, int code, enum fault kind, enum fault *fault, struct error *e)
{
	const char *why = t->why[0] ? t->why : curl_easy_strerror(t->result);

	*fault = kind;
	/* what OpenSSL says of an answer that is not TLS */
	if (strstr(why, "wrong version number"))
		return error_set(e, code,
		                 "the server does not speak TLS (--insecure allows plain http): %s",
		                 why);
	return error_set(e, code, "%s", why);
}

/* The sentence for what libcurl ended with; the caller puts the address before it. */
static int judge(struct transfer *t, enum fault *fault, struct error *e)
{
	switch (t->result) {
	case CURLE_OK:
		if (t->head_done)
			return 0;
		*fault = FAULT_CUT;
		return error_set(e, ERR_UPSTREAM, "the answer has no head");
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
		return fail(t, ERR_UPSTREAM, FAULT_CONNECT, fault, e);
	case CURLE_PEER_FAILED_VERIFICATION:
		fail(t, ERR_UPSTREAM, FAULT_FINAL, fault, e);
		return error_in(
		        e, "its certificate is not trusted (its CA can be given, or --insecure)");
	case CURLE_SSL_CACERT_BADFILE:
		return fail(t, ERR_USAGE, FAULT_FINAL, fault, e);
	case CURLE_OPERATION_TIMEDOUT:
		return fail(t, ERR_UPSTREAM, t->head_done ? FAULT_CUT : FAULT_CONNECT, fault, e);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return fail(t, ERR_UPSTREAM, FAULT_CUT, fault, e);
	case CURLE_WRITE_ERROR:
		if (t->refused_limit) {
			*fault = FAULT_FINAL;
			return error_set(e, ERR_LIMIT,
			                 "the answer's headers are larger than %d KiB",
			                 HEADERS_MAX >> 10);
		}
		return fail(t, ERR_UPSTREAM, FAULT_FINAL, fault, e);
	default:
		return fail(t, ERR_UPSTREAM, FAULT_FINAL, fault, e);
	}
}

/* Bytes that drip are no better than none; time that the reader spends elsewhere does not count. */
static bool trickles(struct transfer *t, int64_t waited_ms)
{
	if (waited_ms <= (int64_t)t->timeout_s * 1000)
		return false;
	if (t->head_done && t->window_bytes < TRICKLE_BYTES)
		return true;
	t->waited_ms -= waited_ms; /* a new window, from now on */
	t->window_bytes = 0;
	return false;
}

static int silent(struct transfer *t, int64_t since_ms, enum fault *fault, struct error *e)
{
	int64_t now = time_mono_ms();

	*fault = FAULT_SILENT;
	if (now - MAX(t->last_ms, since_ms) > (int64_t)t->timeout_s * 1000)
		return error_set(e, ERR_UPSTREAM, "no byte for %u s", t->timeout_s);
	if (trickles(t, t->waited_ms + now - since_ms))
		return error_set(e, ERR_UPSTREAM, "hardly a byte for %u s", t->timeout_s);
	*fault = FAULT_FINAL;
	if ((t->deadline_ms && now > t->deadline_ms) || (t->head && now > t->head_deadline_ms))
		return error_set(e, ERR_UPSTREAM, "the answer takes too long");
	*fault = FAULT_NONE;
	return 0;
}

/* Nothing for the caller yet, so there is time to wait. */
static bool is_idle(const struct transfer *t)
{
	bool head_is_news = t->head && t->head_done;
	return !t->over && !t->into_n && !t->spill_n && !t->paused && !head_is_news;
}

/* One step: move bytes, or wait for some. 0, or below 0 when it is silent for too long. */
static int step(struct transfer *t, int64_t since_ms, enum fault *fault, struct error *e)
{
	CURLM *m = t->lane->multi;
	int running, queued;
	CURLMsg *msg;
	CURLMcode mc;

	if (t->paused && !t->spill_n) {
		t->paused = false;
		curl_easy_pause(t->lane->easy, CURLPAUSE_CONT);
	}
	mc = curl_multi_perform(m, &running);
	while ((msg = curl_multi_info_read(m, &queued)))
		if (msg->msg == CURLMSG_DONE) {
			t->over = true;
			t->result = msg->data.result;
		}
	if (mc == CURLM_OK && is_idle(t))
		mc = curl_multi_poll(m, NULL, 0, 500, NULL);
	if (mc != CURLM_OK) {
		*fault = FAULT_FINAL;
		return error_set(e, ERR_SYSTEM, "%s", curl_multi_strerror(mc));
	}
	return t->over ? 0 : silent(t, since_ms, fault, e);
}

int transfer_new(struct lane *l, const struct wire *w, struct response *r, struct transfer **out,
                 const char **redirect, enum fault *fault, struct error *e)
{
	struct transfer *t = calloc(1, sizeof *t);
	int64_t since_ms = time_mono_ms();
	char *to = NULL;
	int rc = 0;

	if (!t || !(t->spill = malloc(RECEIVE_BYTES)))
		abort();
	t->lane = l;
	t->head = r;
	t->timeout_s = w->timeout_s;
	t->deadline_ms = w->deadline_ms;
	t->head_deadline_ms = since_ms + (int64_t)w->timeout_s * 1000 * HEAD_SILENCES;
	buf_done(&r->headers);
	*r = (struct response){ .length = UINT64_MAX, .headers = BUF(HEADERS_MAX) };
	set_options(l->easy, w, t);
	curl_multi_add_handle(l->multi, l->easy);
	while (!rc && !t->over && !t->head_done)
		rc = step(t, since_ms, fault, e);
	if (!rc && t->over)
		rc = judge(t, fault, e);
	if (!rc || t->head_done) {
		str length = response_header(r, "Content-Length");
		if (!str_u64(length, &r->length))
			r->length = UINT64_MAX;
		rc = 0; /* a body cut this early is told by the first read */
	}
	if (rc < 0) {
		transfer_free(t);
		return rc;
	}
	t->head = NULL;
	curl_easy_getinfo(l->easy, CURLINFO_REDIRECT_URL, &to);
	*redirect = to;
	*out = t;
	return 0;
}

static size_t drain_spill(struct transfer *t, void *p, size_t n)
{
	n = MIN(n, t->spill_n - t->spill_at);
	if (n)
		memcpy(p, t->spill + t->spill_at, n);
	t->spill_at += n;
	if (t->spill_at == t->spill_n)
		t->spill_at = t->spill_n = 0;
	return n;
}

ssize_t transfer_read(struct transfer *t, void *p, size_t n, enum fault *fault, struct error *e)
{
	int64_t since_ms = time_mono_ms();
	size_t got;
	int rc = 0;

	if (!n)
		return 0;
	if (t->spill_n)
		return (ssize_t)drain_spill(t, p, n);
	t->into = p;
	t->into_room = n;
	t->into_n = 0;
	while (!rc && !t->over && !t->into_n)
		rc = step(t, since_ms, fault, e);
	t->waited_ms += time_mono_ms() - since_ms;
	got = t->into_n;
	t->into = NULL;
	t->into_room = t->into_n = 0;
	if (got)
		return (ssize_t)got;
	return rc < 0 ? rc : judge(t, fault, e);
}

void transfer_finish(struct transfer *t, const struct response *r)
{
	char junk[4096];
	enum fault fault;
	struct error e = { 0 };

	if (r->length <= FINISH_BYTES_MAX)
		while (transfer_read(t, junk, sizeof junk, &fault, &e) > 0)
			;
	transfer_free(t);
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	curl_multi_remove_handle(t->lane->multi, t->lane->easy);
	free(t->spill);
	free(t);
}
