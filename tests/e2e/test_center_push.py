#!/usr/bin/env python3
"""A push into a real registry is findings at the API within seconds, on both stores, and the log shows each stage's time."""
import json
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import fleet  # noqa: E402

WORK = pathlib.Path(os.environ["WORK"])
SECONDS = 20  # a sanitized program on a busy machine; a free one takes less than two
STAGES = ["accepted", "queued", "resolved", "read", "stored", "matched", "total"]
BAD, GOOD = fleet.npm_layer("lodash", "4.17.15"), fleet.npm_layer("harmless-package-of-a-test", "1.0.0")


def pushed(kind):
    folder = WORK / kind
    with fleet.store_of(kind, folder) as (store, _), fleet.Center(folder, store=store) as c, fleet.Registry(folder) as r:
        c.watch(r)
        began = time.monotonic()
        bad = r.push("team/app", "1", BAD)
        found = fleet.wait_for(lambda: c.findings(bad), SECONDS, why="findings of a push")
        took = time.monotonic() - began
        assert any("CVE-" in json.dumps(f["properties"]) for f in found), found[:1]
        log = c.processes[0].text()
        for stage in STAGES:
            assert re.search(rf"scan\.stage image={bad} stage={stage} ms=\d+", log), f"no stage {stage}"
        good = r.push("team/clean", "1", GOOD)
        fleet.wait_for(lambda: c.count("scan", "state = 'done'") == 2, SECONDS, why="the second scan")
        assert c.state(good) == "healthy" and not c.rows(good)
        clean = c.rows(good, fleet.FORMER_ASSESSMENT)
        assert [f["properties"]["status"]["code"] for f in clean] == ["Healthy"], clean
        r.put("team/app", "2", r.manifest("team/app", BAD))  # the same digest under another tag
        fleet.wait_for(lambda: c.count("event", "done_at IS NULL") == 0 and c.count("event") >= 3, SECONDS)
        fleet.wait_for(lambda: c.count("job") == 0, SECONDS)
        assert c.count("ledger") == 2, "a digest is billed once, whatever its tags"
        assert c.processes[0].stop() == 0
        print(f"{kind}: {took:.1f} s from push to findings")


fleet.run([(f"a push is findings within seconds, {k}", lambda k=k: pushed(k)) for k in fleet.stores()])
