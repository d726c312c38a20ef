#!/usr/bin/env python3
"""An SBOM in place of an image: what plimsoll wrote of an image gives the image's packages again, from a file, from standard
input and in an envelope; what is no SBOM is refused with file and byte."""
import base64
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402

PROGRAM, WORK = os.environ["PLIMSOLL"], pathlib.Path(os.environ["WORK"])
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
STATUS = ("Package: libgcc-s1\nStatus: install ok installed\nArchitecture: amd64\nSource: gcc-12 (12.2.0-14)\nVersion: 12.2.0-14+b1\n\n"
          "Package: vim\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2:9.0-1\n\n")
passed = failed = 0


def expect(name, fine, detail=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    if not fine:
        print(f"FAIL {name}: {detail}")


def run(*arguments, stdin=None):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True)


def packages(output):
    report = json.loads(output)
    return sorted((p["type"], p["name"], p["version"], p.get("source", ""), p.get("path", "")) for p in report["packages"])


layers = [{"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": STATUS},
          {**images.npm("srv", "@scope/a", "1.0.0"), **images.npm("srv", "JSONStream", "1.3.5")}]
images.save(WORK / "image", layers)
seen = packages(run("sbom", "-f", "json", f"oci:{WORK}/image").stdout)
expect("the image has its packages", len(seen) == 4, seen)

cyclonedx = run("sbom", "-f", "cyclonedx", f"oci:{WORK}/image").stdout
(WORK / "app.cdx.json").write_bytes(cyclonedx)
statement = json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://cyclonedx.org/bom",
                        "predicate": json.loads(cyclonedx)}).encode()
(WORK / "app.att").write_text(json.dumps({"payloadType": "application/vnd.in-toto+json", "signatures": [],
                                          "payload": base64.b64encode(statement).decode()}))
(WORK / "statement.json").write_bytes(statement)

for name, arguments, stdin in (
        ("a file", [f"sbom:{WORK}/app.cdx.json"], None),
        ("standard input", ["-"], cyclonedx),
        ("--input", ["--input", f"{WORK}/app.cdx.json"], None),
        ("a statement", [f"sbom:{WORK}/statement.json"], None),
        ("an envelope", [f"sbom:{WORK}/app.att"], None)):
    got = run("sbom", "-f", "json", *arguments, stdin=stdin)
    expect(name, got.returncode == 0 and packages(got.stdout) == seen, got.stderr or got.stdout)
    report = json.loads(got.stdout or b"{}")
    expect(f"{name}: kind and release", report.get("image", {}).get("kind") == "sbom"
           and report.get("distro", report.get("distribution", {})).get("id") == "debian", str(report)[:600])

for name, text, status, words in (
        ("cut off", cyclonedx[:-40], 4, "SBOM: byte "),
        ("no SBOM", b'{"a": 1}', 4, "neither CycloneDX nor SPDX"),
        ("XML", b"<bom/>", 3, "XML"),
        ("nothing", b"", 4, "")):
    (WORK / "bad").write_bytes(text)
    got = run("sbom", f"sbom:{WORK}/bad")
    expect(name, got.returncode == status and words.encode() in got.stderr, got.stderr)

# what we write we read: the release's name and version, too
release = {"etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', "var/lib/dpkg/status":
           "Package: sudo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.9.13p3-1\n\n"}
images.save(WORK / "release", [release])
for form in ("spdx", "cyclonedx"):
    file = WORK / f"release.{form}.json"
    subprocess.run([PROGRAM, "sbom", "-f", form, "-o", file, f"oci:{WORK}/release:1"], check=True)
    said = subprocess.run([PROGRAM, "sbom", "-f", "json", f"sbom:{file}"], capture_output=True, text=True, check=True).stdout
    distro = json.loads(said)["distro"]
    expect(f"{form} keeps the release", (distro["id"], distro["version_id"], distro.get("name")) == ("debian", "12", "Debian GNU/Linux 12 (bookworm)"), distro)

print(f"{passed} passed, {failed} failed, 0 skipped")
sys.exit(bool(failed))
