/* api/azure_extensions.h — extensions of plans: kept as they were put, answered with what came of
 * them. Here each is a part of its plan without a switch of its own, and says so. One call, one
 * thread. */
#pragma once
#include "center/plans.h"

struct json;
struct jsonout;

const char *azure_flag(bool b);         /* "True", "False": truth as pricings spell it */
bool azure_is_container_plan(str name); /* Containers, and the two that it replaced */
/* The member "extensions" */
void azure_extensions_write(struct jsonout *j, const struct pricing *p);
/* Of a body, checked, as the document that is kept; empty when v is NULL. ERR_USAGE. */
int azure_extensions_read(struct arena *a, const struct json *v, str *out,
                          struct error *e) must_use;
