/* center/registries.h — registries watched: where they are, what starts a scan, how they fare.
 * Deleting is soft: history keeps its names. */
#pragma once
#include "center/paging.h"
#include "center/sight.h"

// clang-format off
#define TRIGGERS(X)    /* word */ \
	X(PUSH,    1,  "push")    \
	X(IMPORT,  2,  "import")  \
	X(PULLED,  4,  "pulled")  \
	X(RUNNING, 8,  "running") \
	X(POLL,    16, "poll")
#define REGISTRY_STATES(X) /* word */ \
	X(NEW,         "new")         /* not asked yet */ \
	X(READY,       "ready")       \
	X(UNSUPPORTED, "unsupported") /* does not speak Registry v2: neither scanned nor billed */ \
	X(FAILING,     "failing")
// clang-format on

enum trigger {
#define X(name, bit, word) TRIGGER_##name = (bit),
	TRIGGERS(X)
#undef X
	        TRIGGERS_ALL = 31
};

enum registry_state {
#define X(name, word) REGISTRY_##name,
	REGISTRY_STATES(X)
#undef X
	        REGISTRY_STATE_COUNT
};

struct registry {
	int64_t id;
	str subscription; /* GUID in lower case */
	str resource_group, name;
	str url;            /* https://host[:port] */
	str credential;     /* sealed (vault.h); empty: none */
	str credential_ref; /* "file:PATH", "env:NAME" instead */
	str ca;             /* PEM */
	str hook_hash;      /* SHA-256 of the secret that its events carry; empty: it takes none */
	unsigned triggers;  /* set of enum trigger */
	str include, exclude; /* patterns of repositories, one a line */
	int64_t poll_s;
	unsigned parallel; /* scans at a time */
	enum registry_state state;
	str state_why;
	int64_t state_at;
	int has_catalog; /* 1, 0; -1: not known yet */
	int64_t created_at;
	str created_by;
	int64_t synced_at, event_at; /* 0: never */
	int64_t deleted_at;          /* 0: it is there */
};

struct registry_list {
	struct registry *v;
	size_t n, room;
	str next; /* cursor of the next page; empty: that was all */
};

const char *trigger_word(enum trigger one);
bool trigger_parse(str words,
                   unsigned *out); /* "push,poll", "all", "none"; any order, commas or spaces */
str trigger_words(struct arena *a, unsigned set); /* "push,import" */
const char *registry_state_word(enum registry_state s);
bool registry_state_parse(str word, enum registry_state *out);

/* Row r without id, state and dates. Its subscription comes into being. ERR_CONFLICT: there is one
 * of that name (any case) in the subscription; ERR_USAGE: a name that is none (5 to 50 letters and
 * digits as Azure, here 1 to 64 of letters, digits and -_. ), a GUID that is none. */
int registries_add(struct db *d, const struct registry *r, int64_t now, int64_t *id,
                   struct error *e) must_use;
/* 1, or 0: none that is seen and not deleted. Name in any case. */
int registries_get(struct db *d, struct arena *a, const struct sight *s, int64_t id,
                   struct registry *out, struct error *e) must_use;
int registries_find(struct db *d, struct arena *a, const struct sight *s, str subscription,
                    str name, struct registry *out, struct error *e) must_use;
/* The only registry of that name in any subscription; 0 when there is none or more than one (hooks,
 * the shell). */
int registries_named(struct db *d, struct arena *a, const struct sight *s, str name,
                     struct registry *out, struct error *e) must_use;

struct registry_filter {
	str subscription, resource_group; /* empty: any; any case */
	int state;                        /* -1: any */
};
#define REGISTRY_FILTER ((struct registry_filter){ .state = -1 })
/* By id */
int registries_list(struct db *d, struct arena *a, const struct sight *s,
                    const struct registry_filter *f, const struct paging *p,
                    struct registry_list *out, struct error *e) must_use;

/* What somebody may change: resource group, url, credential, credential_ref, ca, hook_hash,
 * triggers, include, exclude, poll_s, parallel. 1, or 0: there is none. A new url makes the state
 * new. */
int registries_update(struct db *d, const struct registry *r, int64_t now,
                      struct error *e) must_use;
/* Closes its tags and images. 1, or 0: there was none. */
int registries_delete(struct db *d, int64_t id, int64_t now, struct error *e) must_use;

/* state_at moves only with the state or its reason */
int registries_note_state(struct db *d, int64_t id, enum registry_state state, str why, int64_t now,
                          struct error *e) must_use;
int registries_note_catalog(struct db *d, int64_t id, bool has, struct error *e) must_use;
int registries_note_sync(struct db *d, int64_t id, int64_t at,
                         struct error *e) must_use; /* forward only */
int registries_note_event(struct db *d, int64_t id, int64_t at,
                          struct error *e) must_use; /* forward only */
/* Ready or new ones with TRIGGER_POLL whose last sync is at least poll_s ago, the longest ago first
 */
int registries_due(struct db *d, struct arena *a, int64_t now, size_t limit,
                   struct registry_list *out, struct error *e) must_use;
/* Is that repository watched: fits an include pattern (or there is none) and no exclude pattern */
bool registries_watch(const struct registry *r, str repository);
str registries_resource_id(struct arena *a, const struct registry *r);
