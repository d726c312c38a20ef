#!/usr/bin/env python3
"""--leave-out, --severity-source and --exit-on-eol: what they do to the report and to the exit status."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402

PROGRAM, WORK = os.environ["PLIMSOLL"], pathlib.Path(os.environ["WORK"])
os.environ["PLIMSOLL_NO_CACHE"] = "1"
passed = failed = 0
LOW, HIGH = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"  # 1.8 and 9.8


def expect(name, fine, detail=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    if not fine:
        print(f"FAIL {name}: {detail}")


def record(id, alias, package, severity, date="2024-09-01T00:00:00Z"):
    return {"schema_version": "1.6.0", "id": id, "modified": date, "published": date, "aliases": [alias],
            "summary": "x", "severity": [{"type": "CVSS_V3", "score": severity}],
            "affected": [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}]}


def open_flaw(urgency="not yet assigned"):
    return {"description": "x", "releases": {r: {"status": "open", "urgency": urgency, "repositories": {r: "1"}} for r in ("bookworm", "stretch")}}


def feed(folder):
    records = [record("GHSA-2222-3333-4444", "CVE-2024-0001", "shop", LOW), record("PYSEC-2024-1", "CVE-2024-0001", "shop", HIGH)]
    (folder / "osv/PyPI").mkdir(parents=True)
    (folder / "debian").mkdir()
    for r in records:
        (folder / f"osv/PyPI/{r['id']}.json").write_text(json.dumps(r))
    (folder / "debian/tracker.json").write_text(json.dumps({
        "linux": {"CVE-2024-0002": open_flaw("high")}, "zlib": {"CVE-2024-0003": open_flaw("low")},
        "openssl": {"CVE-2024-0004": open_flaw("medium")}}))
    done = subprocess.run([PROGRAM, "db", "update", "-q", "--from", folder, "--db", f"{folder}.db"], capture_output=True)
    if done.returncode:
        sys.exit(f"db update: {done.stderr.decode()}")
    return f"{folder}.db"


def stanza(name, version, source=""):
    return f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n{source and f'Source: {source}'}".rstrip() + f"\nVersion: {version}\n\n"


def release(id, version, name):
    return {"etc/os-release": f'ID={id}\nVERSION_ID="{version}"\nVERSION_CODENAME={name}\nPRETTY_NAME="{id} {version}"\n'}


def scan(target, *options):
    done = subprocess.run([PROGRAM, "scan", target, "-q", "--db", db, "-f", "json", "--max-data-age", "0", *options], capture_output=True)
    try:
        return done.returncode, json.loads(done.stdout or b"{}"), done.stderr.decode()
    except ValueError:
        return done.returncode, {}, done.stderr.decode() + done.stdout.decode()[:200]


def ids(findings):
    return sorted(f["package"]["name"] + " " + f["id"] for f in findings)


db = feed(WORK / "feed")
target = images.save(WORK / "image", [{
    **release("debian", "12", "bookworm"),
    "var/lib/dpkg/status": stanza("linux-libc-dev", "6.1.90-1", "linux") + stanza("zlib1g", "1:1.2.13-1", "zlib")
    + stanza("zlib1g-dev", "1:1.2.13-1", "zlib") + stanza("libssl-doc", "3.0.9-1", "openssl") + stanza("libssl3", "3.0.9-1", "openssl"),
    "usr/local/lib/python3.11/dist-packages/shop-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n"}])

# --leave-out
everything = ["libssl-doc CVE-2024-0004", "libssl3 CVE-2024-0004", "linux-libc-dev CVE-2024-0002", "shop CVE-2024-0001",
              "zlib1g CVE-2024-0003", "zlib1g-dev CVE-2024-0003"]
status, r, said = scan(target)
expect("nothing is left out unasked", status == 0 and ids(r.get("findings", [])) == everything and not r["suppressed"], said or ids(r["findings"]))
for word, gone in (("kernel-headers", ["linux-libc-dev CVE-2024-0002"]), ("development", ["zlib1g-dev CVE-2024-0003"]),
                   ("documentation", ["libssl-doc CVE-2024-0004"]),
                   ("kernel-headers,development", ["linux-libc-dev CVE-2024-0002", "zlib1g-dev CVE-2024-0003"]),
                   ("debug-symbols,firmware", [])):
    status, r, said = scan(target, "--leave-out", word)
    expect(f"--leave-out {word} suppresses its own", status == 0 and ids(r.get("suppressed", [])) == gone, said or ids(r.get("suppressed", [])))
    expect(f"--leave-out {word} keeps the rest", ids(r.get("findings", [])) == [e for e in everything if e not in gone], ids(r.get("findings", [])))
    expect(f"--leave-out {word} is named", all(f["hidden"]["kind"] == "noise" and f["hidden"]["by"].startswith("--leave-out ")
                                              for f in r.get("suppressed", [])), r.get("suppressed"))
expect("what counts fails", scan(target, "--fail-on", "high")[0] == 1)
expect("what is left out does not",
       scan(target, "--fail-on", "high", "--leave-out", "kernel-headers", "--severity-source", "ghsa")[0] == 0)
status, _, said = scan(target, "--leave-out", "games")
expect("an unknown class is wrong use", status == 2 and "games" in said and "kernel-headers" in said, said)


# --severity-source
def severity(*options):
    status, r, said = scan(target, *options)
    f = [f for f in r.get("findings", []) if f["id"] == "CVE-2024-0001"]
    chosen = [x["source"] for x in f[0]["ratings"] if x.get("chosen")] if f else said
    return (f[0]["severity"] if f else None), chosen, (f[0].get("severity_reason", "") if f else "")


expect("of two vectors of one version GitHub's is nearest", severity()[0] == "low", severity())
expect("ghsa", severity("--severity-source", "ghsa")[0] == "low", severity("--severity-source", "ghsa"))
expect("highest", severity("--severity-source", "highest")[0] == "critical", severity("--severity-source", "highest"))
expect("a source by its name", severity("--severity-source", "pypa")[0] == "critical", severity("--severity-source", "pypa"))
expect("in any case", severity("--severity-source", "PyPA") == severity("--severity-source", "pypa"))
expect("one without an opinion leaves it to the next", severity("--severity-source", "nvd,highest")[0] == "critical", severity("--severity-source", "nvd,highest"))
expect("nobody has one: the usual rules", severity("--severity-source", "nvd")[0] == "low", severity("--severity-source", "nvd"))
expect("exactly one is chosen", all(len(severity("--severity-source", w)[1]) == 1 for w in ("ghsa", "highest", "nvd")))
expect("the bar follows", (scan(target, "--fail-on", "critical")[0], scan(target, "--fail-on", "critical", "--severity-source", "highest")[0]) == (0, 1))

# --exit-on-eol: bookworm is kept until 2028-06-30, stretch was until 2022-06-30 (LTS); the day of the scan counts, not that of the data
os.environ["SOURCE_DATE_EPOCH"] = "1846022400"  # 2028-07-01
status, r, said = scan(target, "--exit-on-eol", "--max-data-age", "0")
expect("a release that ended since the data were made", status == 1 and r["end_of_life"]["ended"] is True, (status, said, r.get("end_of_life")))
os.environ["SOURCE_DATE_EPOCH"] = "1846022399"
status, r, said = scan(target, "--exit-on-eol", "--max-data-age", "0")
expect("its last day", status == 0 and r["end_of_life"]["ended"] is False, (status, said, r.get("end_of_life")))
del os.environ["SOURCE_DATE_EPOCH"]
status, r, said = scan(target, "--exit-on-eol")
expect("a release that lives", status == 0 and r.get("end_of_life", {}).get("ended") is False, (status, said, r.get("end_of_life")))
old = images.save(WORK / "old", [{**release("debian", "9", "stretch"), "var/lib/dpkg/status": stanza("zlib1g", "1:1.2.8-1", "zlib")}])
status, r, said = scan(old)
expect("the end is said", (r.get("end_of_life") or {}).get("ended") is True and r["end_of_life"]["date"] == "2022-06-30", (status, r.get("end_of_life"), said))
expect("and is no failure unasked", status != 1, status)
ended = images.save(WORK / "ended", [{"etc/os-release": "ID=alpine\nVERSION_ID=3.14.2\n", "lib/apk/db/installed": "P:nothing\nV:1-r0\nA:x86_64\n\n"}])
status, r, said = scan(ended)
expect("an ended release is not called clean", status == 3 and r["assessed"] is False and any(
    g["kind"] == "no-advisory-data" and "ended on 2023-05-01" in g["why"] for g in r["gaps"]), (status, r.get("gaps")))
status, r, said = scan(old, "--exit-on-eol")
expect("--exit-on-eol fails", status == 1, (status, said))
rolling = images.save(WORK / "rolling", [{"etc/os-release": "ID=wolfi\nVERSION_ID=20230201\nPRETTY_NAME=Wolfi\n", "lib/apk/db/installed": "P:a\nV:1-r0\nA:x86_64\n\n"}])
status, r, said = scan(rolling, "--exit-on-eol")
expect("a rolling release has no end", status != 1 and r.get("end_of_life") == {"ended": False}, (status, r.get("end_of_life"), said))
unknown = images.save(WORK / "unknown", [{**release("debian", "99", "nobody"), "var/lib/dpkg/status": stanza("zlib1g", "1:1.2.8-1", "zlib")}])
status, r, said = scan(unknown, "--exit-on-eol")
expect("a release that nobody knows does not fail", status != 1 and r.get("end_of_life", 0) is None, (status, r.get("end_of_life"), said))
none = images.save(WORK / "none", [images.npm("app", "a", "1.0.0")])
status, r, said = scan(none, "--exit-on-eol")
expect("an image without a release does not fail", status != 1, (status, said))

print(f"{passed} passed, {failed} failed, 0 skipped")
sys.exit(failed > 0)
