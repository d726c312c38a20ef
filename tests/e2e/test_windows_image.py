#!/usr/bin/env python3
"""A Windows image: its build is shown, what lies below Files/ is listed, and that the registry is not read is said by `scan` and `sbom`."""
import io
import json
import os
import pathlib
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402

PROGRAM, WORK = os.environ["PLIMSOLL"], pathlib.Path(os.environ["WORK"])
os.environ["PLIMSOLL_NO_CACHE"] = "1"
BUILD = "10.0.20348.2402"
SYSTEM = {"os": "windows", "os.version": BUILD}


def jar():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("META-INF/maven/org.example/tool/pom.properties", "groupId=org.example\nartifactId=tool\nversion=3.1\n")
    return out.getvalue()


BASE = {  # as a base layer of Windows has it: the tree below Files, hives as the kernel writes them ("regf")
    "Files": images.DIR, "Files/Windows": images.DIR, "Files/Windows/System32": images.DIR,
    "Files/Windows/System32/ntoskrnl.exe": b"MZ" + bytes(510),
    "Files/Windows/System32/config/SOFTWARE": b"regf" + bytes(508),
    "Files/License.txt": "x",
    "Hives": images.DIR, "Hives/Software_Base": b"regf" + bytes(508), "Hives/System_Base": b"regf" + bytes(508),
    "UtilityVM/Files/EFI/Microsoft/Boot/BCD": b"regf" + bytes(508),
}
PROJECT = "Files/app/node_modules/left-pad/package.json"
PYTHON = "Files/Python312/Lib/site-packages/idna-3.6.dist-info/METADATA"
OVER = {
    "Hives/Software_Delta": b"regf" + bytes(508),
    PROJECT: json.dumps({"name": "left-pad", "version": "1.3.0"}),
    PYTHON: "Metadata-Version: 2.1\nName: idna\nVersion: 3.6\n",
    "Files/Program Files/Tool/tool-3.1.jar": jar(),
    "Files/gone/node_modules/gone/package.json": json.dumps({"name": "gone", "version": "1.0.0"}),
}
LAST = {"Files/.wh.gone": ""}


def program(*args):
    done = subprocess.run([PROGRAM, *args], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def make(name, system):
    return images.save(WORK / name, [BASE, OVER, LAST], arch="amd64", system=system)


def data():
    record = {"schema_version": "1.6.0", "id": "GHSA-xxxx-0000-0001", "modified": "2024-01-01T00:00:00Z", "summary": "x",
              "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
                            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.3.1"}]}]}]}
    (WORK / "feed/osv/npm").mkdir(parents=True)
    (WORK / "feed/osv/npm/GHSA-xxxx-0000-0001.json").write_text(json.dumps(record))
    status, _, err = program("db", "update", "-q", "--from", str(WORK / "feed"), "--db", str(WORK / "feed.db"))
    assert status == 0, err
    return str(WORK / "feed.db")


TARGET, DATABASE = make("windows", SYSTEM), data()
SCAN = "scan", TARGET, "--db", DATABASE


def of(report, where):
    return [g for g in report["gaps"] if g["where"] == where]


def the_build_is_shown():
    _, out, err = program(*SCAN)
    assert f"windows/amd64 ({BUILD})" in out, out + err
    assert images.report(TARGET, database=DATABASE)["image"]["os_version"] == BUILD


def it_is_not_assessed():
    status, out, err = program(*SCAN)
    assert status == 3 and "not assessed" in out.lower(), (status, out, err)
    r = images.report(TARGET, database=DATABASE, status=(3,))
    assert r["assessed"] is False, r
    assert [g["kind"] for g in of(r, "Windows")] == ["no-advisory-data"] and BUILD in of(r, "Windows")[0]["why"], r["gaps"]


def the_registry_is_named():
    (gap,) = of(images.report(TARGET, database=DATABASE), "Windows registry")
    assert gap["kind"] == "not-read" and "hives" in gap["why"] and "not read" in gap["why"], gap
    assert "Windows registry" in program(*SCAN)[1]


def sbom_says_so_too():
    (gap,) = of(images.report(TARGET), "Windows registry")
    assert gap["kind"] == "not-read" and "hives" in gap["why"], gap
    status, out, err = program("sbom", TARGET)
    assert status == 3 and "Windows registry" in out, (status, err)


def packages_below_files_are_listed():
    wanted = {("npm", "left-pad", "1.3.0", PROJECT), ("pypi", "idna", "3.6", PYTHON),
              ("maven", "org.example:tool", "3.1", "Files/Program Files/Tool/tool-3.1.jar")}
    assert images.packages(TARGET) == wanted, images.packages(TARGET)


def findings_are_shown_all_the_same():
    r = images.report(TARGET, database=DATABASE)
    assert [(f["id"], f["package"]["name"]) for f in r["findings"]] == [("GHSA-xxxx-0000-0001", "left-pad")], r["findings"]


def a_build_that_is_not_told():
    r = images.report(make("untold", {"os": "windows"}), database=DATABASE, status=(3,))
    assert "not told" in of(r, "Windows")[0]["why"], r["gaps"]
    assert of(r, "Windows registry"), r["gaps"]


def linux_has_no_such_gap():
    r = images.report(make("linux", {"os": "linux"}), database=DATABASE)
    assert not of(r, "Windows registry") and not of(r, "Windows"), r["gaps"]


images.run([(c.__name__.replace("_", " "), c) for c in (
    the_build_is_shown, it_is_not_assessed, the_registry_is_named, sbom_says_so_too, packages_below_files_are_listed,
    findings_are_shown_all_the_same, a_build_that_is_not_told, linux_has_no_such_gap)])
