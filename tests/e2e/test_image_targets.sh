#!/bin/bash
# One image as registry name, oci:, oci-archive:, docker-archive:, stdin, docker: and dir: gives the same packages and
# the same findings.
. "$ROOT/tests/e2e/lib.sh"
image=$(demo_image)
db=$(any_database)
passed=0 failed=0 skipped=0

same() {
	local name=$1 status=0
	shift
	"$PLIMSOLL" scan "$@" --db "$db" -f json -o "$name.json" >"$name.log" 2>&1 || status=$?
	if [ $status = 0 ] && packages_of "$name.json" >"$name.packages" && findings_of "$name.json" >"$name.findings" &&
		diff -u registry.packages "$name.packages" && diff -u registry.findings "$name.findings"; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAIL $name: status $status"
	tail -n 20 "$name.log"
}

registry_start "$WORK/registry"
registry_push "$image:1" demo:1
scan 0 "$REGISTRY/demo:1" --db "$db" -f json -o registry.json
packages_of registry.json >registry.packages
findings_of registry.json >registry.findings
for what in deb npm pypi maven; do
	grep -q "^$what	" registry.packages || fail "no $what packages at all"
done
grep -q "	deb	" registry.findings || fail "no Debian findings"
grep -q "	lodash	" registry.findings || fail "no findings for lodash"

digest=$(jq -r '.manifests[0].digest' "$image/index.json")
same digest "$REGISTRY/demo@$digest"
same oci "oci:$image:1"
same oci-untagged "oci:$image"
skopeo --insecure-policy copy -q "oci:$image:1" "oci-archive:$WORK/oci.tar:demo:1"
same oci-archive "oci-archive:oci.tar"
skopeo --insecure-policy copy -q "oci:$image:1" "docker-archive:$WORK/docker.tar:demo:1"
same docker-archive "docker-archive:docker.tar"
gzip -1 -c docker.tar >docker.tar.gz
same docker-archive-gz "docker-archive:docker.tar.gz"
same stdin - <docker.tar
mkdir root
for layer in $(jq -r '.layers[].digest' "$image/blobs/sha256/${digest#sha256:}"); do
	tar -xzf "$image/blobs/sha256/${layer#sha256:}" -C root --no-same-owner --exclude='./dev/*'
done
same dir "dir:root"
if ! engine_start; then
	echo "SKIP docker: no Docker engine can be started here"
	skipped=1
elif ! docker load -q -i docker.tar >load.log 2>&1; then # in a chroot, for one
	echo "SKIP docker: the engine here cannot load an image: $(tail -n 1 load.log)"
	skipped=1
else
	same docker "docker:demo:1" # the engine packs the layers anew: what is in them is the same
fi
echo "$((passed + 1)) passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
