#!/usr/bin/env python3
"""explain says what each finding stands on, and --why-not gives the true reason of each case, in words that programs
know; both are what data/schema/plimsoll-explain.schema.json allows."""
import json
import os
import pathlib
import subprocess
import sys

import images

ROOT = pathlib.Path(os.environ["ROOT"])
PLIMSOLL = os.environ["PLIMSOLL"]
SAID = []  # documents, for the schema
CARGO = 'version = 3\n\n[[package]]\nname = "demo-app"\nversion = "1.0.0"\n'
DEBIAN = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n'


def osv(id_, ecosystem, name, events, aliases=(), **more):
    return {"id": id_, "modified": "2024-01-02T03:04:05Z", "aliases": list(aliases), "affected": [
        {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "SEMVER" if ecosystem in ("npm", "Go") else "ECOSYSTEM",
                                                                        "events": events}]}], **more}


def feed(folder):
    records = [
        osv("GHSA-aaaa-aaaa-aaaa", "npm", "left", [{"introduced": "0"}, {"fixed": "1.2.3"}], ["CVE-2024-1001"],
            severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]),
        osv("GHSA-bbbb-bbbb-bbbb", "npm", "left", [{"introduced": "2.0.0"}, {"fixed": "2.1.0"}], ["CVE-2024-1002"]),
        osv("GHSA-cccc-cccc-cccc", "npm", "left", [{"introduced": "0"}, {"fixed": "1.0.0"}], ["CVE-2024-1003"]),
        osv("GHSA-dddd-dddd-dddd", "npm", "left", [{"introduced": "0"}, {"fixed": "9.0.0"}], ["CVE-2024-1004"],
            withdrawn="2024-02-01T00:00:00Z"),
        osv("GHSA-eeee-eeee-eeee", "npm", "nowhere", [{"introduced": "0"}, {"fixed": "9.0.0"}], ["CVE-2024-1005"]),
        osv("PYSEC-2024-6", "PyPI", "left", [{"introduced": "0"}, {"fixed": "9.0.0"}], ["CVE-2024-1006"]),
        osv("PYSEC-2024-7", "PyPI", "My_Thing", [{"introduced": "0"}, {"fixed": "1.0.0"}], ["CVE-2024-1007"]),
        osv("PYSEC-2024-8", "PyPI", "odd", [{"introduced": "0"}, {"fixed": "1.0.0"}], ["CVE-2024-1008"]),
        osv("RUSTSEC-2024-0009", "crates.io", "demo-app", [{"introduced": "0"}], ["CVE-2024-1009"]),
        osv("GHSA-gggg-gggg-gggg", "npm", "left", [{"introduced": "0"}, {"last_affected": "1.1.9"}], ["CVE-2024-1010"]),
        osv("DEBIAN-CVE-2024-1011", "Debian:12", "src", [{"introduced": "0"}], upstream=["CVE-2024-1011"]),
        osv("GHSA-jjjj-jjjj-jjjj", "npm", "dup", [{"introduced": "0"}, {"fixed": "0.5.0"}], ["CVE-2024-1013"]),
        osv("ALPINE-CVE-2024-1014", "Alpine:v3.19", "src", [{"introduced": "0"}], upstream=["CVE-2024-1014"]),
        osv("RLSA-2024:1015", "Rocky Linux:8", "mod", [{"introduced": "0"}, {"fixed": "0:2-1"}], upstream=["CVE-2024-1015"]),
    ]
    records.append(osv("RLSA-2024:1017", "Rocky Linux:8", "abroad", [{"introduced": "0"}], upstream=["CVE-2024-1017"]))
    records.append(osv("ALPINE-CVE-2024-1018", "Alpine:v3.19", "abroad", [{"introduced": "0"}], upstream=["CVE-2024-1018"]))
    records.append(osv("GHSA-mmmm-mmmm-mmmm", "npm", "elsewhere", [{"introduced": "0"}], ["CVE-2024-1018"]))
    for r in records:
        path = folder / "osv" / r["affected"][0]["package"]["ecosystem"].split(":")[0].replace(" ", "_") / (r["id"].replace(":", "_") + ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(r))
    tracker = {"src": {
        "CVE-2024-1011": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "1.0-1", "urgency": "low"}}},
        "CVE-2024-1012": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "0"},
                                       "bullseye": {"status": "open", "urgency": "low"}}},
        "CVE-2024-1016": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "1.5-1", "urgency": "low"}}}}}
    (folder / "debian").mkdir()
    (folder / "debian/tracker.json").write_text(json.dumps(tracker))


def dist_info(name, version):
    return {f"usr/lib/python3/dist-packages/{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}


def explain(*args, status=0, raw=False):
    done = subprocess.run([PLIMSOLL, "explain", "--db", "advisories.db", "--max-data-age", "0", "-q", *args, *([] if raw else ["-f", "json"])],
                          text=True, capture_output=True)
    assert done.returncode == status, f"{args}: status {done.returncode}: {done.stderr}"
    if status or raw:
        return done.stdout + done.stderr
    SAID.append(f"explained-{len(SAID)}.json")
    pathlib.Path(SAID[-1]).write_text(done.stdout)
    return json.loads(done.stdout)


def why_not(target, rows):
    for asked, code, words in rows:
        got = explain("--why-not", asked, target)
        assert got["answer"] == code and got["answer"] == got["reasons"][0]["code"], f"{asked}: {got['answer']}, not {code}: {got['why']}"
        assert words in got["why"], f"{asked}: no \"{words}\" in: {got['why']}"
        assert got["why"] in explain("--why-not", asked, target, raw=True)


def main():
    mirror = pathlib.Path("mirror")
    mirror.mkdir()
    feed(mirror)
    subprocess.run([PLIMSOLL, "db", "update", "--from", mirror, "--db", "advisories.db"], check=True, capture_output=True)
    lock = {"name": "demo-app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "demo-app", "version": "1.0.0"}, "node_modules/dup": {"version": "1.0.0"}}}
    status = ("Package: libsrc1\nStatus: install ok installed\nArchitecture: amd64\nSource: src (1.1-1)\nVersion: 1.1-1+b1\n\n"
              "Package: src-old\nStatus: install ok installed\nArchitecture: amd64\nSource: src\nVersion: 1.4-1\n\n")
    base = {"etc/os-release": DEBIAN, "var/lib/dpkg/status": status}
    app = {**images.npm("app", "left", "1.2.0"), **images.npm("app", "dup", "1.0.0"), "app/package-lock.json": json.dumps(lock), "app/Cargo.lock": CARGO,
           **dist_info("my.thing", "0.9"), **dist_info("odd", "not-a-version")}
    images.save("image", [base, app])
    images.save("plain", [{"var/lib/dpkg/status": status}])  # of no release
    images.save("old", [{"etc/os-release": DEBIAN.replace("12", "7").replace("bookworm", "wheezy"), "var/lib/dpkg/status": status}])
    pathlib.Path("accepted").write_text("CVE-2024-1001\n")
    target = "oci:image:1"

    # why: the chain, by every name of the flaw
    for asked in ("CVE-2024-1001", "cve-2024-1001", "ghsa-AAAA-aaaa-aaaa"):
        found = explain(asked, target)["found"]
        assert [f["id"] for f in found] == ["CVE-2024-1001"], asked
    one = found[0]
    assert one["package"]["path"] == "app/node_modules/left/package.json" and one["package"]["layer"]["index"] == 1
    record, = [j for j in one["judged"] if j["advisory"] == "GHSA-aaaa-aaaa-aaaa"]
    assert record["feed"] == "osv/npm" and record["modified"] == "2024-01-02T03:04:05Z" and record["verdict"] == "affected" and record["matched"]
    assert [c["text"] for c in record["comparisons"]] == ["introduced 0 <= 1.2.0 (SemVer order): yes", "fixed 1.2.3 > 1.2.0 (SemVer order): yes"]
    assert one["fixed_version"] == "1.2.3" and one["severity"] == "critical" and one["chosen_because"].endswith("the only record that matched")
    assert explain(one["package"]["ref"], target)["found"][0]["package"]["name"] == "left"
    assert [f["id"] for f in explain(one["reference"], target)["found"]] == ["CVE-2024-1001"]
    thing = explain("CVE-2024-1007", target)["found"][0]
    assert any("my-thing" in n for n in thing["names"]), thing["names"]
    both = explain("CVE-2024-1016", target)["found"]  # two packages of one source: a section each
    assert [f["package"]["name"] for f in both] == ["libsrc1", "src-old"]
    assert any("source package: src" in n for n in both[0]["names"]) and both[0]["judged"][0]["version"] == "1.1-1"
    assert "distribution's own word" in both[0]["chosen_because"]
    hidden = explain("CVE-2024-1001", target, "--ignorefile", "accepted")["found"][0]["hidden"]
    assert hidden["kind"] == "ignored" and hidden["by"] == "accepted:1"
    assert "accepted:1" in explain("CVE-2024-1001", target, "--ignorefile", "accepted", raw=True)
    assert "--why-not" in explain("CVE-2024-1003", target, status=4)
    explain("CVE-2024-1001", status=2)
    assert "left is a package of this image: name a finding of it, as in CVE-2024-1001" in explain("left", target, status=4)
    assert "has no finding" in explain("dup", target, status=4)
    assert "takes the name of a flaw" in explain("--why-not", "Left", target, status=4)
    explain("package-00", target, status=4)

    # why not: each reason
    why_not(target, [
        ("CVE-2024-1001", "affected", "left 1.2.0"),
        ("CVE-2024-1002", "before-introduced", "GHSA-bbbb-bbbb-bbbb (osv/npm)"),
        ("CVE-2024-1003", "fixed", "1.0.0"),
        ("CVE-2024-1004", "hidden", "withdrawn"),
        ("GHSA-eeee-eeee-eeee", "no-package", "image: nowhere"),
        ("CVE-2024-1006", "other-ecosystem", "npm"),
        ("CVE-2024-1008", "version-unreadable", "PEP 440"),
        ("CVE-2024-1009", "own-project", "app/Cargo.lock"),
        ("CVE-2024-1010", "outside-range", "left 1.2.0"),
        ("CVE-2024-1011", "distribution-decides", "decides"),
        ("CVE-2024-1012", "not-affected", "Debian:11"),
        ("CVE-2024-1013", "fixed", "dup 1.0.0"),
        ("CVE-2024-1014", "other-ecosystem", "Alpine"),
        ("CVE-2024-1017", "no-package", "of other distributions only"),
        ("CVE-2024-1018", "no-package", "image: elsewhere"),
        ("CVE-2024-9999", "unknown-id", "does not know CVE-2024-9999"),
    ])
    assert "lock-file-duplicate" in [r["code"] for r in explain("--why-not", "CVE-2024-1013", target)["reasons"]]
    got = explain("--why-not", "CVE-2024-1001", target, "--ignorefile", "accepted")
    assert got["answer"] == "hidden" and "accepted:1" in got["why"], got["why"]
    why_not("oci:plain:1", [("CVE-2024-1016", "release-unknown", "Debian:12")])
    assert not got["assessed"] or "not assessed whole" in explain("--why-not", "CVE-2024-1016", "oci:plain:1", raw=True)
    why_not("oci:old:1", [("CVE-2024-1016", "not-covered", "Debian:7")])
    checked = subprocess.run([sys.executable, ROOT / "tests/schemas/validate.py", *SAID], text=True, capture_output=True)
    assert checked.returncode in (0, 77), checked.stdout
    print("2 passed, 0 failed, 0 skipped" if not checked.returncode else
          f"SKIP the schema: {checked.stdout.strip()}\n1 passed, 0 failed, 1 skipped")


main()
