#!/bin/bash
# Layers are read once, and what is kept is never believed without a check: damage, strangers, other
# processes and a folder that cannot be written change the time a scan takes, and not one byte of a report.
. "$ROOT/tests/e2e/lib.sh"
unset PLIMSOLL_NO_CACHE
export PLIMSOLL_CACHE_DIR=$PWD/kept
image=$(demo_image)
db=$(any_database)
registry_start "$PWD/registry"
registry_push "$image:1" demo:1
passed=0
ok() { passed=$((passed + 1)); }
again() { scan 0 "$REGISTRY/demo:1" --db "$db" --max-data-age 0 -q -f json "$@"; }
entries() { find "$PLIMSOLL_CACHE_DIR/$1" -type f ! -name '.*' | wc -l; }

again --no-cache >cold.json
[ ! -e kept ] || fail "--no-cache wrote a folder"
again >first.json
layers=$(jq '.layers | length' cold.json)
[ "$(entries layers)" = "$layers" ] || fail "$(entries layers) layers kept of $layers"
[ "$(entries documents)" -ge 2 ] || fail "manifest and configuration are not kept"
cmp cold.json first.json || fail "keeping changed the report"
ok

# the blobs of the layers are not asked for again: the registry has lost them
mkdir away
for digest in $(jq -r '.layers[].digest' cold.json | cut -d: -f2); do
	mv "registry/blobs/docker/registry/v2/blobs/sha256/${digest:0:2}/$digest" away/
done
scan 4 "$REGISTRY/demo:1" --db "$db" -q --no-cache
again >second.json && cmp cold.json second.json || fail "the second scan is another"
for digest in $(jq -r '.layers[].digest' cold.json | cut -d: -f2); do
	mv "away/$digest" "registry/blobs/docker/registry/v2/blobs/sha256/${digest:0:2}/$digest"
done
ok

# damage: every byte of the head, the end, an empty file, a shorter one, another's entry under this name
one=$(find kept/layers -type f | sort | head -n 1)
other=$(find kept/layers -type f | sort | tail -n 1)
cp "$one" sound
for damage in 0 5 40 44 60 76 80 120 end empty short other; do
	case $damage in
	end) printf '\001' | dd of="$one" bs=1 seek=$(($(stat -c %s sound) - 1)) conv=notrunc status=none ;;
	empty) : >"$one" ;;
	short) head -c 100 sound >"$one" ;;
	other) cp "$other" "$one" ;;
	*) printf 'x' | dd of="$one" bs=1 seek="$damage" conv=notrunc status=none ;;
	esac
	again >damaged.json
	cmp cold.json damaged.json || fail "damage at $damage changed the report"
	cmp sound "$one" || fail "damage at $damage was not mended"
done
ok
printf 'x' | dd of="$one" bs=1 seek=90 conv=notrunc status=none
status=0
"$PLIMSOLL" cache verify >out || status=$?
[ "$status" = 1 ] && grep -q ' 1 damaged' out && [ ! -e "$one" ] || fail "verify: $status, $(cat out)"
"$PLIMSOLL" cache verify | grep -q ' 0 damaged' || fail "verify is not content"
ok

# a symbolic link, a folder of somebody else's, one that cannot be written
again >/dev/null
rm "$one" && ln -s /etc/passwd "$one"
again >linked.json
cmp cold.json linked.json && [ ! -L "$one" ] || fail "a link is believed or kept"
chmod o+w kept/layers
again -v >open.json
grep -q 'somebody else' err || true
cmp cold.json open.json || fail "a folder that anybody may write"
chmod o-w kept/layers
again --cache-dir /proc/nowhere >nowhere.json
cmp cold.json nowhere.json || fail "a folder that cannot be made"
ok

# many processes at once
rm -rf kept
pids=()
for i in 1 2 3 4 5 6; do
	again >"many$i.json" &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "one of many failed"; done
for i in 1 2 3 4 5 6; do cmp cold.json "many$i.json" || fail "one of many differs"; done
"$PLIMSOLL" cache verify | grep -q ' 0 damaged' || fail "many processes left damage"
[ -z "$(find kept -name '.*' -type f)" ] || fail "temporary files stayed"
ok

# the limit: the one that was used last stays
rm -rf kept
again >/dev/null
[ "$("$PLIMSOLL" cache info -f json | jq .entries)" -ge 3 ] || fail "info counts nothing"
find kept -type f -exec touch -d '2 days ago' {} +
rm -f "$one"
again --cache-max 1K >/dev/null
[ "$("$PLIMSOLL" cache info -f json | jq .bytes)" -le 1024 ] || fail "the limit is not kept: $("$PLIMSOLL" cache info)"
scan 2 "$REGISTRY/demo:1" --cache-max 1Q
"$PLIMSOLL" cache clean >/dev/null
[ "$("$PLIMSOLL" cache info -f json | jq .entries)" = 0 ] || fail "clean left something"
ok

# an archive's own digests are the jail's word: nothing is kept of it
skopeo --insecure-policy copy -q "oci:$image:1" "oci-archive:saved.tar:app:1"
scan 0 oci-archive:saved.tar --db "$db" --max-data-age 0 -q -f json >archive.json
[ "$("$PLIMSOLL" cache info -f json | jq .layers.entries)" = 0 ] || fail "layers of an archive were kept"
ok
echo "$passed passed, 0 failed, 0 skipped"
