/* inventory/archive.h — a zip that lies inside of something else: its stream is borrowed, what stands
 * before its first member (the shell script of an executable jar) is passed over, and what it may
 * inflate to counts against a budget. One thread. */
#pragma once
#include "format/members.h"

enum { ARCHIVE_PREFIX_MAX = 64 << 10 };

/* 1 opened (end with members_free), 0 no zip is there, below 0 the stream failed. Of *budget the bytes
 * that are read are taken; when it is used up reading is ERR_LIMIT. `from` and budget are borrowed. */
int archive_open(struct stream *from, uint64_t *budget, struct members **out, struct error *e) must_use;
