/* vulndb/bundleworker.h — the jailed side of `db import`: a bundle's payload is compared with its
 * digests, inflated and cut into blocks there; the parent looks at the rows one by one and inserts
 * them. The manifest comes on stdin (whose signature the parent has looked at), the bundle behind
 * its signature is descriptor 3, blocks go to stdout: u32 length, bytes; 0 ends;
 * BUNDLE_BLOCK_ERROR, u8 code and the rest as text tells why not. One thread. */
#pragma once
#include "base/buf.h"
#include "base/error.h"

struct stream;
struct proc;
struct bundle_head;

#define BUNDLE_BLOCK_ERROR 0xffffffffU

/* One block, from whoever has it: 1, 0 behind the last, below 0 an error (told ones too). */
int bundle_next_block(struct stream *s, struct buf *block, struct error *e) must_use;

/* Starts the worker for a bundle that is read up to its payload; its blocks come on p->out. */
int bundleworker_start(int fd, const struct bundle_head *h, struct proc *p,
                       struct error *e) must_use;
/* For `plimsoll worker bundle`: enters the jail itself; returns the exit status. */
int bundleworker_main(void);
