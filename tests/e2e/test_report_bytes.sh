#!/bin/bash
# Two scans of one image with one database give the same bytes, in every format, whatever the clock says.
. "$ROOT/tests/e2e/lib.sh"
image=$(demo_image)
db=$(any_database)
passed=0
for format in table json cyclonedx sarif; do
	scan 0 "oci:$image:1" --db "$db" -f $format -o "first.$format"
done
sleep 1.1 # another second on the clock
for format in table json cyclonedx sarif; do
	scan 0 "oci:$image:1" --db "$db" -f $format --jobs 1 >"second.$format"
	cmp "first.$format" "second.$format" || fail "$format differs"
	[ -s "first.$format" ] || fail "$format is empty"
	passed=$((passed + 1))
done
SOURCE_DATE_EPOCH=1700000000 "$PLIMSOLL" scan "oci:$image:1" --db "$db" -f cyclonedx >epoch
grep -q '2023-11-14T22:13:20' epoch || fail "SOURCE_DATE_EPOCH is not the report's time"
# old data: their age in days follows the clock, which SOURCE_DATE_EPOCH stops
export SOURCE_DATE_EPOCH=2000000000
scan 3 "oci:$image:1" --db "$db" --max-data-age 180 -f json -o old
sleep 1.1
scan 3 "oci:$image:1" --db "$db" --max-data-age 180 -f json -o again
cmp old again || fail "a fixed day gives other bytes"
grep -q 'old-advisory-data' old || fail "old data are not named"
echo "$((passed + 2)) passed, 0 failed, 0 skipped"
