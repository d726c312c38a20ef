/* center/jobrow.h — a job as its row has it, for jobs.c and joblist.c. */
#pragma once
#include "center/jobs.h"

#define JOB_COLUMNS                                                                        \
	"id, kind, state, subject, registry_id, priority, run_at, tries, lease, payload, " \
	"progress, why, created_at, changed_at"

void jobrow_read(struct rows *r, struct arena *a, struct job *out); /* columns from the first on */
