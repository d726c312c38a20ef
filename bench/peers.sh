#!/bin/bash
# Claim: the same image costs plimsoll a fraction of what it costs Syft, Trivy and Grype. The image of scan_big from its folder, nothing kept
# from one run to the next, the fastest of ROUNDS=3, memory in a run of its own; first the package list, then findings.
# SYFT, TRIVY, GRYPE: their programs (else those in PATH); who is absent is named and left out. Trivy gets an empty Java database where its
# own cannot be had, Grype (of schema 5) one that bench/grype_db.py makes of the mirror FEEDS.
set -euo pipefail
cd "$(dirname "$0")/.."
plimsoll=${PROGRAM:-$PWD/build/src/cli/plimsoll}
cache=$PWD/.cache/bench image=${IMAGE:-$PWD/.cache/bench/image}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache"
[ -n "${IMAGE:-}" ] || nice bench/big-image "$image"
echo "load average      $(cut -d' ' -f1-3 /proc/loadavg)"

measure() { # NAME, then the command, whose output goes to $work/out
	local name=$1 best memory
	shift
	best=$(for _ in $(seq "${ROUNDS:-3}"); do fresh; bench/watch.py "$@" 2>"$work/log"; done | sort -k4,4n | head -n 1)
	fresh
	memory=$(bench/watch.py --memory "$@" 2>"$work/log")
	awk -v n="$name" -v b="$best" -v m="$memory" 'BEGIN { split(b, x); split(m, y)
		printf "%-17s %6.1f s wall, %5.1f s CPU, %4.0f MB at the peak (PSS), status %d\n", n, x[4], x[6], y[8], x[2] }'
}
fresh() { rm -rf "$work/kept" && mkdir -p "$work/kept/java-db" && [ -z "${java_db:-}" ] || cp "$work/java-db"/* "$work/kept/java-db/"; }
program() { # of a peer, by its variable, else from PATH; empty: absent
	local name=${1,,}
	[ -n "${!1:-}" ] && echo "${!1}" || command -v "$name" || echo "$name: absent" >&2
}
empty_java_db() {
	mkdir -p "$work/java-db"
	python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript("create table artifacts (id integer primary key, group_id text, artifact_id text);"
	"create table indices (artifact_id integer, version text, sha1 blob, archive_type text)")' "$work/java-db/trivy-java.db"
	echo '{"Version":1,"NextUpdate":"2100-01-01T00:00:00Z","UpdatedAt":"2026-01-01T00:00:00Z"}' >"$work/java-db/metadata.json"
	java_db=1
}
SYFT=$(program SYFT) TRIVY=$(program TRIVY) GRYPE=$(program GRYPE)
export SYFT_CHECK_FOR_APP_UPDATE=false GRYPE_CHECK_FOR_APP_UPDATE=false GRYPE_DB_AUTO_UPDATE=false GRYPE_DB_VALIDATE_AGE=false

echo "the package list, as CycloneDX"
measure plimsoll "$plimsoll" sbom --no-cache "oci:$image" -f cyclonedx -o "$work/p.json"
[ -z "$SYFT" ] || measure syft "$SYFT" "oci-dir:$image" -q -o "cyclonedx-json=$work/s.json"
if [ -n "$TRIVY" ]; then
	empty_java_db
	measure trivy "$TRIVY" image --input "$image" --format cyclonedx --offline-scan --skip-java-db-update --skip-db-update -q \
		--cache-dir "$work/kept" -o "$work/t.json"
fi
for f in p s t; do
	[ ! -s "$work/$f.json" ] || jq -r --arg f $f '"  \({p: "plimsoll", s: "syft", t: "trivy"}[$f]): \([.components[] | select(.purl) | .purl] | unique | length) package URLs"' "$work/$f.json"
done

[ -n "${FEEDS:-}" ] || { echo "findings: not measured, FEEDS names no mirror"; exit 0; }
echo "findings, as each program's JSON"
db=$work/advisories.db
"$plimsoll" db update -q --from "$FEEDS" --db "$db" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
measure plimsoll "$plimsoll" scan --no-cache "oci:$image" --db "$db" --max-data-age 0 -q -f json -o "$work/p.json"
if [ -n "$GRYPE" ]; then
	export GRYPE_DB_CACHE_DIR=$work/grype
	echo "  grype's database: $(bench/grype_db.py "$FEEDS" "$work/grype")"
	measure grype "$GRYPE" "oci-dir:$image" -q -o json --file "$work/g.json"
	echo "  grype: $(jq '.matches | length' "$work/g.json") findings"
fi
echo "  plimsoll: $(jq .summary.findings "$work/p.json") findings"
