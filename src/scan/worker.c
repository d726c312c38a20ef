#include "scan/worker.h"
#include "base/cursor.h"
#include "scan/documenttask.h"
#include "scan/layertask.h"
#include "scan/tabletask.h"
#include "sys/jail.h"
#include <fcntl.h>

enum { SPOOL_FD = 3, REQUEST_BYTES_MAX = 1 << 22 };

void worker_request_write(struct buf *to, struct wanted_list wanted)
{
	struct buf body cleanup(buf_done) = BUF(REQUEST_BYTES_MAX);

	buf_u32(&body, (uint32_t)wanted.n);
	for (size_t i = 0; i < wanted.n; i++) {
		buf_str(&body, wanted.v[i].path);
		buf_str(&body, wanted.v[i].detector);
	}
	buf_str(to, buf_view(&body));
	to->failed |= body.failed;
}

/* The request in front of the bytes; its strings live in `a` */
static int read_request(struct stream *in, struct arena *a, struct wanted_list *out,
                        struct error *e)
{
	struct cursor c;
	unsigned char length[4];
	ssize_t got = stream_read_full(in, length, sizeof length, e);
	size_t n;
	char *body;
	struct wanted *v;

	if (got < 0)
		return (int)got;
	c = CURSOR("request", length, (size_t)got);
	n = cur_le32(&c);
	if (cur_bad(&c) || n > REQUEST_BYTES_MAX)
		return error_set(e, ERR_FORMAT, "no request");
	body = arena_alloc(a, n);
	got = body ? stream_read_full(in, body, n, e) : 0;
	c = CURSOR("request", body, got > 0 ? (size_t)got : 0);
	n = cur_le32(&c);
	if (cur_bad(&c) || n > cur_left(&c))
		return error_set(e, ERR_FORMAT, "no request");
	v = arena_many(a, n, struct wanted);
	for (size_t i = 0; v && i < n; i++)
		v[i] = (struct wanted){ cur_str(&c), cur_str(&c) };
	if (!v || cur_bad(&c))
		return error_set(e, ERR_FORMAT, "no request");
	*out = (struct wanted_list){ v, n };
	return 0;
}

struct kind {
	const char *name;
	int (*work)(struct task *t, struct stream *in, struct error *e);
	unsigned memory_mib;
};

// clang-format off
static const struct kind kinds[] = {
	{ "layer",   layertask_layer,   WORKER_MEMORY_MIB },
	{ "archive", layertask_archive, WORKER_MEMORY_MIB },
	{ "sbom",    documenttask_sbom, WORKER_MEMORY_MIB },
	{ "vex",     documenttask_vex,  VEX_MEMORY_MIB },
	{ "table",   tabletask_table,   WORKER_MEMORY_MIB },
	{ "inflate", tabletask_pieces,  WORKER_MEMORY_MIB },
};
// clang-format on

static const struct kind *kind_named(const char *name)
{
	for (size_t i = 0; i < LEN(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

bool worker_knows(const char *kind)
{
	return kind_named(kind);
}

int worker_read(const char *kind, struct stream *in, struct spool *spool, struct sink *out,
                struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(8));
	struct stream *owned cleanup(stream_cleanup) = in;
	struct task t = { .spool = spool, .out = out };
	int r = read_request(in, &a, &t.wanted, e);

	if (r < 0)
		return r;
	r = kind_named(kind)->work(&t, in, e);
	if (r >= 0 && !in->failed)
		r = stream_drain(in, e);
	sink_flush(out);
	return r < 0         ? r
	       : out->failed ? error_set(e, ERR_SYSTEM, "the results cannot be written")
	                     : 0;
}

int worker_main(const char *kind)
{
	int spool_fd = fcntl(SPOOL_FD, F_GETFD) < 0 ? -1 : SPOOL_FD;
	struct jail jail = { .memory_bytes = MIB(kind_named(kind)->memory_mib),
		             .cpu_s = WORKER_CPU_S,
		             .file_bytes = MIB(WORKER_SPOOL_MIB),
		             .keep_fd = spool_fd < 0 ? 2 : SPOOL_FD };
	struct error e = { 0 };
	struct spool *spool = spool_new(spool_fd, MIB(spool_fd < 0 ? 32 : WORKER_SPOOL_MIB));
	struct sink out = SINK(STDOUT_FILENO);
	int r = jail_enter(&jail, &e);

	if (r >= 0)
		r = worker_read(kind, stream_fd(STDIN_FILENO, false), spool, &out, &e);
	buf_done(&out.bytes);
	spool_free(spool);
	return r < 0 ? -r : 0;
}
