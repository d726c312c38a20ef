#!/bin/sh
# Findings against peers: dpkg over the tracker's data, and a second implementation of OSV's evaluation.
# PLIMSOLL_RELEASE, FEEDS and WORK as tests/run gives them.
[ -n "$FEEDS" ] || { echo "FEEDS is not set"; exit 77; }
here=$(dirname "$0")
matchlist=$(dirname "$PLIMSOLL_RELEASE")/../../tests/unit/vulndb/matchlist
[ -x "$matchlist" ] || { echo "no $matchlist: the build makes it"; exit 1; }
db=$WORK/matching.db
"$PLIMSOLL_RELEASE" db update -q --from "$FEEDS" --db "$db" || { echo "db update: status $?"; exit 1; }
passed=0 failed=0 skipped=0
check() { # name, what it needs or nothing, command
	name=$1 lacks=$2
	shift 2
	if [ -n "$lacks" ]; then
		echo "SKIP $name: $lacks"
		skipped=$((skipped + 1))
	elif "$@"; then
		passed=$((passed + 1))
	else
		echo "FAIL $name"
		failed=$((failed + 1))
	fi
}
no_dpkg=; command -v dpkg >/dev/null || no_dpkg="no dpkg"
no_packaging=; python3 -c 'import packaging.version' 2>/dev/null || no_packaging="no python3 packaging"
for release in bookworm trixie; do
	check "tracker $release" "$no_dpkg" python3 "$here/debian_tracker.py" "$matchlist" "$db" \
		"$FEEDS/debian/tracker.json" $release
done
check osv "$no_packaging" python3 "$here/osv_matching.py" "$matchlist" "$db" "$FEEDS"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
