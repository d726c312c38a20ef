#!/bin/bash
# Accepted findings do not count, stay listed with the line that says so, and come back on the day their entry ends.
. "$ROOT/tests/e2e/lib.sh"
db=$(database "$SAMPLE" sample)
export PLIMSOLL_DB=$db PLIMSOLL_QUIET=0
python3 - <<'P'
import os, sys
sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images
images.save("image", [{"etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
    "var/lib/dpkg/status": "Package: sudo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.9.13p3-1+deb12u9\n\n"},
    images.npm("app", "lodash", "4.17.15")])
P
scan 1 --fail-on high -f json -o before.json oci:image:1
jq -r '.findings[].id' before.json | sort -u >ids
[ -s ids ] || fail "the image has no findings"
cp ids .trivyignore # the usual name is found by itself
scan 0 --fail-on low -f json -o after.json oci:image:1
grep -q "^.trivyignore: $(wc -l <ids) accepted findings" err || fail "nothing said of the file: $(cat err)"
[ "$(jq '.findings | length' after.json)" = 0 ] || fail "accepted findings are still shown"
diff <(jq -r '.findings[].id' before.json | sort) <(jq -r '.suppressed[].id' after.json | sort) || fail "not the same are suppressed"
jq -e 'all(.suppressed[]; .hidden.kind == "ignored" and (.hidden.by | startswith(".trivyignore:")))' after.json >/dev/null ||
	fail "no word of who hid them: $(jq -c '.suppressed[0].hidden' after.json)"
jq -e .assessed after.json >/dev/null || fail "hiding findings is no gap"
rm .trivyignore

{
	echo "vulnerabilities:"
	while read -r id; do
		printf '  - id: %s\n    purls: ["pkg:npm/lodash"]\n    expired_at: 2024-05-01\n    statement: until the spring\n' "$id"
	done <ids
} >accepted.yaml
SOURCE_DATE_EPOCH=1714521600 scan 0 --fail-on low --ignorefile accepted.yaml oci:image:1 >out
grep -q "is accepted for 1 more days, until 2024-05-01" err || fail "no warning before the end: $(cat err)"
scan 1 --fail-on high -q --ignorefile accepted.yaml oci:image:1 >out
grep -q "was accepted until 2024-05-01: it counts again" err || fail "no word of what ended: $(cat err)"
printf 'CVE-1\033]0;title\007 exp:2020-01-01\n' >of_others
scan 0 -q --ignorefile of_others oci:image:1 >out
grep -q "CVE-1?]0;title? was accepted until" err || fail "control characters reach the terminal: $(cat -v err)"
scan 2 --ignorefile missing oci:image:1
scan 2 --template missing oci:image:1
echo "id: [" >broken.yaml
scan 2 --ignorefile broken.yaml oci:image:1
grep -q "broken.yaml: line" err || fail "no place named: $(cat err)"
{
	sed 's/$/ as the vendor says/' ids
	echo "We looked at these in spring."
} >remarks
scan 0 --fail-on low --ignorefile remarks -f json -o after.json oci:image:1
grep -q "^remarks:$(wc -l <remarks): \"We\" is no id of a flaw" err || fail "the stray line is not named: $(cat err)"
grep -q "^remarks: $(wc -l <ids) accepted findings" err || fail "the stray line is counted: $(cat err)"
jq -e 'all(.suppressed[]; .hidden.why == "as the vendor says")' after.json >/dev/null || fail "the reason is lost"
