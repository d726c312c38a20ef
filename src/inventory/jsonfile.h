/* inventory/jsonfile.h — a file of the image that is one JSON document, in memory as a whole.
 * Input: hostile, read in the jail. One thread. */
#pragma once
#include "base/json.h"
#include "inventory/inventory.h"

/* ERR_LIMIT when larger than max_bytes, ERR_FORMAT with the byte where it is no JSON. A byte order
 * mark is passed over; with `comments` so are // and block comments and a comma before a closing
 * bracket. End *out with json_free. */
int jsonfile_read(struct file *f, size_t max_bytes, bool comments, struct json **out,
                  struct error *e) must_use;
