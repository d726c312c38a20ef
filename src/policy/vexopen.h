/* policy/vexopen.h — OpenVEX, its 0.2 and the drafts before it (OPENVEX-SPEC.md). Input: hostile,
 * in the jail. */
#pragma once
#include "base/json.h"
#include "policy/vex.h"

/* ERR_FORMAT names the statement. */
int vexopen_read(const struct json *j, struct arena *a, struct vex_document *out, struct error *e) must_use;
