/* oci/tarindex.h — the members of an archive by name, as oci/tarball looks them up. Hostile: duplicate
 * names (the last counts, as for tar), links in circles, blobs that are not what their name says.
 */
#pragma once
#include "oci/resolve.h"
#include "oci/target.h"

struct tarindex_slot {
	const struct archive_member *member;
};

struct tarindex {
	const struct archive_member *members; /* borrowed */
	size_t n;
	struct tarindex_slot *by_path; /* sorted; of equal paths the last comes last */
};

int tarindex_fill(struct tarindex *s, const struct archive_member *members, size_t n,
               struct error *e) must_use;
void tarindex_done(struct tarindex *s);
/* By path, through sym- and hard links inside the archive; NULL when absent. */
const struct archive_member *tarindex_find(const struct tarindex *s, str path);
const struct archive_member *tarindex_blob(const struct tarindex *s, const struct digest *d);
/* A member walked as a layer with these bytes. */
const struct archive_member *tarindex_layer(const struct tarindex *s, const struct digest *d);
/* ERR_FORMAT when the name holds a SHA-256 ("blobs/sha256/HEX", "HEX.json", "HEX.tar") and the
 * bytes have another. */
int tarindex_check_name(const struct archive_member *m, struct error *e) must_use;
