#!/usr/bin/env python3
"""Who owns a file: what apt brought is matched once, as the distribution's package; what pip put elsewhere, or over it in a later
layer, and what an owner brings that nobody has advisories for, keeps its findings."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402

PROGRAM, WORK = os.environ["PLIMSOLL"], pathlib.Path(os.environ["WORK"])
os.environ["PLIMSOLL_NO_CACHE"] = "1"
CVE = "CVE-2023-31047"
EGG = "usr/lib/python3/dist-packages/Django-3.2.19.egg-info/PKG-INFO"
PIP = "usr/local/lib/python3.11/dist-packages/Django-3.2.18.dist-info/METADATA"
passed = failed = 0


def expect(name, fine, detail=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    if not fine:
        print(f"FAIL {name}: {detail}")


def metadata(name, version):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


def feed(folder, tracker, ident="GHSA-r3xc-prgr-mg9p", aliases=(CVE,)):
    record = {"schema_version": "1.6.0", "id": ident, "modified": "2023-06-01T00:00:00Z", "published": "2023-06-01T00:00:00Z",
              "aliases": list(aliases), "summary": "x", "affected": [{"package": {"ecosystem": "PyPI", "name": "django"},
              "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.2.1"}]}]}]}
    (folder / "osv/PyPI").mkdir(parents=True)
    (folder / f"osv/PyPI/{ident}.json").write_text(json.dumps(record))
    if tracker:
        (folder / "debian").mkdir()
        (folder / "debian/tracker.json").write_text(json.dumps(tracker))
    done = subprocess.run([PROGRAM, "db", "update", "-q", "--from", folder, "--db", f"{folder}.db"], capture_output=True)
    if done.returncode:
        sys.exit(f"db update: {done.stderr.decode()}")
    return f"{folder}.db"


def tracker(source, cve):
    return {source: {cve: {"description": "x", "releases": {"bookworm": {
        "status": "open", "urgency": "not yet assigned", "repositories": {"bookworm": "3:3.2.19-1+deb12u1"}}}}}}


DEBIAN = {
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
    "var/lib/dpkg/status": "Package: python3-django\nStatus: install ok installed\nArchitecture: all\nSource: python-django\n"
                           "Version: 3:3.2.19-1+deb12u1\n\n",
    "var/lib/dpkg/info/python3-django.list": f"/.\n/usr\n/{EGG}\n",
    EGG: metadata("Django", "3.2.19"),
}


def judged(name, layers, database, flaw=CVE):
    """Of each package with the flaw: type, version -> (shown, owner, what hid it)."""
    images.save(WORK / name, layers)
    r = images.report(f"oci:{WORK}/{name}:1", database=database)
    owners = {(p["type"], p["version"]): p.get("owner", "") for p in r["packages"]}
    out = {}
    for shown in ("findings", "suppressed"):
        for f in r[shown]:
            if f["id"] == flaw:
                key = f["package"]["type"], f["package"]["version"]
                out[key] = (shown == "findings", owners[key], f.get("hidden", {}))
    return out


both = feed(WORK / "both", tracker("python-django", CVE))
elsewhere = feed(WORK / "elsewhere", tracker("python-django", "CVE-2019-0001"))
bare = feed(WORK / "bare", None)

got = judged("apt", [DEBIAN], both)
expect("apt's package has the finding", got.get(("deb", "3:3.2.19-1+deb12u1"), (False,))[0], got)
egg = got.get(("pypi", "3.2.19"), (True, "", {}))
expect("its egg-info is owned, and the finding suppressed", egg[:2] == (False, "python3-django") and egg[2].get("kind") == "owned", got)
expect("and it says by whom", "python3-django" in egg[2].get("by", ""), egg)

got = judged("pip", [DEBIAN, {PIP: metadata("Django", "3.2.18")}], both)
expect("pip's in another place is nobody's", got.get(("pypi", "3.2.18"), ())[:2] == (True, ""), got)
expect("apt's beside it stays owned", got.get(("pypi", "3.2.19"), ())[:2] == (False, "python3-django"), got)

got = judged("same-layer", [{**DEBIAN, PIP: metadata("Django", "3.2.18")}], both)
expect("pip's in the same layer is nobody's", got.get(("pypi", "3.2.18"), ())[:2] == (True, ""), got)

got = judged("over", [DEBIAN, {EGG: metadata("Django", "3.2.18")}], both)
expect("pip's over apt's in a later layer is nobody's", got.get(("pypi", "3.2.18"), ())[:2] == (True, ""), got)
expect("and apt's is gone", ("pypi", "3.2.19") not in got, got)

upgraded = {**DEBIAN, EGG: metadata("Django", "3.2.18")}
got = judged("later-record", [{EGG: metadata("Django", "3.2.18")}, {k: v for k, v in DEBIAN.items() if k != EGG}], both)
expect("a record of a later layer owns what was there before", got.get(("pypi", "3.2.18"), ())[:2] == (False, "python3-django"), got)

got = judged("silent", [DEBIAN], elsewhere)
expect("Debian, which names open flaws too, is believed of the same version", got.get(("pypi", "3.2.19"), ())[:2] == (False, "python3-django"), got)
got = judged("copy", [upgraded], elsewhere)
expect("of a copy with another version it is not", got.get(("pypi", "3.2.18"), ())[:2] == (True, "python3-django"), got)

malware = feed(WORK / "malware", tracker("python-django", "CVE-2019-0001"), "MAL-2023-1", ())
got = judged("no-cve", [DEBIAN], malware, "MAL-2023-1")
expect("a tracker of CVEs is not believed of what has none", got.get(("pypi", "3.2.19"), ())[:2] == (True, "python3-django"), got)

LOCK = '[[package]]\nname = "django"\nversion = "3.2.19"\noptional = false\npython-versions = "*"\n\n[metadata]\nlock-version = "2.0"\n'
images.save(WORK / "lock", [DEBIAN, {"srv/app/poetry.lock": LOCK}])
r = images.report(f"oci:{WORK}/lock:1", database=both)
shown = [f["package"]["path"] for f in r["findings"] if f["package"]["type"] == "pypi"]
expect("what a lock file wants is not apt's copy", shown == ["srv/app/poetry.lock"], shown)

got = judged("no-data", [DEBIAN], bare)
expect("an owner without data keeps the finding", got.get(("pypi", "3.2.19"), ())[:2] == (True, "python3-django"), got)

print(f"{passed} passed, {failed} failed, 0 skipped")
sys.exit(failed > 0)
