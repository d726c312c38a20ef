#!/bin/bash
# A package database that finds no room on the disk is a gap that is named, never an image without packages.
set -euo pipefail
work=${WORK:-$(mktemp -d)}/full-disk
fixture=${PLIMSOLL_FIXTURES:-}/rpmdb/ndb-sle15-bci-Packages.db
[ -r "$fixture" ] || { echo "PLIMSOLL_FIXTURES does not name the folder of real rpm databases"; exit 77; }
mkdir -p "$work/image/usr/lib/sysimage/rpm" "$work/image/etc" "$work/disk"
mount -t tmpfs -o size=64k tmpfs "$work/disk" 2>/dev/null || { echo "mounting a small file system needs root"; exit 77; }
trap 'umount "$work/disk"' EXIT
cp "$fixture" "$work/image/usr/lib/sysimage/rpm/Packages.db"
printf 'ID=sles\nVERSION_ID=15.7\n' >"$work/image/etc/os-release"

status=0
"$PLIMSOLL" sbom "dir:$work/image" --temp-dir "$work/disk" -q -f json >"$work/report.json" || status=$?
[ "$status" = 3 ] || { echo "status $status where 3 was due"; exit 1; }
jq -e '.assessed == false and any(.gaps[]; .where == "usr/lib/sysimage/rpm/Packages.db" and (.why | contains("No space left")))' \
	"$work/report.json" >/dev/null || { jq .gaps "$work/report.json"; exit 1; }

"$PLIMSOLL" sbom "dir:$work/image" --temp-dir "$work" -q -f json >"$work/report.json"
jq -e '.assessed and (.packages | length) == 35' "$work/report.json" >/dev/null || { jq .gaps "$work/report.json"; exit 1; }
