/* stream/squeeze.h — bytes in memory made smaller, as one zstd frame that stream_inflate reads back. */
#pragma once
#include "base/buf.h"

void squeeze(str bytes, struct buf *out); /* appends; a spent buf or memory is out->failed */
