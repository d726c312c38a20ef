#!/bin/bash
# VEX statements hide what is not affected or fixed, add what they know of the rest, and a file that cannot be read is wrong use.
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
scan 0 -f json -o before.json oci:image:1
digest=$(jq -r .image.digest before.json)
case $digest in sha256:*) ;; *) fail "no digest: $digest" ;; esac
mapfile -t ids < <(jq -r '.findings[].id' before.json | sort -u)
[ "${#ids[@]}" -ge 3 ] || fail "too few findings: ${ids[*]}"
a=${ids[0]} b=${ids[1]} c=${ids[2]}
of() { jq -r --arg id "$1" '[.findings[] | select(.id == $id)][0].package.purl' before.json; }
mkdir -p folder/deeper
cat >folder/open.json <<J
{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex-1", "author": "Ann", "timestamp": "2024-01-01T00:00:00Z", "version": 1,
 "statements": [{"vulnerability": {"name": "$a"}, "products": [{"@id": "pkg:oci/app@$digest", "subcomponents": [{"@id": "$(of "$a")"}]}],
  "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"},
  {"vulnerability": {"name": "$c"}, "products": [{"@id": "$(of "$c")"}], "status": "not_affected"},
  {"vulnerability": {"name": "CVE-1999-1"}, "products": [{"@id": "pkg:npm/nothing"}], "status": "fixed"}]}
J
cat >folder/deeper/csaf.json <<J
{"document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"name": "Ann"},
  "tracking": {"id": "EX-1", "current_release_date": "2024-01-01T00:00:00Z"}},
 "product_tree": {"full_product_names": [{"name": "x", "product_id": "X", "product_identification_helper": {"purl": "$(of "$b")"}}]},
 "vulnerabilities": [{"cve": "$b", "product_status": {"known_affected": ["X"]},
  "remediations": [{"category": "workaround", "details": "keep it off the network", "product_ids": ["X"]}]}]}
J
echo "no document" >folder/README
scan 0 -v -f json -o after.json --vex folder oci:image:1
jq -e --arg id "$a" 'any(.suppressed[]; .id == $id and .hidden.kind == "vex" and .hidden.why == "vulnerable_code_not_in_execute_path"
	and .hidden.by == "folder/open.json: https://example.com/vex-1, statement 1")' after.json >/dev/null ||
	fail "$a is not hidden: $(jq -c '[.suppressed[] | .id, .hidden]' after.json)"
jq -e --arg id "$b" 'any(.findings[]; .id == $id and (.remediation | contains("keep it off the network")))' after.json >/dev/null ||
	fail "no advice for $b"
jq -e --arg id "$c" 'any(.findings[]; .id == $id)' after.json >/dev/null || fail "$c is hidden without a reason"
jq -e 'any(.coverage.gaps[]?, .gaps[]?; .why | test("1 statements say .not affected. and not why"))' after.json >/dev/null ||
	fail "no remark on the statement without a reason"
grep -q "VEX: 1 statements are about nothing that was found" err || fail "no count of idle statements: $(cat err)"
jq -e .assessed after.json >/dev/null || fail "hiding findings is no gap"

# CycloneDX, after the other says affected: the later one wins
cat >later.json <<J
{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"timestamp": "2024-02-01T00:00:00Z"},
 "vulnerabilities": [{"id": "$b", "analysis": {"state": "resolved"}, "affects": [{"ref": "$(of "$b")"}]}]}
J
scan 0 -f json -o later.out --vex folder/deeper/csaf.json --vex later.json oci:image:1
jq -e --arg id "$b" 'any(.suppressed[]; .id == $id and .hidden.why == "fixed")' later.out >/dev/null || fail "the later one does not win"
scan 0 -f cyclonedx -o later.cdx.json --vex folder/deeper/csaf.json --vex later.json oci:image:1
jq -e --arg id "$b" 'any(.vulnerabilities[]; .id == $id and .analysis.state == "resolved")' later.cdx.json >/dev/null || fail "fixed is not resolved in CycloneDX"
# another image's
sed "s/@sha256:[0-9a-f]*/@sha256:$(printf '%064d' 1)/" folder/open.json >other.json
scan 0 -f json -o other.out --vex other.json oci:image:1
jq -e '.suppressed | length == 0' other.out >/dev/null || fail "a statement about another image hides"

scan 2 --vex missing.json oci:image:1
grep -q "missing.json: No such file" err || fail "not said: $(cat err)"
printf '{"@context": "https://openvex.dev/ns", ' >broken.json
scan 2 --vex broken.json oci:image:1
grep -q "broken.json: VEX: byte [0-9]" err || fail "no place named: $(cat err)"
echo '{}' >none.json
scan 2 --vex none.json oci:image:1
grep -q "none.json: VEX: no VEX document" err || fail "not said: $(cat err)"
J=$(printf '%0600000d' 0 | tr 0 '[') && echo "$J" >deep.json
scan 2 --vex deep.json oci:image:1

# out: what is hidden stays hidden for whoever reads it, what counts counts; an accepted finding is affected
echo "$c" >.trivyignore
for format in openvex cyclonedx-vex; do
	scan 0 -f $format -o "$format.json" --vex folder oci:image:1
	scan 0 -f $format -o again.json --vex folder oci:image:1
	cmp "$format.json" again.json || fail "$format: the same scan gives other bytes"
	scan 0 -f json -o back.json --ignorefile /dev/null --vex "$format.json" oci:image:1
	[ "$(jq -c '[.suppressed[].id]' back.json)" = "[\"$a\"]" ] || fail "$format: read back it hides $(jq -c '[.suppressed[].id]' back.json)"
	jq -e '.suppressed[0].hidden.why == "vulnerable_code_not_in_execute_path"' back.json >/dev/null || fail "$format: another justification"
done
# the rules of openvex_json_schema.json that a writer can break
jq -e 'def keys_in($a): (keys - $a) == [];
	keys_in(["@context", "@id", "author", "timestamp", "version", "tooling", "statements"]) and (.version >= 1) and (.statements | length) >= 1 and
	(.statements | length == (unique | length)) and
	all(.statements[]; keys_in(["vulnerability", "products", "status", "status_notes", "justification", "impact_statement", "action_statement"]) and
		(.vulnerability | keys_in(["name", "aliases"]) and ((.aliases // []) | length == (unique | length))) and
		all(.products[]; keys_in(["@id", "hashes", "subcomponents"]) and (.subcomponents | length == (unique | length))) and
		(if .status == "not_affected" then has("justification") != has("impact_statement") else true end) and
		(if .status == "affected" then .action_statement | length > 0 else true end))' openvex.json >/dev/null || fail "openvex breaks its schema"
jq -e --arg id "$c" 'any(.statements[]; .vulnerability.name == $id and .status == "affected" and (.action_statement | startswith("accepted")))' \
	openvex.json >/dev/null || fail "accepted is not affected"
holds_schema cyclonedx-vex.json
echo "1 passed, 0 failed, $skipped skipped"
