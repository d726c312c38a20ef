#!/usr/bin/env python3
"""On a real Debian 12 image the Debian findings are exactly what `dpkg --compare-versions` gives over the tracker's data,
and the dpkg packages are exactly those that dpkg-query lists."""
import json
import os
import pathlib
import subprocess
import sys

ENV = os.environ
FEED = pathlib.Path(ENV.get("FEEDS") or pathlib.Path(ENV["ROOT"]) / "data/sample-feed")


def sh(script):
    done = subprocess.run(["bash", "-c", f'. "$ROOT/tests/e2e/lib.sh"; {script}'], text=True, stdout=subprocess.PIPE)
    if done.returncode:
        print(done.stdout.strip() or script)
        sys.exit(done.returncode)
    return done.stdout.strip()


class Older:
    """dpkg --compare-versions A lt B, each pair asked once."""

    def __init__(self):
        self.known = {}

    def __call__(self, a, b):
        if (a, b) not in self.known:
            self.known[a, b] = subprocess.run(["dpkg", "--compare-versions", a, "lt", b],
                                              stderr=subprocess.DEVNULL).returncode == 0
        return self.known[a, b]


def installed(layer):
    """(name, version, source, source version) of what dpkg-query says is installed in the layer."""
    os.makedirs("root")
    subprocess.run(["tar", "-xzf", layer, "-C", "root", "--no-same-owner", "./var/lib/dpkg/status"], check=True)
    form = "${db:Status-Status}\t${Package}\t${Version}\t${source:Package}\t${source:Version}\n"
    out = subprocess.run(["dpkg-query", "--admindir=root/var/lib/dpkg", "-W", "-f", form], text=True, check=True,
                         stdout=subprocess.PIPE).stdout
    return [tuple(row[1:]) for row in (line.split("\t") for line in out.splitlines()) if row[0] == "installed"]


def expected(packages, tracker, older):
    """What the tracker says of these packages: (CVE, package, fixed version or None)."""
    found = set()
    for name, _, source, version in packages:
        for cve, record in tracker.get(source, {}).items():
            release = record.get("releases", {}).get("bookworm")
            if not release:
                continue
            fixed = release.get("fixed_version")
            if release["status"] == "open":
                found.add((cve, name, None))
            elif release["status"] == "resolved" and fixed and fixed != "0" and older(version, fixed):
                found.add((cve, name, fixed))
    return found


def main():
    image = pathlib.Path(sh("demo_image"))
    database = sh("any_database")
    index = json.loads((image / "index.json").read_text())
    blobs = image / "blobs/sha256"
    manifest = json.loads((blobs / index["manifests"][0]["digest"][7:]).read_text())
    packages = installed(blobs / manifest["layers"][0]["digest"][7:])
    subprocess.run([ENV["PLIMSOLL"], "scan", f"oci:{image}:1", "--db", database, "-f", "json", "-o", "report.json"],
                   check=True)
    report = json.loads(pathlib.Path("report.json").read_text())
    tracker = json.loads((FEED / "debian/tracker.json").read_text())

    listed = {(p["name"], p["version"]) for p in report["packages"] if p["type"] == "deb"}
    wanted_packages = {(name, version) for name, version, _, _ in packages}
    found = {(f["id"], f["package"]["name"], f.get("fixed_version")) for f in report["findings"]
             if f["package"]["type"] == "deb"}
    wanted = expected(packages, tracker, Older())
    failed = 0
    for what, got, want in (("packages", listed, wanted_packages), ("findings", found, wanted)):
        for row in sorted(got - want, key=str)[:20]:
            print(f"FAIL {what}: not expected: {row}")
        for row in sorted(want - got, key=str)[:20]:
            print(f"FAIL {what}: missing: {row}")
        failed += got != want
        print(f"{what}: {len(got)} found, {len(want)} by dpkg and the tracker")
    if not wanted:
        print("FAIL the tracker knows nothing about this image: the comparison proves nothing")
        failed += 1
    print(f"{2 - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
