#!/bin/bash
# The include graph has no circle and no arrow that runs up, and docs/architecture.md shows it as it is.
set -euo pipefail
cd "$WORK"
"$ROOT/tools/rooms" >now
awk '/^```rooms$/ { on = 1; next } /^```$/ { on = 0 } on' "$ROOT/docs/architecture.md" >shown
diff -u shown now || {
	echo "docs/architecture.md is behind: run tools/rooms-doc"
	exit 1
}
# the check itself catches what it is for: an arrow up, sideways, a circle, a doubled name
mkdir -p house/tools house/src/base house/src/model
cp "$ROOT/tools/rooms" house/tools/
refused() {
	if house/tools/rooms >/dev/null 2>why || ! grep -q "$1" why; then
		echo "not refused: $1"
		cat why
		exit 1
	fi
}
echo '#include "model/b.h"' >house/src/base/a.h
: >house/src/model/b.h
refused 'base may not include model/b.h'
: >house/src/base/a.h
echo '#include "base/d.h"' >house/src/base/c.h
echo '#include "base/c.h"' >house/src/base/d.h
refused 'modules in a circle'
: >house/src/base/c.h
: >house/src/model/a.h
refused 'a.h occurs more than once'
