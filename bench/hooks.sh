#!/bin/bash
# Claim: an event is in the store, on the disk, before it is answered, and still some hundred pushes a second are taken by one
# process: hooks of one event and of ten each, over TLS with 32 connections kept, on SQLite and on a PostgreSQL of its own with fsync on.
# wrk asks for SECONDS_EACH=5. Debian: wrk.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo "wrk is not here" >&2; exit 0; }
export ROOT=$PWD PLIMSOLL=${PROGRAM:-$PWD/build/src/cli/plimsoll} SECONDS_EACH=${SECONDS_EACH:-5}
exec python3 - <<'END'
import os, pathlib, re, subprocess, sys, tempfile
sys.path.insert(0, "tests/e2e")
import fleet

LUA = """
local number, many = 0, tonumber(os.getenv("EVENTS"))
local mine = tostring({}):match("0x(%x+)")
local one = '{"id":"%s-%d","timestamp":"2026-01-01T00:00:00Z","action":"push","target":{"mediaType":"application/vnd.oci.image.manifest.v1+json",' ..
	'"digest":"sha256:%064x","repository":"team/app","tag":"t%d"},"request":{"useragent":"bench"}}'
function request()
	local events = {}
	for i = 1, many do
		number = number + 1
		events[i] = one:format(mine, number, number % 1000, number % 1000)
	end
	return wrk.format("POST", os.getenv("HOOK"), {["Authorization"] = "Bearer " .. os.getenv("SECRET"), ["Content-Type"] = "application/json"},
		'{"events":[' .. table.concat(events, ",") .. "]}")
end
"""


def measure(kind, folder):
    with fleet.store_of(kind, folder, fsync=True) as (store, _), fleet.Center(folder, store=store, roles=["api", "worker"]) as c:
        c.working[0].stop()  # what is taken is measured, not what comes of it
        status, r, _ = c.call("POST", "/api/v1/registries", {"name": "bench", "url": "http://127.0.0.1:1", "pollSeconds": 2592000})
        assert status == 201, r
        script = folder / "hooks.lua"
        script.write_text(LUA)
        for many in 1, 10:
            before = c.count("event")
            said = subprocess.run(["wrk", "-t2", "-c32", "-d" + os.environ["SECONDS_EACH"], "--latency", "-s", script, c.apis[0].url],
                                  env={**os.environ, "EVENTS": str(many), "HOOK": f"/hooks/{r['id']}", "SECRET": r["hook"]["secret"]},
                                  check=True, capture_output=True, text=True).stdout
            rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
            late = re.search(r"99%\s+(\S+)", said)[1]
            wrong = re.search(r"Non-2xx.*|Socket errors.*", said)
            kept = c.count("event") - before
            print(f"  {many:2} an envelope: {rate:6.0f} hooks/s, {rate * many:6.0f} events/s, 99 % within {late}; {kept} in the store"
                  + (f"; {wrong[0]}" if wrong else ""), flush=True)


disk = pathlib.Path(".cache/bench")
disk.mkdir(parents=True, exist_ok=True)
with tempfile.TemporaryDirectory(dir=disk) as folder:
    for kind in fleet.stores():
        print("SQLite" if kind == "sqlite" else "PostgreSQL over loopback, fsync on", flush=True)
        measure(kind, (pathlib.Path(folder) / kind).resolve())
END
