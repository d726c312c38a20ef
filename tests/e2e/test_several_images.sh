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
mkdir -p roots/a-3 roots/a # a number is no other image's name
scan 0 dir:roots/a-3 dir:roots/a dir:roots/a --db "$db" --max-data-age 0 -q -f json -o numbered/
[ "$(find numbered -name '*.json' | wc -l)" = 3 ] || fail "a report was overwritten: $(ls numbered)"
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

# all platforms: arm64 is the same image by another configuration, and the attestation is none
put() { # BLOB: prints its descriptor's digest and size
	local sum
	sum=$(sha256sum "$1" | cut -d' ' -f1)
	cp "$1" "many/blobs/sha256/$sum"
	echo "sha256:$sum" "$(stat -c %s "$1")"
}
cp -r "$image" many
manifest=$(jq -r '.manifests[0].digest' many/index.json)
blob() { echo "many/blobs/sha256/${1#sha256:}"; }
jq -c '.architecture = "arm64"' "$(blob "$(jq -r .config.digest "$(blob "$manifest")")")" >config
read -r digest size < <(put config)
jq -c --arg d "$digest" --argjson s "$size" '.config.digest = $d | .config.size = $s' "$(blob "$manifest")" >other
read -r digest size < <(put other)
jq -c --arg d "$digest" --argjson s "$size" '.manifests[0] as $m | {schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [
	($m | .platform = {os: "linux", architecture: "amd64"}),
	($m | .digest = $d | .size = $s | .platform = {os: "linux", architecture: "arm64"}),
	($m | .annotations = {"vnd.docker.reference.type": "attestation-manifest"} | .platform = {os: "unknown", architecture: "unknown"})]}' many/index.json >index
read -r digest size < <(put index)
jq -c --arg d "$digest" --argjson s "$size" '{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $d, size: $s,
	annotations: {"org.opencontainers.image.ref.name": "1"}}]}' many/index.json >new && mv new many/index.json
registry_start "$PWD/registry"
registry_push "$PWD/many:1" many:1 --all
for target in "oci:many:1" "$REGISTRY/many:1"; do
	scan 0 "$target" --all-platforms --db "$db" --max-data-age 0 -f json >all.json
	[ "$(jq -r '[.[].image.architecture] | join(" ")' all.json)" = "amd64 arm64" ] || fail "$target: $(jq -c '[.[].image.architecture]' all.json)"
	grep -q '1 attestations' err || fail "$target: the attestation is not said: $(cat err)"
	diff <(jq '.[0].packages' all.json) <(jq .packages one.json) >/dev/null || fail "$target: another list of packages"
	ok
done
scan 2 "$REGISTRY/many:1" --all-platforms --db "$db" -f sarif -o each
mkdir each
scan 0 "$REGISTRY/many:1" --all-platforms --db "$db" --max-data-age 0 -q -f sarif -o each
[ "$(find each -name '*_linux_arm64.sarif' | wc -l)" = 1 ] || fail "no file of its own: $(ls each)"
ok
scan 3 "docker-archive:saved.tar" --all-platforms --db "$db"
scan 2 "oci:many:1" --all-platforms --platform linux/arm64 --db "$db"
ok

echo "$passed passed, 0 failed, 0 skipped"
