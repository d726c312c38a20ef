#!/bin/bash
# Packages of rpm databases, as we read them and as rpm itself lists them: 1,201 packages that rpmbuild makes
# and rpm installs (epochs, ~ and ^ in versions, a modularity label, headers of one to many overflow pages),
# in SQLite as rpm writes it, and in Berkeley DB of both byte orders and in NDB as rpmdb_files.py does. rpm
# reads the Berkeley DB files as well; the NDB one has to say the same as the SQLite one.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
list=${PLIMSOLL:-$ROOT/build/src/cli/plimsoll}
list=${list%/src/cli/plimsoll}/tests/unit/inventory/rpmdb_list
for need in rpm rpmbuild python3; do
	command -v $need >/dev/null || { echo "no $need"; exit 77; }
done
work=${WORK:-$(mktemp -d)}
cd "$work"

python3 - >ship.spec <<'SPEC'
print("""Name: ship
Version: 1.0
Release: 1.el9
Summary: s
License: MIT and (GPLv2+ or BSD)
Vendor: Ship Yard, Inc.
BuildArch: noarch
ModularityLabel: ship:1:8070020220:abcdef
%description
d
%files""")
for i in range(1200):
    print(f"%package -n part{i}\nSummary: part {i}")
    for every, line in ((3, f"Epoch: {i % 7}"), (5, f"Version: {i}.2~rc1"), (11, f"Release: {i}.el8^git"),
                        (13, "License: Apache-2.0")):
        if i % every == 0:
            print(line)
    text = f"long text {i} " * (i * 4 if i % 17 == 0 else 20)
    print(f"%description -n part{i}\n{text}\n%files -n part{i}")
SPEC
rpmbuild -bb --quiet --define "_topdir $work/top" --define "_rpmdir $work/rpms" \
	--define "_source_payload w1.gzdio" --define "_binary_payload w1.gzdio" ship.spec
rpm --dbpath "$work/sqlite" --define "_db_backend sqlite" --justdb --nodeps --nosignature --ignorearch \
	-i rpms/noarch/*.rpm 2>/dev/null

tool=$ROOT/tests/peers/rpmdb_files.py
mkdir bdb bdb-big bdb-512 ndb
python3 "$tool" bdb bdb/Packages --from sqlite/rpmdb.sqlite
python3 "$tool" bdb-big bdb-big/Packages --from sqlite/rpmdb.sqlite
python3 "$tool" bdb-big bdb-512/Packages --from sqlite/rpmdb.sqlite --page 512
python3 "$tool" ndb ndb/Packages.db --from sqlite/rpmdb.sqlite

passed=0 failed=0
check() { # name, what rpm lists, what we list
	if [ -s "$2" ] && diff "$2" "$3" >"$1.diff"; then
		passed=$((passed + 1))
	else
		echo "FAIL $1: rpm (<) and we (>) differ in $(grep -c '^[<>]' "$1.diff") lines"
		head -n 5 "$1.diff"
		failed=$((failed + 1))
	fi
}
# record, name, [epoch:]version-release (no epoch 0), architecture, source rpm, module, license, vendor
rpm_lists() {
	rpm --dbpath "$work/$1" --define "_db_backend $2" -qa --qf '%{DBINSTANCE}\t%{NAME}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{MODULARITYLABEL}\t%{LICENSE}\t%{VENDOR}\n' \
		2>/dev/null | sed 's/\t0:/\t/; s/\t(none)/\t/g' | grep -v '^[0-9]*.gpg-pubkey' | LC_ALL=C sort
}
we_list() {
	"$list" "$1" | awk 'BEGIN { FS = OFS = "\t" } { v = $3; sub(/^[0-9]+:/, "", v)
		print $1, $2, $3, $4, $5 "-" ($6 == "" ? v : $6) ".src.rpm", $7, $8, $9 }' | LC_ALL=C sort
}
rpm_lists sqlite sqlite >sqlite.rpm
[ "$(wc -l <sqlite.rpm)" = 1201 ] || { echo "rpm lists $(wc -l <sqlite.rpm) packages, not 1201"; exit 1; }
we_list sqlite/rpmdb.sqlite >sqlite.we
check sqlite sqlite.rpm sqlite.we
for kind in bdb bdb-big bdb-512; do
	rpm_lists $kind bdb_ro >$kind.rpm
	we_list $kind/Packages >$kind.we
	check $kind $kind.rpm $kind.we
	check $kind-as-sqlite sqlite.rpm $kind.we
done
we_list ndb/Packages.db >ndb.we
check ndb sqlite.rpm ndb.we

if [ -n "${PLIMSOLL_FIXTURES:-}" ]; then
	mkdir real
	cp "$PLIMSOLL_FIXTURES/rpmdb/bdb-libuuid-Packages" real/Packages
	rpm_lists real bdb_ro >real.rpm
	we_list real/Packages >real.we
	check real-bdb real.rpm real.we
	cut -f1,2,4 "$PLIMSOLL_FIXTURES/rpmdb/ndb-sle15-bci.packages.tsv" | LC_ALL=C sort >suse.peer
	we_list "$PLIMSOLL_FIXTURES/rpmdb/ndb-sle15-bci-Packages.db" | cut -f2,3,5 | LC_ALL=C sort >suse.we
	check real-ndb suse.peer suse.we
	echo "$passed passed, $failed failed, 0 skipped"
else
	echo "SKIP real databases of RHEL and SLE: PLIMSOLL_FIXTURES is not set"
	echo "$passed passed, $failed failed, 1 skipped"
fi
[ "$failed" = 0 ]
