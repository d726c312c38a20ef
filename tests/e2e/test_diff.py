#!/usr/bin/env python3
"""diff between a rebuilt image and the one before, each as an image and as a saved report: the expected lists are written
by hand from what the two images hold and what data/sample-feed says of it."""
import json
import os
import pathlib
import subprocess
import sys

import images

ROOT = pathlib.Path(os.environ["ROOT"])
PLIMSOLL = os.environ["PLIMSOLL"]
SAID = []


def osv(id_, name, fixed, cve, score):
    return {"id": id_, "modified": "2024-01-02T03:04:05Z", "aliases": [cve], "severity": [{"type": "CVSS_V3", "score": score}], "affected": [
        {"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N"
RECORDS = [osv("GHSA-aaaa-aaaa-aaaa", "up", "2.0.0", "CVE-2024-1001", CRITICAL), osv("GHSA-bbbb-bbbb-bbbb", "same", "9.0.0", "CVE-2024-1002", LOW),
           osv("GHSA-cccc-cccc-cccc", "fresh", "9.0.0", "CVE-2024-1003", LOW), osv("GHSA-dddd-dddd-dddd", "gone", "9.0.0", "CVE-2024-1004", LOW),
           osv("GHSA-eeee-eeee-eeee", "down", "1.5.0", "CVE-2024-1005", CRITICAL)]


def database(name, records):
    folder = pathlib.Path(name) / "osv/npm"
    folder.mkdir(parents=True)
    for r in records:
        (folder / f"{r['id']}.json").write_text(json.dumps(r))
    subprocess.run([PLIMSOLL, "db", "update", "--from", name, "--db", f"{name}.db"], check=True, capture_output=True)


def diff(*args, status=0, form="json", db="data.db"):
    done = subprocess.run([PLIMSOLL, "diff", "--db", db, "--max-data-age", "0", "-q", "-f", form, *args], text=True, capture_output=True)
    assert done.returncode == status, f"{args}: status {done.returncode}: {done.stderr}"
    if form != "json" or status in (2, 4):
        return done.stdout + done.stderr
    SAID.append(f"diff-{len(SAID)}.json.txt")
    pathlib.Path(SAID[-1]).write_text(done.stdout)
    return json.loads(done.stdout)


def rows(got):
    return ([(p["change"], p["name"], p.get("before"), p.get("after")) for p in got["packages"]],
            [(f["change"], f["id"], f["name"], f["why"]) for f in got["findings"]])


PACKAGES = [("new", "fresh", None, "1.0.0"), ("gone", "gone", "1.0.0", None), ("upgraded", "many", "3.0.0", "3.1.0"), ("upgraded", "up", "1.9.0", "1.10.0"),
            ("downgraded", "down", "1.10.0", "1.9.0")]


def cases():
    database("data", RECORDS)
    old = {**images.npm("app", "up", "1.9.0"), **images.npm("app", "same", "1.0.0"), **images.npm("app", "gone", "1.0.0"),
           **images.npm("app", "down", "1.10.0"), **images.npm("app", "many", "2.0.0"), **images.npm("app/node_modules/many", "many", "3.0.0")}
    new = {**images.npm("srv/app", "up", "1.10.0"), **images.npm("srv/app", "same", "1.0.0"), **images.npm("srv/app", "fresh", "1.0.0"),
           **images.npm("srv/app", "down", "1.9.0"), **images.npm("srv/app", "many", "2.0.0"), **images.npm("srv/app/node_modules/many", "many", "3.1.0")}
    images.save("old", [{"etc/os-release": "ID=scratchy\n"}, old])
    images.save("new", [{"etc/os-release": "ID=scratchy\n"}, new])
    a, b = "oci:old:1", "oci:new:1"
    for name, target in (("old.json", a), ("new.json", b)):
        pathlib.Path(name).write_text(json.dumps(images.report(target, "--max-data-age", "0", database="data.db")))
    # up: 1.10.0 is above 1.9.0, and CVE-2024-1001 holds both; down is not below 1.5.0 in either
    findings = [("new", "CVE-2024-1003", "fresh", "with the new package"), ("gone", "CVE-2024-1004", "gone", "with the package")]
    for args in ((a, b), ("old.json", b), (a, "new.json"), ("report:old.json", "report:new.json")):
        got = diff(*args, status=3)  # nothing known of "scratchy"
        assert rows(got) == (PACKAGES, findings), f"{args}: {rows(got)}"
        assert got["summary"]["packages"]["same"] == 2 and got["summary"]["findings"]["same"] == 2, got["summary"]
        assert got["summary"]["worst_new"] == "low" and got["summary"]["same_data"]
    assert diff(a, b, status=3) == diff(a, b, status=3)

    same = diff(a, "old.json", status=3)
    assert rows(same) == ([], []) and same["gaps"] == [] and "worst_new" not in same["summary"]

    # the bar: of new findings, or of all that the second has
    for bar, status in (("new:low", 1), ("new:medium", 3), ("critical", 1)):
        diff(a, b, "--fail-on", bar, status=status)
    for bar in ("new:", "new:bad", "bad"):
        diff(a, b, "--fail-on", bar, status=2)
    diff(a, status=2)
    diff("-", "-", status=2)
    diff(a, "report:missing.json", status=4)
    pathlib.Path("broken.json").write_text('{"schema_version":1}')
    assert "no report" in diff(a, "broken.json", status=4)

    # an advisory that changed, and one that somebody accepted
    database("later", [osv("GHSA-bbbb-bbbb-bbbb", "same", "9.1.0", "CVE-2024-1002", CRITICAL), *[r for r in RECORDS if r["id"] != "GHSA-bbbb-bbbb-bbbb"],
                       osv("GHSA-ffff-ffff-ffff", "same", "9.0.0", "CVE-2024-1006", LOW)])
    pathlib.Path("accepted").write_text("CVE-2024-1001\n")
    got = diff("old.json", a, "--ignorefile", "accepted", status=3, db="later.db")
    assert rows(got) == ([], [("new", "CVE-2024-1006", "same", "newly known"), ("gone", "CVE-2024-1001", "up", "hidden (ignored) by accepted:1"),
                              ("changed", "CVE-2024-1002", "same", "severity low -> critical, fix 9.0.0 -> 9.1.0")]), rows(got)

    text = diff(a, b, form="table", status=3)
    assert "1 new, 1 gone, 2 upgraded, 1 downgraded, 2 the same" in text and "with the new package" in text, text
    marked = diff(a, b, form="markdown", status=3)
    assert "**1 new findings**, 1 gone, 0 changed, 2 the same" in marked and "| upgraded | npm | `up` | `1.9.0` | `1.10.0` |" in marked, marked
    checked = subprocess.run([sys.executable, ROOT / "tests/schemas/validate.py", *SAID], text=True, capture_output=True)
    assert checked.returncode in (0, 77), checked.stdout
    print("2 passed, 0 failed, 0 skipped" if not checked.returncode else
          f"SKIP the schema: {checked.stdout.strip()}\n1 passed, 0 failed, 1 skipped")


cases()
