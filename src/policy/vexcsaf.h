/* policy/vexcsaf.h — CSAF 2.0 (and 2.1) with statements about products: profile csaf_vex, and what
 * other profiles say in the same places. Input: hostile, in the jail; of large vendors some MB. */
#pragma once
#include "base/json.h"
#include "policy/vex.h"

/* A statement's number is that of its entry in `vulnerabilities`. ERR_FORMAT names it. */
int vexcsaf_read(const struct json *j, struct arena *a, struct vex_document *out, struct error *e) must_use;
