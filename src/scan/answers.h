/* scan/answers.h — what a jailed worker answers, as the parent takes it: the worker may have been taken
 * over, so every length is checked and everything lives in the arena that the caller set. The last
 * argument but the error is what the name says (struct take_answer of scan/job). Any thread. */
#pragma once
#include "inventory/sbom.h"
#include "oci/target.h"
#include "oci/toc.h"
#include "scan/result.h"

/* members[i] is told by results[i] when members[i].is_layer. */
struct archive_found {
	struct arena *arena; /* set by the caller; arrays and members' strings live here */
	VEC(struct archive_member) members;
	VEC(struct layer_result) results;
	struct error end;    /* the archive was not read to its end */
};

struct claims {
	struct layer_result result; /* arena set by the caller */
	struct sbom_about about;
};


int answers_archive(struct taker *t, void *archive_found, struct error *e) must_use;
int answers_sbom(struct taker *t, void *claims, struct error *e) must_use;
int answers_vex(struct taker *t, void *vex_document, struct error *e) must_use;
int answers_table(struct taker *t, void *toc, struct error *e) must_use;
