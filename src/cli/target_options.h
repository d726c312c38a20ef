/* cli/target_options.h — the options that say how a TARGET is reached, read and judged: the same for every
 * command that scans one (scan, sbom, explain, diff). */
#pragma once
#include "cli/options.h"
#include "cli/screen.h"
#include "policy/ignorefile.h"
#include "policy/vex.h"
#include "scan/request.h"

enum { TARGET_ROWS_MAX = 64, TARGET_PASSWORD_BYTES = 1024 };

struct target_options {
	/* how it is reached and read */
	const char *podman_root, *containerd_root, *platform, *username, *ca_file, *temp_dir, *cache_dir;
	uint64_t cache_max;
	bool no_cache, whole_layers, attached_sboms, attached_vex, offline, insecure, password_stdin, quiet, verbose;
	unsigned timeout_s, jobs;
	/* how it is judged */
	const char *leave_out, *severity_source, *db, *ignorefile, *advisories;
	struct option_list vex_paths;
	unsigned max_data_age;
	/* from the above */
	unsigned left_out;
	struct cache *cache;
	struct ignore_list ignored;
	struct vex_set vex;
	struct arena vex_arena;
	size_t vex_unfitted; /* of the last scan */
	char password[TARGET_PASSWORD_BYTES];
	char db_path[4096];
};

struct target_one { /* what is to be scanned */
	const char *target, *manifest; /* manifest: of an index; may be NULL */
	const char *platform;          /* of that one */
	const char *input;             /* its file's name, where there is one */
	int input_fd;
};

extern const char target_kinds[]; /* what TARGET may be, lines for --help */

/* The defaults, and the rows behind those that are there. */
void target_options_rows(struct target_options *t, bool findings,
                         struct option_row rows[TARGET_ROWS_MAX]);
/* A name with a password in it is refused before any message can repeat it. */
int target_check(const char *target, struct error *e) must_use;
/* Looks at what was given and reads the password. */
int target_options_settle(struct target_options *t, struct error *e) must_use;
/* The ignore file and VEX documents (when findings are judged), the log and the cache: without a folder, several images
 * still share what one run has read. */
int target_options_open(struct target_options *t, bool judged, bool several, struct arena *kept,
                        struct error *e) must_use;
void target_options_done(struct target_options *t);

struct source_options target_source(const struct target_options *t, const struct target_one *one);
/* db_path NULL: an inventory only. Borrows from `t`. */
struct scan_options target_scan(struct target_options *t, const struct target_one *one, bool judged);
/* Scans with progress on the screen, and says how old the data are. *out is to be freed. */
int target_run(struct target_options *t, const struct target_one *one, struct scan_options *o,
               struct scan **out, struct error *e) must_use;
