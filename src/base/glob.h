/* base/glob.h — paths against patterns: `?` and `*` stop at a slash, `**` does not, `[…]` is a set as
 * in glob(7), `\` takes the next byte as it is. No allocation, any thread; the time is at most the
 * product of the two lengths for patterns with one kind of star, and is cut off beyond that. */
#pragma once
#include "base/str.h"

/* Does the whole of `path` fit? A pattern that is malformed fits only itself. */
bool glob_fits(str pattern, str path);
