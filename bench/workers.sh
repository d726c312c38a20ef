#!/bin/bash
# Claim: workers share the queue well: scans a minute with 1, 2 and 4 at a time, and with two processes of 2 on PostgreSQL. Each of
# IMAGES=120 has a layer of its own with 100 npm packages, in Debian's docker-registry on loopback; the advisory database is the sample, or of FEEDS.
set -euo pipefail
cd "$(dirname "$0")/.."
export ROOT=$PWD PLIMSOLL=${PROGRAM:-$PWD/build/src/cli/plimsoll} IMAGES=${IMAGES:-120}
export PLIMSOLL_RELEASE=$PLIMSOLL
exec python3 - <<'END'
import os, pathlib, sys, tempfile, time
sys.path.insert(0, "tests/e2e")
import fleet
import images

count = int(os.environ["IMAGES"])
NAMES = ["lodash", "minimist", "axios", "ws", "qs", "express", "debug", "semver", "tar", "glob"]


def layer(i):
    entries = {}
    for n in range(100):
        name = NAMES[n % 10] if n < 10 else f"package-{(i * 7 + n) % 900}"
        entries.update(images.npm(f"srv/app{n}", name, f"1.{i % 9}.{n % 17}"))
    entries["srv/data"] = os.urandom(1_000_000)
    return images.tar_bytes(entries)


def measure(folder, r, digests, store, roles, workers):
    with fleet.Center(folder, store=store, roles=roles, workers=workers, database=database) as c:
        c.watch(r, pollSeconds=2592000, parallel=64)
        for p in c.working:  # the queue is filled before they begin
            p.stop()
        if len(roles) == 1:
            c.processes[0].start()
        events = [fleet.event(r, "team/app", d, tag=f"t{i}") for i, d in enumerate(digests)]
        r.notify([], None)
        if len(roles) == 1:
            began = time.monotonic()
            assert c.hook(r, events)[0] == 200
        else:
            assert c.hook(r, events)[0] == 200
            began = time.monotonic()
            for p in c.working:
                p.start()
        fleet.wait_for(lambda: c.count("scan", "state = 'done'") >= count, 600, 0.05)
        took = time.monotonic() - began
        processes = len(c.working)
        print(f"  {processes} process{'es' if processes > 1 else ''} of {workers}: {count / took * 60:6.0f} scans a minute", flush=True)


disk = pathlib.Path(".cache/bench")
disk.mkdir(parents=True, exist_ok=True)
with tempfile.TemporaryDirectory(dir=disk) as folder:
    folder = pathlib.Path(folder).resolve()
    database = fleet.advisories(folder, os.environ.get("FEEDS"))
    with fleet.Registry(folder) as r:
        digests = [r.push("team/app", f"t{i}", layer(i)) for i in range(count)]
        print("SQLite", flush=True)
        for workers in 1, 2, 4:
            measure(folder / f"s{workers}", r, digests, None, ["all"], workers)
        if "postgresql" in fleet.stores():
            print("PostgreSQL over loopback, fsync on", flush=True)
            for processes, workers in (1, 1), (1, 2), (1, 4), (2, 2):
                with fleet.store_of("postgresql", folder, fsync=True) as (store, _):
                    measure(folder / f"p{processes}{workers}", r, digests, store, ["api"] + ["worker"] * processes, workers)
END
