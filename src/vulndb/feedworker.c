#include "vulndb/feedworker.h"
#include "base/json.h"
#include "format/members.h"
#include "sys/jail.h"
#include "vulndb/csaf.h"
#include "vulndb/cve5.h"
#include "vulndb/debian.h"
#include "vulndb/epss.h"
#include "vulndb/kev.h"
#include "vulndb/osv.h"
#include "vulndb/secdb.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum {
	RECORD_ARENA_BYTES = 128 << 20,
	FEED_INFLATED_MAX_GIB = 16, /* a whole CVE list is 3 GiB */
	EPSS_INFLATED_BYTES = 1 << 30,
	BATCH_BYTES = 256 << 10,
	NOTES_MAX = 1000,
};

typedef int reader(struct json *doc, struct arena *a, struct advisory *out, struct error *e);

struct worker {
	feedworker_write *out;
	void *ctx;
	reader *read;
	size_t record_max;
	struct buf batch;    /* frames not yet sent */
	struct buf document; /* the record that is read */
	struct arena scratch;
	uint64_t records, notes;
};

// clang-format off
static const char *const names[FEED_KIND_COUNT] = {
	[FEED_OSV_ZIP]   = "feed-osv-zip",
	[FEED_OSV_FILES] = "feed-osv-files",
	[FEED_DEBIAN]    = "feed-debian",
	[FEED_CVE_ZIP]   = "feed-cve-zip",
	[FEED_CVE_TAR]   = "feed-cve-tar",
	[FEED_ALPINE]    = "feed-alpine",
	[FEED_WOLFI]     = "feed-wolfi",
	[FEED_CHAINGUARD] = "feed-chainguard",
	[FEED_KEV]       = "feed-kev",
	[FEED_CSAF_TAR]  = "feed-csaf-tar",
	[FEED_CSAF_FILES] = "feed-csaf-files",
	[FEED_EPSS]      = "feed-epss",
};
// clang-format on

const char *feedworker_name(enum feed_kind kind)
{
	return names[kind];
}

static int flush(struct worker *w, struct error *e)
{
	int r = w->batch.n ? w->out(w->ctx, buf_view(&w->batch), e) : 0;
	buf_clear(&w->batch);
	return r;
}

/* The length goes in front once the body is written. */
static size_t frame_begin(struct worker *w, enum frame_kind kind)
{
	size_t at = w->batch.n;
	buf_u32(&w->batch, 0);
	buf_u8(&w->batch, (uint8_t)kind);
	return at;
}

static int frame_end(struct worker *w, size_t at, struct error *e)
{
	if (w->batch.failed)
		return error_set(e, ERR_LIMIT, "a record larger than %d bytes", FRAME_BYTES);
	size_t n = w->batch.n - at - 4;
	for (int i = 0; i < 4; i++)
		w->batch.p[at + i] = (char)(n >> 8 * i);
	return w->batch.n >= BATCH_BYTES ? flush(w, e) : 0;
}

static int send_advisory(void *ctx, const struct advisory *a, struct error *e)
{
	struct worker *w = ctx;
	size_t at = frame_begin(w, FRAME_ADVISORY);
	record_put_advisory(&w->batch, a);
	w->records++;
	return frame_end(w, at, e);
}

static int send_fact(void *ctx, str key, str value, struct error *e)
{
	struct worker *w = ctx;
	size_t at = frame_begin(w, FRAME_FACT);
	buf_str(&w->batch, key);
	buf_str(&w->batch, value);
	w->records++;
	return frame_end(w, at, e);
}

static int send_date(struct worker *w, str date, struct error *e)
{
	if (!date.n)
		return 0;
	size_t at = frame_begin(w, FRAME_DATE);
	buf_add(&w->batch, date);
	return frame_end(w, at, e);
}

static int send_kev(void *ctx, const struct kev_entry *k, struct error *e)
{
	struct buf value cleanup(buf_done) = BUF(256);
	char key[FACTS_KEY_BYTES];
	facts_put_kev(&value, k);
	return send_fact(ctx, facts_kev_key(key, k->cve), buf_view(&value), e);
}

/* One bad record is left out and said; a feed of bad records is a bad feed. */
static int send_note(struct worker *w, struct error *e)
{
	if (++w->notes > NOTES_MAX || (w->notes > 20 && w->notes * 10 > w->records))
		return error_in(e, "%" PRIu64 " bad records, the last", w->notes);
	size_t at = frame_begin(w, FRAME_NOTE);
	buf_add(&w->batch, str_c(e->msg));
	*e = (struct error){ 0 };
	return frame_end(w, at, e);
}

static int read_osv(struct json *doc, struct arena *a, struct advisory *out, struct error *e)
{
	int r = osv_read(doc, a, out, e);
	return r < 0 ? r : 1;
}

static int read_csaf(struct json *doc, struct arena *a, struct advisory *out, struct error *e)
{
	return csaf_read(doc, a, out, e);
}

static int read_cve(struct json *doc, struct arena *a, struct advisory *out, struct error *e)
{
	return cve5_read(doc, a, out, e);
}

static int take_document(struct worker *w, const char *name, str text, struct error *e)
{
	struct json *doc = NULL;
	struct advisory record;
	int r = json_parse(name, text, &doc, e);
	if (r == 0 && (r = w->read(doc, &w->scratch, &record, e)) < 0)
		error_in(e, "%s", name);
	if (r < 0)
		r = send_note(w, e);
	else if (r > 0)
		r = send_advisory(w, &record, e);
	json_free(doc);
	arena_reset(&w->scratch);
	return r;
}

/* n bytes of the stream, or all of it, into w->document */
static int read_whole(struct worker *w, struct stream *from, struct error *e)
{
	buf_clear(&w->document);
	for (;;) {
		char *room = buf_room(&w->document, 64 << 10);
		if (!room)
			return error_set(e, ERR_LIMIT, "larger than %zu bytes",
			                 w->document.max_bytes);
		ssize_t n = stream_read(from, room, 64 << 10, e);
		if (n <= 0)
			return (int)n;
		buf_grown(&w->document, (size_t)n);
	}
}

static int read_members(struct worker *w, struct members *m, struct error *e)
{
	struct member at;
	char name[256];
	int r;
	while ((r = members_next(m, &at, e)) == 1) {
		if (at.type != MEMBER_FILE || !str_ends(at.path, STR(".json")))
			continue;
		str base = str_base(at.path);
		if (w->read == read_cve && !str_starts(base, STR("CVE-")))
			continue;
		snprintf(name, sizeof name, "%.*s", STR_FMT(str_upto(base, 200)));
		if ((r = read_whole(w, members_stream(m), e)) == 0)
			r = take_document(w, name, buf_view(&w->document), e);
		else if (r == ERR_LIMIT) {
			error_in(e, "%s", name);
			r = send_note(w, e);
		}
		if (r < 0)
			return error_in(e, "%s", name);
	}
	return r;
}

static int read_archive(struct worker *w, struct stream *in, bool zip, struct error *e)
{
	struct members *m = NULL;
	int r = zip ? members_open_zip(in, &m, e) : members_open_tar(in, &m, e);
	if (r == 0)
		r = read_members(w, m, e);
	members_free(m);
	return r;
}

/* Exactly n bytes; 1, or 0 when the stream ended before the first */
static int read_exact(struct stream *in, void *p, size_t n, struct error *e)
{
	ssize_t got = stream_read_full(in, p, n, e);
	if (got < 0 || got == 0)
		return (int)got;
	return (size_t)got == n ? 1 : error_set(e, ERR_FORMAT, "byte %" PRIu64 ": cut off", in->at);
}

static int read_files(struct worker *w, struct stream *in, struct error *e)
{
	unsigned char head[4], size[8];
	char name[256];
	int r;
	while ((r = read_exact(in, head, 4, e)) == 1) {
		struct cursor c = CURSOR("files", head, 4), s = CURSOR("files", size, 8);
		uint32_t name_len = cur_le32(&c);
		if (name_len >= sizeof name)
			return error_set(e, ERR_FORMAT, "a name of %u bytes", name_len);
		memset(name, 0, sizeof name);
		if ((name_len && (r = read_exact(in, name, name_len, e)) <= 0) ||
		    (r = read_exact(in, size, 8, e)) <= 0)
			return r < 0 ? r : error_set(e, ERR_FORMAT, "cut off after a name");
		uint64_t n = cur_le64(&s);
		buf_clear(&w->document);
		char *room = n <= w->record_max ? buf_room(&w->document, (size_t)n + 1) : NULL;
		if (!room)
			return error_set(e, ERR_LIMIT, "%s: larger than %zu bytes", name,
			                 w->record_max);
		if (n && (r = read_exact(in, room, (size_t)n, e)) <= 0)
			return r < 0 ? r : error_set(e, ERR_FORMAT, "%s: cut off", name);
		if ((r = take_document(w, name, str_mem(room, (size_t)n), e)) < 0)
			return r;
	}
	return r;
}

static int take_catalogue(struct worker *w, const struct json *doc, struct error *e)
{
	str released = { 0 };
	int r = kev_read(doc, send_kev, w, &released, e);
	return r < 0 ? r : send_date(w, released, e);
}

/* A feed that is one JSON document */
static int read_document(struct worker *w, enum feed_kind kind, struct stream *in, struct error *e)
{
	struct json *doc = NULL;
	int r = read_whole(w, in, e);
	r = r < 0 ? r : json_parse("document", buf_view(&w->document), &doc, e);
	if (r == 0 && kind == FEED_KEV)
		r = take_catalogue(w, doc, e);
	else if (r == 0)
		r = secdb_read(doc,
		               kind == FEED_WOLFI        ? STR("Wolfi")
		               : kind == FEED_CHAINGUARD ? STR("Chainguard")
		                                         : STR("Alpine"),
		               send_advisory, w, e);
	json_free(doc);
	return r;
}

static int read_scores(struct worker *w, struct stream *in, struct error *e)
{
	char date[40];
	struct stream *s = stream_inflate(stream_borrow(in), EPSS_INFLATED_BYTES);
	int r = epss_read(s, send_fact, w, date, e);
	stream_free(s);
	return r < 0 ? r : send_date(w, str_c(date), e);
}

static int read_feed(struct worker *w, enum feed_kind kind, struct stream *in, struct error *e)
{
	switch (kind) {
	case FEED_OSV_ZIP:
	case FEED_CVE_ZIP:
		return read_archive(w, in, true, e);
	case FEED_CVE_TAR:
	case FEED_CSAF_TAR:
		return read_archive(w, in, false, e);
	case FEED_OSV_FILES:
	case FEED_CSAF_FILES:
		return read_files(w, in, e);
	case FEED_DEBIAN:
		return debian_read("tracker", in, send_advisory, w, e);
	case FEED_ALPINE:
	case FEED_WOLFI:
	case FEED_CHAINGUARD:
	case FEED_KEV:
		return read_document(w, kind, in, e);
	case FEED_EPSS:
		return read_scores(w, in, e);
	case FEED_KIND_COUNT:
		break;
	}
	return error_set(e, ERR_USAGE, "no such feed");
}

static int send_end(struct worker *w, struct error *e)
{
	size_t at = frame_begin(w, FRAME_END);
	int r = frame_end(w, at, e);
	return r < 0 ? r : flush(w, e);
}

/* The last word; when nobody listens any more that is fine too. */
static void send_error(struct worker *w, int code, const struct error *why)
{
	struct error ignored = { 0 };
	buf_clear(&w->batch);
	size_t at = frame_begin(w, FRAME_ERROR);
	buf_u8(&w->batch, (uint8_t)-code);
	buf_add(&w->batch, str_c(why->msg));
	if (frame_end(w, at, &ignored) == 0 && flush(w, &ignored) < 0)
		return;
}

static size_t record_max(enum feed_kind kind)
{
	switch (kind) {
	case FEED_CVE_ZIP:
	case FEED_CVE_TAR:
		return CVE5_BYTES;
	case FEED_ALPINE:
	case FEED_WOLFI:
	case FEED_CHAINGUARD:
		return SECDB_BYTES;
	case FEED_KEV:
		return KEV_BYTES;
	case FEED_CSAF_TAR:
	case FEED_CSAF_FILES:
		return CSAF_BYTES;
	default:
		return OSV_BYTES;
	}
}

int feedworker_run(enum feed_kind kind, struct stream *in, feedworker_write *out, void *ctx,
                   struct error *e)
{
	bool cve = kind == FEED_CVE_ZIP || kind == FEED_CVE_TAR,
	     csaf = kind == FEED_CSAF_TAR || kind == FEED_CSAF_FILES,
	     tar = kind == FEED_CVE_TAR || kind == FEED_CSAF_TAR;
	struct worker w = { .out = out,
		            .ctx = ctx,
		            .read = cve    ? read_cve
		                    : csaf ? read_csaf
		                           : read_osv,
		            .record_max = record_max(kind),
		            .batch = BUF(FRAME_BYTES),
		            .scratch = ARENA(RECORD_ARENA_BYTES) };
	bool archive = kind == FEED_OSV_ZIP || cve || tar;
	struct stream *from = in;

	w.document = BUF(w.record_max);
	if (archive) /* an archive takes its stream over */
		from = tar ? stream_inflate_wide(stream_borrow(in),
		                                 (uint64_t)FEED_INFLATED_MAX_GIB << 30)
		           : stream_borrow(in);
	int r = read_feed(&w, kind, from, e);
	if (r >= 0)
		r = send_end(&w, e);
	else
		send_error(&w, r, e);
	buf_done(&w.batch);
	buf_done(&w.document);
	arena_done(&w.scratch);
	return r;
}

static int write_all(void *ctx, str frames, struct error *e)
{
	(void)ctx;
	while (frames.n) {
		ssize_t n = write(STDOUT_FILENO, frames.p, frames.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, errno, "write records");
		frames = str_from(frames, (size_t)n);
	}
	return 0;
}

int feedworker_main(const char *kind)
{
	static const struct jail jail = { .memory_bytes = FEED_MEMORY_BYTES,
		                          .cpu_s = FEED_CPU_S,
		                          .keep_fd = 3 };
	struct error e = { 0 };
	for (int k = 0; k < FEED_KIND_COUNT; k++) {
		if (strcmp(kind, names[k]) != 0)
			continue;
		if (jail_enter(&jail, &e) < 0)
			return error_exit_status(e.code);
		struct stream *in = stream_fd(3, false);
		int r = feedworker_run((enum feed_kind)k, in, write_all, NULL, &e);
		stream_free(in);
		return r < 0 ? error_exit_status(r) : 0;
	}
	return 2;
}
