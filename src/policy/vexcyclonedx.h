/* policy/vexcyclonedx.h — CycloneDX 1.4 and later: vulnerabilities with an analysis, in a document of
 * their own or inside an SBOM. Input: hostile, in the jail. */
#pragma once
#include "base/json.h"
#include "policy/vex.h"

/* A statement's number is that of its entry in `vulnerabilities`; one without analysis says nothing.
 * ERR_FORMAT names it. */
int vexcyclonedx_read(const struct json *j, struct arena *a, struct vex_document *out, struct error *e) must_use;
