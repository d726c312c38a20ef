#!/bin/bash
# Claim: a scan of an image whose layers are known takes 50 ms in all, from a registry on loopback with a whole
# advisory database; beside it the same scan cold. ROUNDS=20 warm ones; the fastest and the middle one are shown.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tools/registry.sh
plimsoll=${PROGRAM:-$PWD/build/src/cli/plimsoll} # PROGRAM: the one of `make release`, say
cache=$PWD/.cache/bench
work=$(mktemp -d)
trap 'registry_stop; rm -rf "$work"' EXIT
mkdir -p "$cache"
export PLIMSOLL_CACHE_DIR=$work/kept

nice bench/big-image "$cache/image"
db=$cache/advisories.db
"$plimsoll" db update -q --from "${FEEDS:-data/sample-feed}" --db "$db" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
registry_start "$work/registry"
registry_push "$cache/image:1" big:1

once() { # prints seconds of wall and of processor
	local TIMEFORMAT='%R %U %S'
	{ time "$plimsoll" scan "$REGISTRY/big:1" --db "$db" --max-data-age 0 -q -f json -o "$work/$1" || [ $? = 3 ]; } 2>&1 |
		awk '{ printf "%.3f %.3f\n", $1, $2 + $3 }'
}
cold=$(once cold.json)
for _ in $(seq "${ROUNDS:-20}"); do once warm.json; done | sort -n >"$work/warm"
cmp "$work/cold.json" "$work/warm.json" || { echo "the warm report differs" >&2; exit 1; }
jq -r '"packages          \(.summary.packages), findings \(.summary.findings), \(.layers | length) layers"' "$work/warm.json"
"$plimsoll" cache info | awk '/^size/ { print "kept              " $2, $3 }'
awk -v c="$cold" 'BEGIN { split(c, a); printf "cold              %.2f s wall, %.2f s CPU\n", a[1], a[2] }'
awk '{ wall[NR] = $1; cpu[NR] = $2 } END { m = int((NR + 1) / 2)
	printf "known layers      %.0f ms wall, %.0f ms CPU the fastest; %.0f ms, %.0f ms the middle of %d (bar 50)\n", \
		wall[1] * 1000, cpu[1] * 1000, wall[m] * 1000, cpu[m] * 1000, NR }' "$work/warm"
