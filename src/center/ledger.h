/* center/ledger.h — what was billed: a digest once a subscription, whatever its tags, registries
 * and rescans. */
#pragma once
#include "center/paging.h"
#include "center/sight.h"

struct ledger_entry {
	str subscription, digest, repository;
	int64_t registry_id;
	int64_t at;
};
/* 1: it is billed now, 0: it was before */
int ledger_bill(struct db *d, const struct ledger_entry *x, struct error *e) must_use;

struct usage {
	str day; /* "2026-11-22", UTC */
	int64_t registry_id;
	str registry;
	int64_t images;
};
struct usage_list {
	struct usage *v;
	size_t n, room;
};
/* Billed from `since` until before `until`, by day and registry, of registries that are seen; an empty subscription is any */
int ledger_usage(struct db *d, struct arena *a, const struct sight *s, str subscription,
                 int64_t since, int64_t until, struct usage_list *out, struct error *e) must_use;
int ledger_count(struct db *d, str subscription, int64_t *count, struct error *e) must_use;
