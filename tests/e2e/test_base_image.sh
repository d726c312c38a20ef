#!/bin/bash
# The base image: by the layers of an image scanned before, by label, and a label believed about layers
# only when they are those.
. "$ROOT/tests/e2e/lib.sh"
unset PLIMSOLL_NO_CACHE
export PLIMSOLL_CACHE_DIR=$PWD/kept
image=$(demo_image)
db=$(any_database)
registry_start "$PWD/registry"
passed=0
ok() { passed=$((passed + 1)); }
put() { # FILE: into the layout; prints digest and size
	local sum
	sum=$(sha256sum "$1" | cut -d' ' -f1)
	cp "$1" "work/blobs/sha256/$sum"
	echo "sha256:$sum" "$(stat -c %s "$1")"
}
blob() { echo "work/blobs/sha256/${1#sha256:}"; }
make_image() { # TAG CONFIG-FILTER MANIFEST-FILTER: from the demo image
	local digest size
	rm -rf work && cp -r "$image" work
	local manifest
	manifest=$(blob "$(jq -r '.manifests[0].digest' work/index.json)")
	jq -c "$2" "$(blob "$(jq -r .config.digest "$manifest")")" >config
	read -r digest size < <(put config)
	jq -c --arg d "$digest" --argjson s "$size" ".config.digest = \$d | .config.size = \$s | $3" "$manifest" >manifest
	read -r digest size < <(put manifest)
	jq -c --arg d "$digest" --argjson s "$size" '.manifests = [.manifests[0] | .digest = $d | .size = $s]' work/index.json >index
	mv index work/index.json
	registry_push "$PWD/work:1" "$1"
}
base_of() { jq -c '[.base_image.name, .base_image.layers, .base_image.how]' "$1"; }
go() { scan 0 "$REGISTRY/$1" --db "$db" --max-data-age 0 -q -f json; }
one='.rootfs.diff_ids |= .[:1] | .history |= []'
labelled='.config.Labels["org.opencontainers.image.base.name"] = "example.org/base:9"'

make_image debian:12 "$one" '.layers |= .[:1]'
make_image app:1 . .
make_image labelled:1 "$labelled" .
go app:1 >alone.json
[ "$(jq -c .base_image alone.json)" = null ] || fail "a base out of nothing: $(base_of alone.json)"
go labelled:1 >label.json
[ "$(base_of label.json)" = '["example.org/base:9",null,"label org.opencontainers.image.base.name"]' ] || fail "$(base_of label.json)"
ok
go debian:12 >debian.json
[ "$(jq -c .base_image debian.json)" = null ] || fail "an image is its own base"
go app:1 >app.json
[ "$(base_of app.json)" = "[\"$REGISTRY/debian:12\",1,\"layers of $REGISTRY/debian:12\"]" ] || fail "$(base_of app.json)"
[ "$(jq '[.packages[] | select(.layer.base)] | length' app.json)" = "$(jq '.packages | length' debian.json)" ] || fail "the packages of the base"
diff <(jq 'del(.base_image, .packages[].layer.base, .findings[].package.layer.base, .suppressed[].package.layer.base)' app.json) <(jq "del(.base_image)" alone.json) >/dev/null || fail "the base changed more than itself"
ok
digest=$(jq -r .image.digest debian.json)
make_image true:1 "$labelled | .config.Labels[\"org.opencontainers.image.base.digest\"] = \"$digest\"" .
go true:1 >true.json
[ "$(base_of true.json)" = '["example.org/base:9",1,"label org.opencontainers.image.base.digest, and its layers"]' ] || fail "$(base_of true.json)"
# of another image: its layers are not these
other=$(jq -r .image.digest label.json)
make_image debian-lies:1 "$labelled | .config.Labels[\"org.opencontainers.image.base.digest\"] = \"$other\" | .rootfs.diff_ids |= .[:1] | .history |= []" '.layers |= .[:1]'
go debian-lies:1 >false.json
[ "$(base_of false.json)" = '["example.org/base:9",null,"label org.opencontainers.image.base.name"]' ] || fail "$(base_of false.json)"
ok
# an annotation of the manifest speaks before a label, which may come from below
noted='.annotations = {"org.opencontainers.image.base.name": "example.org/noted:1"'
make_image noted:1 "$labelled" "$noted}"
go noted:1 >noted.json
[ "$(base_of noted.json)" = "[\"$REGISTRY/debian:12\",1,\"layers of $REGISTRY/debian:12\"]" ] || fail "$(base_of noted.json)"
make_image noted-true:1 "$labelled" "$noted, \"org.opencontainers.image.base.digest\": \"$digest\"}"
go noted-true:1 >noted.json
[ "$(base_of noted.json)" = '["example.org/noted:1",1,"annotation org.opencontainers.image.base.digest, and its layers"]' ] || fail "$(base_of noted.json)"
ok
scan 0 "$REGISTRY/app:1" --db "$db" --max-data-age 0 -q >table
grep -q "^Base: .*/debian:12 (1 layer): brings [0-9]* of [0-9]* findings" table || fail "$(head table)"
ok
echo "$passed passed, 0 failed, 0 skipped"
