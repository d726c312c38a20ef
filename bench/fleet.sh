#!/bin/bash
# Claim: a fleet of 100,000 images on SQLite and on a PostgreSQL of its own: one new advisory in 2 s, a whole generation applied in
# 60 s, and pages of lists in 200 ms. Usage: bench/fleet.sh [IMAGES] (100,000 takes many minutes to fill; 3,000 shows the shape)
set -euo pipefail
cd "$(dirname "$0")/.."
export IMAGES=${1:-${IMAGES:-3000}}
ninja -C build bench/fleet >/dev/null
exec python3 - <<'END'
import os, pathlib, subprocess, sys, tempfile
sys.path.insert(0, "tests/e2e")
import postgres
disk = pathlib.Path(".cache/bench")
disk.mkdir(parents=True, exist_ok=True)


def fleet(name, url):
    print(name, flush=True)
    subprocess.run(["build/bench/fleet", url, os.environ["IMAGES"]], check=True)


with tempfile.TemporaryDirectory(dir=disk) as folder:
    fleet("SQLite", f"{folder}/fleet.db")
if postgres.programs():
    with postgres.Server(fsync=True) as server:
        fleet("PostgreSQL over loopback, fsync on", server.database("fleet"))
END
