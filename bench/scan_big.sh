#!/bin/bash
# Claim: a cold scan of the 1.4 GB image from a registry on loopback takes at most 1.3 x the wall time of fetching,
# SHA-256 and inflating its layers two at a time, and all processes together stay below 128 MB. Ratios of one run
# here; ROUNDS=5 of each, interleaved, the fastest counts.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tools/registry.sh
plimsoll=$PWD/build/src/cli/plimsoll
export PLIMSOLL_NO_CACHE=1
cache=$PWD/.cache/bench
work=$(mktemp -d)
trap 'registry_stop; rm -rf "$work"' EXIT
mkdir -p "$cache"

nice bench/big-image "$cache/image"
read -ra libraries < <(pkg-config --cflags --libs libcurl libcrypto libisal)
cc -O2 -o "$work/limit" bench/limit.c "${libraries[@]}" -lpthread
db=$cache/advisories.db
rm -f "$db"
"$plimsoll" db update -q --from "${FEEDS:-data/sample-feed}" --db "$db" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
registry_start "$work/registry"
registry_push "$cache/image:1" big:1

digest=$(jq -r '.manifests[0].digest' "$cache/image/index.json")
mapfile -t urls < <(jq -r '.layers[].digest' "$cache/image/blobs/sha256/${digest#sha256:}" |
	sed "s|^|http://$REGISTRY/v2/big/blobs/|")
field() { # NAME LINE
	sed -n "s/.*\b$1 \([0-9.]*\).*/\1/p" <<<"$2"
}
least() {
	printf '%s\n' "$@" | sort -n | head -n 1
}
limit_walls=() limit_cpus=() scan_walls=() scan_cpus=()
for _ in $(seq "${ROUNDS:-5}"); do
	limit=$("$work/limit" 2 "${urls[@]}")
	limit_walls+=("$(field wall "$limit")") limit_cpus+=("$(field cpu "$limit")")
	scan=$(bench/watch.py "$plimsoll" scan "$REGISTRY/big:1" --db "$db" --max-data-age 0 -q -f json)
	[ "$(field status "$scan")" = 0 ] || { echo "the scan failed: $scan" >&2; exit 1; }
	scan_walls+=("$(field wall "$scan")") scan_cpus+=("$(field cpu "$scan")")
done
memory=$(bench/watch.py --memory "$plimsoll" scan "$REGISTRY/big:1" --db "$db" --max-data-age 0 -q -f json)
"$plimsoll" scan "$REGISTRY/big:1" --db "$db" --max-data-age 0 -q -f json >"$work/report.json"
wall=$(least "${scan_walls[@]}") floor=$(least "${limit_walls[@]}")
cpu=$(least "${scan_cpus[@]}") floor_cpu=$(least "${limit_cpus[@]}")
awk -v s="$(field stored "$limit")" -v i="$(field inflated "$limit")" -v n=${#urls[@]} -v c="$(nproc)" \
	'BEGIN { printf "image             %.2f GB inflated, %.0f MB stored, %d layers; %d processors\n", i / 1e9, s / 1e6, n, c }'
jq -r '"packages          \(.summary.packages), findings \(.summary.findings)"' "$work/report.json"
awk -v a="$floor" -v b="$floor_cpu" 'BEGIN { printf "limit             %.2f s wall, %.2f s CPU\n", a, b }'
awk -v a="$wall" -v b="$cpu" -v f="$floor" -v g="$floor_cpu" 'BEGIN {
	printf "plimsoll scan     %.2f s wall, %.2f s CPU\n", a, b
	printf "ratio             %.2f wall (bar 1.30), %.2f CPU\n", a / f, b / g }'
printf 'memory at peak    %s MB PSS, %s MB RSS summed over all processes (bar 128)\n' "$(field pss_mb "$memory")" "$(field rss_mb "$memory")"
