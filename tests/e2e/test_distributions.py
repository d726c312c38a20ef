#!/usr/bin/env python3
"""Each distribution that OSV's feeds speak of: an image of the release with packages just below a record's fix
has the finding, one with packages at the fix has not. What is expected is read from the records themselves.
Distributions that no feed speaks of end "not assessed", by name."""
import json
import os
import pathlib
import sqlite3
import struct
import subprocess
import sys
import zipfile

sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images  # noqa: E402

WORK = pathlib.Path(os.environ["WORK"])
PLIMSOLL = os.environ["PLIMSOLL"]
FEEDS = os.environ.get("FEEDS")
OSV = pathlib.Path(FEEDS or "/nowhere") / "osv"
SAMPLES = 25  # records a release

# folder of the feed, ecosystem in its records, os-release: what stands in the images themselves
RELEASES = [
    ("Debian", "Debian:11", "ID=debian\nVERSION_ID=\"11\"\n"),
    ("Debian", "Debian:12", "ID=debian\nVERSION_ID=\"12\"\n"),
    ("Debian", "Debian:13", "ID=debian\nVERSION_ID=\"13\"\n"),
    ("Ubuntu", "Ubuntu:18.04:LTS", "ID=ubuntu\nVERSION_ID=\"18.04\"\n"),
    ("Ubuntu", "Ubuntu:20.04:LTS", "ID=ubuntu\nVERSION_ID=\"20.04\"\n"),
    ("Ubuntu", "Ubuntu:22.04:LTS", "ID=ubuntu\nVERSION_ID=\"22.04\"\n"),
    ("Ubuntu", "Ubuntu:24.04:LTS", "ID=ubuntu\nVERSION_ID=\"24.04\"\n"),
    ("Ubuntu", "Ubuntu:25.10", "ID=ubuntu\nVERSION_ID=\"25.10\"\n"),
    ("Ubuntu", "Ubuntu:Pro:14.04:LTS", "ID=ubuntu\nVERSION_ID=\"14.04\"\n"),
    ("Ubuntu", "Ubuntu:Pro:16.04:LTS", "ID=ubuntu\nVERSION_ID=\"16.04\"\n"),
    ("Ubuntu", "Ubuntu:Pro:18.04:LTS", "ID=ubuntu\nVERSION_ID=\"18.04\"\n"),
    ("Ubuntu", "Ubuntu:Pro:20.04:LTS", "ID=ubuntu\nVERSION_ID=\"20.04\"\n"),
    ("Ubuntu", "Ubuntu:Pro:22.04:LTS", "ID=ubuntu\nVERSION_ID=\"22.04\"\n"),
    ("Ubuntu", "Ubuntu:Pro:24.04:LTS", "ID=ubuntu\nVERSION_ID=\"24.04\"\n"),
    ("Alpine", "Alpine:v3.19", "ID=alpine\nVERSION_ID=3.19.1\n"),
    ("Alpine", "Alpine:v3.20", "ID=alpine\nVERSION_ID=3.20.3\n"),
    ("Alpine", "Alpine:v3.22", "ID=alpine\nVERSION_ID=3.22.0\n"),
    ("Alpine", "Alpine:v3.23", "ID=alpine\nVERSION_ID=3.23.0\n"),
    ("AlmaLinux", "AlmaLinux:8", "ID=\"almalinux\"\nVERSION_ID=\"8.10\"\n"),
    ("AlmaLinux", "AlmaLinux:9", "ID=\"almalinux\"\nVERSION_ID=\"9.4\"\n"),
    ("AlmaLinux", "AlmaLinux:10", "ID=\"almalinux\"\nVERSION_ID=\"10.0\"\n"),
    ("Rocky Linux", "Rocky Linux:8", "ID=\"rocky\"\nVERSION_ID=\"8.9\"\n"),
    ("Rocky Linux", "Rocky Linux:9", "ID=\"rocky\"\nVERSION_ID=\"9.3\"\n"),
    ("Rocky Linux", "Rocky Linux:10", "ID=\"rocky\"\nVERSION_ID=\"10.0\"\n"),
    ("SUSE", "SUSE:Linux Enterprise Server 15 SP3", "ID=\"sles\"\nVERSION_ID=\"15.3\"\n"),
    ("SUSE", "SUSE:Linux Enterprise Server 15 SP5", "ID=\"sles\"\nVERSION_ID=\"15.5\"\n"),
    ("SUSE", "SUSE:Linux Enterprise Server 15 SP6", "ID=\"sles\"\nVERSION_ID=\"15.6\"\n"),
    ("SUSE", "SUSE:Linux Enterprise Module for Basesystem 15 SP4", "ID=\"sles\"\nVERSION_ID=\"15.4\"\n"),
    ("SUSE", "openSUSE:Leap 15.5", "ID=\"opensuse-leap\"\nVERSION_ID=\"15.5\"\n"),
]
UNKNOWN = [  # in no feed of OSV's
    ("amzn", "2023", "rpm"), ("ol", "9.4", "rpm"), ("fedora", "42", "rpm"), ("centos", "7", "rpm"),
    ("arch", "", None), ("raspbian", "12", "deb"),
]


def header(name, epoch, version, release, source, module):
    """An rpm header as the database keeps it: index length, data length, index, data."""
    rows, data = [], b""

    def add(tag, kind, value):
        nonlocal data
        if kind == 4:
            data += b"\0" * (-len(data) % 4)
        rows.append(struct.pack(">4I", tag, kind, len(data), 1))
        data += struct.pack(">I", value) if kind == 4 else value.encode() + b"\0"

    add(1000, 6, name)
    add(1001, 6, version)
    add(1002, 6, release)
    if int(epoch or 0):
        add(1003, 4, int(epoch))
    add(1022, 6, "x86_64")
    add(1044, 6, f"{source}-{version}-{release}.src.rpm")
    if module:
        add(5096, 6, module)
    return struct.pack(">2I", len(rows), len(data)) + b"".join(rows) + data


def rpm_database(packages):
    file = WORK / "rpmdb.sqlite"
    file.unlink(missing_ok=True)
    db = sqlite3.connect(file)
    db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    for name, full, module in packages:
        epoch, _, rest = full.rpartition(":")
        version, _, release = rest.rpartition("-")
        db.execute("INSERT INTO Packages (blob) VALUES (?)", (header(name, epoch, version, release, name, module),))
    db.commit()
    db.close()
    return file.read_bytes()


def layer(kind, os_release, packages):
    files = {"etc/os-release": os_release}
    if kind == "deb":
        files["var/lib/dpkg/status"] = "\n".join(
            f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {v}\n" for n, v, _ in packages)
    elif kind == "apk":
        files["lib/apk/db/installed"] = "\n".join(f"P:{n}\nV:{v}\nA:x86_64\no:{n}\n" for n, v, _ in packages)
    elif kind == "rpm":
        files["var/lib/rpm/rpmdb.sqlite"] = rpm_database(packages)
    return files


def kind_of(ecosystem):
    base = ecosystem.split(":")[0]
    return "deb" if base in ("Debian", "Ubuntu") else "apk" if base == "Alpine" else "rpm"


def below(kind, version):
    """The nearest version in front of this one."""
    if kind != "apk":
        return version + "~"
    front, _, build = version.rpartition("-r")
    return f"{front}-r{int(build) - 1}" if int(build) else f"{front}_alpha-r0"


def module_of(record, version):
    words = [w for w in record.get("summary", "").split(": ", 1)[-1].split() if ":" in w]
    return f"{words[0]}:8060020220101:ab12cd34" if ".module" in version and words else None


def samples(folder, ecosystem):
    """(record, package, fixed, module): packages of one fix in the release, spread over the feed."""
    found, taken = [], set()
    archive = zipfile.ZipFile(OSV / folder / "all.zip")
    for name in sorted(archive.namelist()):
        record = json.loads(archive.read(name))
        if record.get("withdrawn") or record["id"].startswith(("ALBA", "ALEA", "RHBA")):
            continue
        fixes = {}
        for one in record.get("affected", []):
            if one["package"]["ecosystem"] == ecosystem:
                fixes.setdefault(one["package"]["name"], []).extend(
                    e["fixed"] for r in one.get("ranges", []) for e in r["events"] if "fixed" in e)
        for package, versions in fixes.items():
            if len(versions) == 1 and versions[0] != "0" and ":" not in package:
                module = module_of(record, versions[0])
                if ".module" not in versions[0] or module:
                    found.append((record["id"], package, versions[0], module))
    spread = []
    for i in range(len(found)):
        one = found[i * 7919 % len(found)]
        if one[1] not in taken and len(spread) < SAMPLES:
            taken.add(one[1])
            spread.append(one)
    return spread


def findings(name, kind, os_release, packages, database):
    target = images.save(WORK / name, [layer(kind, os_release, packages)])
    report = images.report(target, database=database, program=None)
    listed = {(p["name"], p["version"]) for p in report["packages"]}
    missing = {(n, v[2:] if v.startswith("0:") else v) for n, v, _ in packages} - listed
    if missing:
        raise AssertionError(f"not in the inventory: {sorted(missing)[:3]}")
    return report, {(a, f["package"]["name"]): f for f in report["findings"] for a in f["match"]["advisories"]}


def release(folder, ecosystem, os_release, database):
    def case():
        kind, rows = kind_of(ecosystem), samples(folder, ecosystem)
        if not rows:
            return "no record with one fix"
        _, older = findings("below", kind, os_release, [(p, below(kind, v), m) for _, p, v, m in rows], database)
        _, fixed = findings("at", kind, os_release, [(p, v, m) for _, p, v, m in rows], database)
        for record, package, version, _ in rows:
            assert (record, package) in older, f"{record}: {package} {below(kind, version)} is below {version}"
            assert (record, package) not in fixed, f"{record}: {package} {version} is the fix"
        if ":Pro:" in ecosystem:
            _, plain = findings("plain", kind, os_release, [(p, "0~1", m) for _, p, v, m in rows], database)
            told = [plain[r, p]["remediation"] for r, p, _, _ in rows if (r, p) in plain]
            assert len(told) == len(rows), f"{len(told)} of {len(rows)} found without Pro"
            assert any("needs Ubuntu Pro: pro attach" in t for t in told), told[:2]
        return None
    return case


def unknown(distro, version, kind, database):
    def case():
        text = f"ID={distro}\nVERSION_ID=\"{version}\"\nPRETTY_NAME=\"{distro} {version}\"\n"
        packages = [("openssl", "1.0.0-1", None)] if kind else []
        target = images.save(WORK / "unknown", [layer(kind, text, packages)])
        report = images.report(target, database=database, status=(0, 3, 5))
        assert not report["assessed"], report["gaps"]
        assert [g for g in report["gaps"] if distro in g["why"]], report["gaps"]
        assert not [f for f in report["findings"] if f["package"]["type"] in ("deb", "rpm")], report["findings"]
    return case


def sample_database():
    """A database that is enough for what no feed speaks of"""
    folder = WORK / "small/osv/npm"
    folder.mkdir(parents=True)
    (folder / "GHSA-1.json").write_text(json.dumps({"id": "GHSA-1", "modified": "2024-05-06T07:08:09Z", "affected": [
        {"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0"]}]}))
    return make_database(WORK / "small", "small.db")


def make_database(feeds, name):
    subprocess.run([PLIMSOLL, "db", "update", "-q", "--from", str(feeds), "--db", str(WORK / name)], check=True)
    return str(WORK / name)


def main():
    cases = [(f"{d} {v} is not assessed", unknown(d, v, k, db)) for db in [sample_database()] for d, v, k in UNKNOWN]
    if FEEDS:
        mirror = WORK / "mirror/osv"
        mirror.mkdir(parents=True)
        for folder in {f for f, _, _ in RELEASES}:
            (mirror / folder).symlink_to(OSV / folder)
        database = make_database(WORK / "mirror", "osv.db")
        cases += [(e, release(f, e, text, database)) for f, e, text in RELEASES]
    else:
        cases.append(("distributions of OSV", lambda: "needs FEEDS, a mirror with osv/"))
    images.run(cases)


if __name__ == "__main__":
    main()
