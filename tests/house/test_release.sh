#!/bin/bash
# The release program is small, needs nothing but the C library and is the same wherever it is built; its image runs, as
# an ordinary user of a container, and is found healthy by the program inside it.
. "$ROOT/tests/e2e/lib.sh"
passed=0 failed=0 skipped=0
expect() { # NAME COMMAND...
	if "${@:2}" >said 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $1"
		tail -n 15 said
	fi
}

"$ROOT/tools/release-libs" "$CACHE/release-libs" >libs.log 2>&1 || {
	tail -n 3 libs.log
	skip "the libraries of the release cannot be built here: no network?"
}
# two clones in folders of different names and lengths, each with its own copy of the libraries
for place in one another-place; do
	git clone -q --no-hardlinks "$ROOT" "$place/plimsoll" 2>/dev/null || skip "not a git checkout"
	mkdir -p "$place/plimsoll/.cache"
	cp -r "$CACHE/release-libs" "$place/plimsoll/.cache/"
	sed -i "s#$CACHE/release-libs#$PWD/$place/plimsoll/.cache/release-libs#g" "$place"/plimsoll/.cache/release-libs/lib/pkgconfig/*.pc
done
one/plimsoll/tools/release one-out >/dev/null
tar -xzf one-out/plimsoll-*.tar.gz
program=$(echo "$PWD"/plimsoll-*/bin/plimsoll)
same() {
	another-place/plimsoll/tools/release another-out >/dev/null && cmp one-out/*.tar.gz another-out/*.tar.gz
}
only_libc() {
	! ldd "$program" | grep -vE 'linux-vdso|/ld-linux|libc\.so|libm\.so'
}
expect "the release is the same in another place" same
expect "at most 10 MB" test "$(stat -c %s "$program")" -le 10000000
expect "it needs only the C library" only_libc
expect "no path of the builder is in it" bash -c "! grep -qF '$PWD' '$program'"
expect "it has its version" grep -q "^plimsoll [0-9]" <("$program" version)

one/plimsoll/tools/release-image image >/dev/null
db=$(any_database)
tag=$("$program" version | cut -d' ' -f2)
# the whole image is assessed; findings of the C library may come with new data
expect "the image is assessed by its own program" bash -c '"$0" scan -q -f json --db "$1" "$2" >self.json' "$program" "$db" "oci:image:$tag"
expect "it lists what is in it" bash -c 'jq -e "[.packages[].name] | contains([\"libc6\", \"ca-certificates\"])" self.json'
expect "nothing in it is left out" jq -e '.assessed' self.json

if command -v docker >/dev/null && engine_start; then
	skopeo copy -q "oci:image:$tag" "docker-archive:image.tar:plimsoll:$tag"
	docker load -q -i image.tar >/dev/null
	in_container() {
		docker run --rm --network none -v "$PWD/image:/image:ro" -v "$db:/advisories.db:ro" "$@"
	}
	expect "it runs in a container" in_container "plimsoll:$tag" version
	scans() {
		in_container --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges "plimsoll:$tag" \
			scan --max-data-age 0 --db /advisories.db "oci:/image:$tag" | grep -E "^Packages: +[1-9]"
	}
	expect "it scans in a container, read-only and without rights" scans
	serves() { # in an empty volume, read-only around it
		local id _
		id=$(docker run -d --network none --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
			-v center:/home/nonroot/.local/share/plimsoll "plimsoll:$tag" serve --listen 0.0.0.0:8420 --from none)
		for _ in $(seq 100); do
			docker logs "$id" 2>&1 | grep -q " serve.ready " && break
			sleep 0.1
		done
		docker logs "$id" 2>&1 | tail -n 5
		docker stop -t 60 "$id" >/dev/null
		[ "$(docker wait "$id")" = 0 ] && docker logs "$id" 2>&1 | grep -q " serve.ready "
	}
	expect "it is a center in a container, and stops when it is told to" serves
else
	skipped=1
	echo "SKIP the image in a container: no Docker engine can run here"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
