#!/bin/bash
# Claim: an event is in the store before it is answered, and still a hook takes many a second: one event a request, as
# Docker distribution sends them, each with an id of its own, keep-alive over TLS. wrk asks with CONNECTIONS=16 for
# SECONDS_EACH=10; on SQLite, or on --store URL where STORE names one. Afterwards as many are in the store as were
# answered as new. Debian: wrk, sqlite3.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo "wrk is not here" >&2; exit 0; }
plimsoll=${PROGRAM:-$PWD/build/src/cli/plimsoll}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT
"$plimsoll" serve --role api --listen 127.0.0.1:0 --data-dir "$work/data" --from none -q ${STORE:+--store "$STORE"} 2>"$work/log" &
port() { ss -tlnpH 2>/dev/null | awk -v pid="pid=$!," 'index($0, pid) { sub(/.*:/, "", $4); print $4; exit }'; }
until [ -s "$work/data/admin-token" ] && [ -n "$(port)" ]; do sleep 0.1; done
base=https://127.0.0.1:$(port)
secret=$(curl -sS --cacert "$work/data/tls/cert.pem" -H "Authorization: Bearer $(cat "$work/data/admin-token")" -H 'Content-Type: application/json' \
	-d '{"name":"bench","url":"http://127.0.0.1:1","triggers":["push"]}' "$base/api/v1/registries" | sed 's/.*"secret":"\([^"]*\)".*/\1/')
cat >"$work/hook.lua" <<END
local n, id = 0, 0
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
function request()
	n = n + 1
	return wrk.format("POST", "/hooks/bench", { ["Authorization"] = "Bearer $secret", ["Content-Type"] = "application/vnd.docker.distribution.events.v2+json" },
		string.format('{"events":[{"id":"%d-%d","timestamp":"2026-11-20T10:00:00Z","action":"push","target":{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":708,"digest":"sha256:%064x","repository":"team/app","tag":"v%d"},"request":{"useragent":"docker/27"}}]}', id, n, n, n))
end
END
wrk -t1 -c"${CONNECTIONS:-16}" -d"${SECONDS_EACH:-10}" --latency -s "$work/hook.lua" "$base" | grep -E 'Requests/sec|50%|99%|Non-2xx|requests in'
[ -n "${STORE:-}" ] || echo "in the store: $(sqlite3 "$work/data/center.db" 'SELECT count(*) FROM event')"
