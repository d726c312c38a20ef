#!/bin/bash
# The systemd units are sound, and their sandbox is one.
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze here"; exit 77; }
mkdir units
for unit in plimsoll.service plimsoll-worker@.service; do
	sed "s#@bindir@/plimsoll#$PLIMSOLL_RELEASE#" "$ROOT/packaging/systemd/$unit.in" >"units/${unit/@/@1}"
done
for unit in units/*; do
	if ! systemd-analyze verify --man=no "$unit" >said 2>&1 || [ -s said ]; then
		cat said
		echo "FAIL: $unit is not sound"
		exit 1
	fi
	# 0 is a prison, 100 the whole machine: 15 is what a service with the Internet in reach gets to
	systemd-analyze security --offline=yes --threshold=20 "$unit" >said 2>&1 || {
		grep ✗ said
		echo "FAIL: the sandbox of $unit has holes"
		exit 1
	}
done
