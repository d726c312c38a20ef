#!/bin/bash
# Claim: memory does not grow with the image. All processes of a scan of an 11 GB image together stay below 128 MB.
set -euo pipefail
cd "$(dirname "$0")/.."
plimsoll=$PWD/build/src/cli/plimsoll
export PLIMSOLL_NO_CACHE=1
cache=$PWD/.cache/bench
mkdir -p "$cache"
nice bench/big-image "$cache/image"
nice bench/huge_image.py "$cache/image" "$cache/huge"
db=$cache/advisories.db
rm -f "$db"
"$plimsoll" db update -q --from "${FEEDS:-data/sample-feed}" --db "$db" >/dev/null
memory=$(bench/watch.py --memory "$plimsoll" scan "oci:$cache/huge:1" --db "$db" --max-data-age 0 -q -f json)
echo "image             10.7 GB inflated, 11 layers, read from a folder"
sed 's/status 0 /plimsoll scan     /; s/wall \([0-9.]*\) cpu \([0-9.]*\) pss_mb \([0-9.]*\) rss_mb \(.*\)/\1 s wall, \2 s CPU; at peak \3 MB PSS, \4 MB RSS (bar 128)/' <<<"$memory"
