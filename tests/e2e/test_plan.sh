#!/bin/bash
# scan --plan: what npm's and Debian's advisories of the sample need, by hand, and that the numbers add up on the demo's image.
. "$ROOT/tests/e2e/lib.sh"
db=$(database "$SAMPLE" sample)
python3 - <<'P'
import os, sys
sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images
images.save("image", [{"etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
    "var/lib/dpkg/status": "Package: libexpat1\nStatus: install ok installed\nArchitecture: amd64\nSource: expat\nVersion: 2.5.0-1+deb12u2\n\n"},
    images.npm("app", "lodash", "4.17.15")])
P
scan 0 --plan -f json -q --db "$db" --max-data-age 0 oci:image:1 >report.json
# lodash: the sample's GHSA records need 4.17.19, 4.17.21 and 4.17.23; expat: u4 of bookworm
got=$(jq -r '.plan.steps[] | [.name, .from, .to, .layer, .major] | @tsv' report.json)
wanted=$(printf 'lodash\t4.17.15\t4.17.23\t1\tfalse\nexpat\t2.5.0-1+deb12u2\t2.5.0-1+deb12u4\t0\tfalse')
[ "$got" = "$wanted" ] || fail "another plan: $got"
jq -e '.plan.steps[1].command == "apt-get update && apt-get install --only-upgrade libexpat1"' report.json >/dev/null || fail "another command"
scan 0 -f json -q --db "$db" --max-data-age 0 oci:image:1 >plain.json
jq -e 'has("plan") | not' plain.json >/dev/null || fail "a plan that nobody asked for"
diff <(jq 'del(.plan)' report.json) plain.json >/dev/null || diff <(jq -S 'del(.plan)' report.json) <(jq -S . plain.json) || fail "a plan changes the report"
scan 0 --plan -q --db "$db" --max-data-age 0 oci:image:1 >table
grep -q '^In layer 2' table || fail "no layer named: $(cat table)"
scan 0 --plan -f markdown -q --db "$db" --max-data-age 0 oci:image:1 >comment.md
grep -qF '| 1 | `lodash` | `4.17.15` | `4.17.23` | layer 2 |' comment.md || fail "no row: $(cat comment.md)"
scan 2 --plan -f sarif --db "$db" oci:image:1

image=$(demo_image)
"$PLIMSOLL" scan --plan -f json -q --db "$db" --max-data-age 0 "oci:$image" >demo.json || [ $? = 3 ] || fail "the demo's image"
jq -e '.plan.steps[-1].cleared == ([.findings[] | select(.status == "fixed")] | length)' demo.json >/dev/null || fail "not every fix is in a step"
jq -e '.plan.findings == (.findings | length) and (.plan.remaining | del(.suppressed) | add) + .plan.steps[-1].cleared == .plan.findings' demo.json >/dev/null ||
	fail "the numbers do not add up: $(jq -c '.plan | del(.steps)' demo.json)"
jq -e '[.plan.steps[].weight] | . == (sort | reverse)' demo.json >/dev/null || fail "not the heaviest first"
holds_schema demo.json

# a target that has flaws of its own: 1.1.0 began one that 1.2.0 mends, which began another that 1.2.1 mends; two.0 has one that nothing mends
python3 - <<'P'
import json, os, pathlib, sys
sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images

rows = [("1", "one", "0", "1.1.0"), ("2", "one", "1.1.0", "1.2.0"), ("3", "one", "1.2.0", "1.2.1"), ("4", "one", "3.0.0", None),
        ("5", "two", "0", "2.0.0"), ("6", "two", "2.0.0", None), ("7", "two", "0", None)]
folder = pathlib.Path("mirror/osv/npm")
folder.mkdir(parents=True)
for n, name, introduced, fixed in rows:
    events = [{"introduced": introduced}] + ([{"fixed": fixed}] if fixed else [])
    (folder / f"GHSA-{n}.json").write_text(json.dumps({"id": f"GHSA-{n}", "modified": "2024-01-02T03:04:05Z", "aliases": [f"CVE-2024-100{n}"],
        "affected": [{"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER", "events": events}]}]}))
images.save("began", [{**images.npm("app", "one", "1.0.0"), **images.npm("app", "two", "1.0.0")}])
P
"$PLIMSOLL" db update -q --from mirror --db began.db || fail "the mirror"
"$PLIMSOLL" scan --plan -f json -q --db began.db --max-data-age 0 oci:began:1 >began.json || [ $? = 3 ] || fail "no report"
got=$(jq -r '.plan.steps | sort_by(.name)[] | [.name, .to, (.target_flaws // [] | join(" ")), (.command | split(" ")[-1]), .major] | @tsv' began.json)
wanted=$(printf 'one\t1.2.1\t\tone@1.2.1\tfalse\ntwo\t2.0.0\tCVE-2024-1006\ttwo@2.0.0\ttrue')
[ "$got" = "$wanted" ] || fail "targets with flaws of their own: $got"
holds_schema began.json
"$PLIMSOLL" scan --plan -q --db began.db --max-data-age 0 oci:began:1 >table || [ $? = 3 ] || fail "no table"
grep -q "2.0.0 has CVE-2024-1006, which no version mends yet" table || fail "not said: $(cat table)"

# on a narrow terminal the command stands whole: its words wrap
NO_COLOR=1 script -qc "stty cols 44; '$PLIMSOLL' scan --plan -q --db '$db' --max-data-age 0 oci:image:1" /dev/null </dev/null >narrow
tr -d '\r' <narrow | tr -s ' \n' ' ' | grep -q "apt-get update && apt-get install --only-upgrade libexpat1" || fail "a command is cut: $(cat narrow)"
echo "1 passed, 0 failed, $skipped skipped"
