#!/usr/bin/env python3
"""What each feed does to a report: a fix that only Alpine's secdb knows, exploited flaws and their odds, own
advisories with and without a database; export and import of a bundle from the shell, and what is refused."""
import gzip
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images  # noqa: E402

WORK = pathlib.Path(os.environ["WORK"])
PLIMSOLL = os.environ["PLIMSOLL"]
ALPINE = {"etc/os-release": "ID=alpine\nVERSION_ID=3.19.1\n",
          "lib/apk/db/installed": "P:libssl3\nV:3.1.4-r1\nA:x86_64\no:openssl\n\nP:zlib\nV:1.3-r0\nA:x86_64\no:zlib\n"}


def db(*arguments, status=0):
    done = subprocess.run([PLIMSOLL, "db", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def put(path, text):
    file = WORK / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def npm(name, package, fixed, date="2024-05-06T07:08:09Z", **more):
    return json.dumps({"id": name, "modified": date, **more, "affected": [{"package": {
        "ecosystem": "npm", "name": package}, "ranges": [{"type": "SEMVER", "events": [
            {"introduced": "0"}, {"fixed": fixed}]}]}]})


def secdb():
    put("alpine/alpine/v3.19/main.json", json.dumps({"distroversion": "v3.19", "reponame": "main", "packages": [
        {"pkg": {"name": "openssl", "secfixes": {"3.1.4-r2": ["CVE-2023-5678"], "3.1.4-r1": ["CVE-2023-5363"],
                                                 "0": ["CVE-2022-3996"]}}}]}))
    db("update", "-q", "--from", WORK / "alpine", "--db", WORK / "alpine.db")
    report = images.report(images.save(WORK / "apk", [ALPINE]), database=str(WORK / "alpine.db"))
    found = [(f["id"], f["package"]["name"], f["fixed_version"], f["match"]["feed"]) for f in report["findings"]]
    assert found == [("CVE-2023-5678", "libssl3", "3.1.4-r2", "alpine-secdb")], found


def facts():
    put("facts/osv/npm/GHSA-1.json", npm("GHSA-1", "a", "2.0.0", aliases=["CVE-2021-44228"]))
    put("facts/osv/npm/GHSA-2.json", npm("GHSA-2", "b", "2.0.0", aliases=["CVE-2021-1111"]))
    put("facts/kev.json", json.dumps({"catalogVersion": "1", "dateReleased": "2024-05-06T00:00:00Z", "vulnerabilities": [
        {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "dueDate": "2021-12-24",
         "knownRansomwareCampaignUse": "Known"}]}))
    put("facts/epss.csv.gz", gzip.compress(b"#model_version:v1,score_date:2024-05-06T00:00:00+0000\ncve,epss,percentile\n"
                                           b"CVE-2021-44228,0.97547,0.99996\nCVE-2021-1111,0.00042,0.05\n"))
    db("update", "-q", "--from", WORK / "facts", "--db", WORK / "facts.db")
    target = images.save(WORK / "npm", [{**images.npm("app", "a", "1.0.0"), **images.npm("app", "b", "1.0.0")}])
    one, other = images.report(target, database=str(WORK / "facts.db"))["findings"]
    assert one["id"] == "CVE-2021-44228" and other["id"] == "CVE-2021-1111", "what is exploited comes first"
    told = one["exploited"]
    assert told["known"] and told["ransomware"] and told["added"] == "2021-12-10" and told["due"] == "2021-12-24", told
    assert abs(told["epss"] - 0.97547) < 1e-6 and abs(told["percentile"] - 0.99996) < 1e-6, told
    assert abs(other["exploited"]["epss"] - 0.00042) < 1e-6 and not other["exploited"]["known"], other
    info = json.loads(db("info", "-f", "json", "--db", WORK / "facts.db").stdout)
    assert [s["name"] for s in info["sources"]] == ["epss", "kev", "osv/npm"], info
    assert info["generation"] == 1 and info["packages"] == 2 and info["date"][:10] == "2024-05-06", info


def bundles():
    mirror, there, here = WORK / "line", WORK / "there.db", WORK / "here.db"
    put("line/osv/npm/GHSA-1.json", npm("GHSA-1", "a", "2.0.0"))
    put("line/osv/npm/GHSA-2.json", npm("GHSA-2", "b", "2.0.0"))
    for name in ("ours", "theirs"):
        db("keygen", WORK / name)
    assert (WORK / "ours.key").stat().st_mode & 0o077 == 0
    db("update", "-q", "--from", mirror, "--db", there)
    db("export", WORK / "one", "--key", WORK / "ours.key", "--db", there)
    put("line/osv/npm/GHSA-1.json", npm("GHSA-1", "a", "3.0.0", "2024-06-06T07:08:09Z"))
    db("update", "-q", "--from", mirror, "--db", there)
    db("export", WORK / "two", "--key", WORK / "ours.key", "--db", there)
    db("export", WORK / "delta", "--since", 1, "--key", WORK / "ours.key", "--db", there)
    db("export", WORK / "plain", "--db", there)
    ours = ("--trust", WORK / "ours.pub", "--db", here)

    db("import", WORK / "one", "--db", here, status=2)  # whose bundles are trusted?
    refused(db("import", WORK / "one", "--trust", WORK / "theirs.pub", "--db", here, status=DENIED), "another key")
    refused(db("import", WORK / "plain", *ours, status=DENIED), "not signed")
    assert not here.exists()
    db("import", WORK / "one", *ours)
    assert "fixed 2.0.0" in db("lookup", "GHSA-1", "--db", here).stdout
    assert "Nothing new" in db("import", WORK / "one", *ours).stdout
    db("import", WORK / "delta", *ours)
    assert "fixed 3.0.0" in db("lookup", "GHSA-1", "--db", here).stdout
    refused(db("import", WORK / "one", *ours, status=DENIED), "roll-back")
    before = db("info", "-f", "json", "--db", here).stdout
    damaged = bytearray((WORK / "two").read_bytes())
    damaged[-9] ^= 1
    put("damaged", bytes(damaged))
    other = ("--trust", WORK / "ours.pub", "--db", WORK / "other.db")
    refused(db("import", WORK / "damaged", *other, status=FORMAT), "not what was signed")
    done = db("import", WORK / "plain", "--insecure-unsigned", "--db", WORK / "other.db")
    assert "signature" in done.stderr, done
    assert before == db("info", "-f", "json", "--db", here).stdout
    target = images.save(WORK / "bundled", [images.npm("app", "a", "2.5.0")])
    for database in (there, here, WORK / "other.db"):
        assert [f["fixed_version"] for f in images.report(target, database=str(database))["findings"]] == ["3.0.0"]


DENIED, FORMAT = 4, 4


def refused(done, why):
    assert why in done.stderr, done


def own():
    put("mine/first.json", npm("OWN-1", "a", "2.0.0", aliases=["CVE-2021-44228"]))
    put("mine/second.json", npm("OWN-2", "c", "2.0.0", aliases=["CVE-2021-44228"]))
    target = images.save(WORK / "mine-image", [{**images.npm("app", "a", "1.0.0"), **images.npm("app", "c", "1.0.0")}])
    alone = images.report(target, "--advisories", str(WORK / "mine"), database=str(WORK / "none.db"), status=(0, 3, 5))
    feeds = {f["package"]["name"]: f["match"]["feed"] for f in alone["findings"]}
    assert feeds == {"a": "own/first.json", "c": "own/second.json"}, feeds
    assert not alone["assessed"], "no database: nothing else was looked for"
    beside = images.report(target, "--advisories", str(WORK / "mine"), database=str(WORK / "facts.db"))
    found = {f["package"]["name"]: f for f in beside["findings"]}
    assert found["a"]["match"]["feed"] == "osv" and "OWN-1" in found["a"]["match"]["advisories"], found["a"]
    assert found["c"]["match"]["feed"] == "own/second.json", found["c"]
    assert found["c"]["exploited"]["known"], "the catalogue of the database speaks of own advisories too"
    put("mine/third.json", "{ broken")
    r = images.report(target, "--advisories", str(WORK / "mine"), database=str(WORK / "facts.db"), status=(0, 3, 5))
    assert len(r["findings"]) == len(beside["findings"])
    assert any("third.json" in g["why"] for g in r["gaps"]), r["gaps"]


images.run([("a fix that stands only in secdb", secdb), ("exploited flaws and their odds", facts),
            ("bundles from the shell", bundles), ("own advisories", own)])
