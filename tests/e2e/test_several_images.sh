#!/bin/bash
# Several images in one run: a report each, the gravest exit status, and one that fails keeps nobody.
. "$ROOT/tests/e2e/lib.sh"
image=$(demo_image)
db=$(any_database)
passed=0
ok() { passed=$((passed + 1)); }
one() { scan 0 "oci:$image:1" --db "$db" --max-data-age 0 -q "$@"; }
skopeo --insecure-policy copy -q "oci:$image:1" "docker-archive:saved.tar:app:1"

one -f json -o one.json
one "oci:$image:1" -f json -o two.json
[ "$(jq 'type + " \(length)"' -r two.json)" = "array 2" ] || fail "no array of two"
diff <(jq -S . one.json) <(jq -S '.[1]' two.json) || fail "the second of two differs from one alone"
ok
one -f table --input saved.tar >texts
[ "$(grep -c '^Target:' texts)" = 2 ] || fail "not two tables"
grep -q '^Target: *saved.tar' texts || fail "an input is not called by its name"
ok
one "oci:$image:1" -f cyclonedx -o out/
[ "$(find out -name '*.cdx.json' | wc -l)" = 2 ] || fail "not two files in the folder"
ok
scan 2 "oci:$image:1" "oci:$image:1" --db "$db" -f sarif
ok
scan 4 "oci:$image:1" oci:/nowhere --db "$db" --max-data-age 0 -f json >rest.json
[ "$(jq length rest.json)" = 1 ] || fail "the image that could be read is not reported"
ok
scan 1 oci:/nowhere "oci:$image:1" --db "$db" --max-data-age 0 --fail-on unknown -f json >rest.json
ok
scan 2 - --input - </dev/null
ok
echo "$passed passed, 0 failed, 0 skipped"
