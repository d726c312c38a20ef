/* tests/unit/center/fleet.h — a center that cases fill: registries, images, packages by name,
 * matches by hand. */
#pragma once
#include "../store/stores.h"
#include "center/generations.h"
#include "center/images.h"
#include "center/inventories.h"
#include "center/manifests.h"
#include "center/matches.h"
#include "center/profiles.h"
#include "center/registries.h"

#define SUB   "11111111-2222-3333-4444-555555555555"
#define OTHER "99999999-2222-3333-4444-555555555555"
enum { NOON = 1700000000 }; /* when cases begin */

extern struct center fleet;
extern struct error err;
extern struct arena fleet_arena; /* of the case */
extern int64_t fleet_now;

void fleet_begin(void);
void fleet_end(void);

/* A transaction around some lines of a case; nothing that opens one of its own between the two */
struct db *fleet_open(void);
void fleet_close(void);

int64_t fleet_registry(const char *subscription, const char *name);
int64_t fleet_repository(int64_t registry_id, const char *name);
/* "sha256:" and 64 of this digit */
str fleet_digest(char digit);
/* A pushed image that waits: its id; *manifest may be NULL */
int64_t fleet_image(int64_t repository_id, char digit, const char *tag, int64_t *manifest);
/* Its inventory: "0 openssl 3.0.1" layer, name, version; deb, on Debian 12 */
struct inventory_stored fleet_scan(int64_t manifest_id, const char *const *packages);
/* The next generation of the data, with nothing matched yet */
int64_t fleet_generation(const char *state);
/* All profiles judged without a gap */
void fleet_judge(int64_t generation_id);
int64_t fleet_package(const char *name, const char *version);
struct match_row fleet_match(const char *vulnerability, enum severity severity);
struct match_counts fleet_apply(int64_t generation_id, int64_t package_id,
                                const struct match_row *v, size_t n);
/* Whatever was never matched has no matches; the generation is matched whole */
void fleet_settle(int64_t generation_id);
