/* policy/vexread.h — a VEX document of any kind: OpenVEX, CSAF, CycloneDX, plain or inside an in-toto
 * statement, a DSSE envelope, a Sigstore bundle. Signatures are not looked at. Input: hostile, at
 * most VEX_BYTES_MAX, in the jail. */
#pragma once
#include "base/error.h"
#include "policy/vex.h"

enum { VEX_BYTES_MAX = 16 << 20 };

/* `name` stands in front of errors. ERR_FORMAT names byte or statement, ERR_UNSUPPORTED: no VEX. */
int vexread(const char *name, str text, struct arena *a, struct vex_document *out, struct error *e) must_use;
