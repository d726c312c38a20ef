/* api/azure_metadata.h — metadata of customers' assessments as it is kept and answered. One call,
 * one thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/jsonout.h"

struct json;
/* What was put, checked, as the document that is kept. ERR_USAGE names the member. */
int azure_metadata_read(struct arena *a, const struct json *properties, str *doc,
                        struct error *e) must_use;
/* The members of such a document, into the object that is open */
void azure_metadata_write(struct jsonout *j, str doc);
