#!/bin/bash
# Claim: what the center's memory takes, on SQLite and on a PostgreSQL of its own, with every commit on the disk: rows inserted
# and read a second by 1 and by 4 threads.
set -euo pipefail
cd "$(dirname "$0")/.."
ninja -C build tests/unit/store/store_load >/dev/null
exec python3 - <<'END'
import pathlib, subprocess, sys, tempfile
sys.path.insert(0, "tests/e2e")
import postgres
load = "build/tests/unit/store/store_load"
disk = pathlib.Path(".cache/bench")
disk.mkdir(parents=True, exist_ok=True)


def rates(name, url_of):
    print(name)
    for threads in "1", "4":
        print("  " + subprocess.run([load, url_of(threads), "bench", threads, "3"], check=True, capture_output=True,
                                    text=True).stdout.strip().replace("\n", "\n  "), flush=True)


with tempfile.TemporaryDirectory(dir=disk) as folder:
    rates("SQLite, synchronous=FULL", lambda n: f"{folder}/{n}.db")
if postgres.programs():
    with postgres.Server(fsync=True) as server:
        rates("PostgreSQL over loopback, fsync on", lambda n: server.database("bench" + n))
END
