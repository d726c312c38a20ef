/* scan/job.h — the parent's side of one worker: feeds it bytes that are checked as they pass, takes
 * its answer, and ends it whatever it does. Any thread; one job a thread. */
#pragma once
#include "oci/source.h"
#include "scan/answers.h"
#include "scan/worker.h"

struct job {
	struct wanted_list wanted;
	int spool_fd;       /* -1: none */
	/* told of the bytes as they are fed; may be NULL */
	void (*fed)(void *ctx, uint64_t bytes);
	void *fed_ctx;
};

/* One layer. What goes wrong while fetching is the call's error (the bytes never counted); what goes
 * wrong in the jail is out->end. `stored` is taken over; out->arena is set by the caller. */
int job_layer(const struct job *j, struct stream *stored, struct layer_result *out, struct error *e) must_use;

/* A whole archive */
int job_archive(const struct job *j, struct stream *stored, struct archive_found *out, struct error *e) must_use;

/* The table of a seekable layer (oci/toc), whose content ends at `blob_end`: its JSON, digest checked at its end. */
int job_table(const struct job *j, struct stream *json, uint64_t blob_end, struct toc *out, struct error *e) must_use;
/* Pieces with their heads (worker_inflate), taken over, as what a jailed worker inflates them to. The calling
 * thread outlives the stream; its bytes are the jail's word. */
int job_inflate(struct stream *pieces, struct stream **out, struct error *e) must_use;

/* An SBOM. What is wrong with it is claims.result.end. */
int job_sbom(const struct job *j, struct stream *stored, struct claims *out, struct error *e) must_use;

/* A VEX document (policy/vexread.h); strings and arrays in `a`. What is wrong with it is an error too. */
struct vex_document;
int job_vex(const struct job *j, struct stream *stored, struct arena *a, struct vex_document *out, struct error *e) must_use;
