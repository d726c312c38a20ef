/* scan/task.h — what a jailed worker of a scan is given besides the bytes on its stdin, and the
 * ends of its answers that several kinds share. The answer goes out through the sink. */
#pragma once
#include "scan/walk.h"

enum worker_limits {
	WORKER_MEMORY_MIB = 96,
	WORKER_ARENA_MIB = 40, /* findings of one layer */
	WORKER_CPU_S = 600,
	WORKER_SPOOL_MIB = 1024, /* the largest package database */
	ARCHIVE_MEMBERS_MAX = 100000,
	ARCHIVE_JSON_MIB = 4, /* of one document */
	ARCHIVE_JSON_TOTAL_MIB = 16,
	VEX_MEMORY_MIB = 384, /* one document is read whole */
	VEX_WIRE_MIB = 32,
};
/* 64 GiB: more in one layer is a bomb */
#define WORKER_INFLATED_MAX ((uint64_t)64 << 30)

/* Of a piece (tabletask.h): everything */
#define INFLATE_ALL UINT64_MAX

struct task {
	struct wanted_list wanted; /* by name, besides what the detectors want */
	struct spool *spool;
	struct sink *out;
};

void task_put_digest(struct task *t, const struct digest *d, uint64_t size);
/* No more items: 0, or why the rest could not be read */
void task_put_end(struct task *t, int code, const struct error *why);
