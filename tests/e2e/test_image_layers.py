#!/usr/bin/env python3
"""What a stack of layers shows: whiteouts, opaque folders, hard links and symbolic links, as the OCI image specification
(layer.md) and a kernel that resolves names inside the image's root have it."""
import os
import sys
import tarfile

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402
from images import DIR, hard, link, npm  # noqa: E402

OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
STATUS = "Package: sudo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.9\n\n"
APK = "C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n\n"
A1, A2, B1 = npm("srv", "a", "1.0.0"), npm("srv", "a", "2.0.0"), npm("srv", "b", "1.0.0")
LONG = "srv/" + "/".join(["deep" * 10] * 6)

# name: layers, the packages that are to be seen as (name, version, path)
CASES = {
    "a file of a later layer replaces": ([A1, A2], [("a", "2.0.0", "srv/node_modules/a/package.json")]),
    "a whiteout removes a file": (
        [{**A1, **B1}, {"srv/node_modules/a/.wh.package.json": ""}], [("b", "1.0.0", "srv/node_modules/b/package.json")]),
    "a whiteout removes a whole folder": (
        [{**A1, **B1}, {"srv/node_modules/.wh.a": ""}], [("b", "1.0.0", "srv/node_modules/b/package.json")]),
    "a whiteout of a parent removes all below": ([{**A1, **B1}, {".wh.srv": ""}], []),
    "a whiteout says nothing of its own layer": (
        [A1, {"srv/node_modules/.wh.a": "", **A2}], [("a", "2.0.0", "srv/node_modules/a/package.json")]),
    "even when it comes after the file": (
        [A1, {**A2, "srv/node_modules/.wh.a": ""}], [("a", "2.0.0", "srv/node_modules/a/package.json")]),
    "an opaque folder hides what lower layers had in it": (
        [{**A1, **B1}, {"srv/node_modules/.wh..wh..opq": "", **A2}], [("a", "2.0.0", "srv/node_modules/a/package.json")]),
    "wherever in its layer the mark stands": (
        [{**A1, **B1}, {**A2, "srv/node_modules/.wh..wh..opq": ""}], [("a", "2.0.0", "srv/node_modules/a/package.json")]),
    "a layer above an opaque one adds again": (
        [A1, {"srv/.wh..wh..opq": ""}, B1], [("b", "1.0.0", "srv/node_modules/b/package.json")]),
    "a file in place of a folder removes what was below": ([A1, {"srv/node_modules": "no folder any more"}], []),
    "a name that only looks like a whiteout's neighbour stays": (
        [{**A1, **npm("srv", "ab", "1.0.0")}, {"srv/node_modules/.wh.a": ""}],
        [("ab", "1.0.0", "srv/node_modules/ab/package.json")]),
    "a hard link is a file of its own": (
        [{**A1, "srv/node_modules/c/package.json": hard("srv/node_modules/a/package.json")}],
        [("a", "1.0.0", "srv/node_modules/a/package.json"), ("a", "1.0.0", "srv/node_modules/c/package.json")]),
    "a hard link outlives its first name": (
        [{**A1, "srv/node_modules/c/package.json": hard("srv/node_modules/a/package.json")}, {"srv/node_modules/.wh.a": ""}],
        [("a", "1.0.0", "srv/node_modules/c/package.json")]),
    "names that begin with ./ or /": (
        [{"./" + path: text for path, text in A1.items()}, {"/" + path: text for path, text in B1.items()}],
        [("a", "1.0.0", "srv/node_modules/a/package.json"), ("b", "1.0.0", "srv/node_modules/b/package.json")]),
    "a whiteout with ./ before it": ([A1, {"./srv/.wh.node_modules": ""}], []),
    "long names": ([npm(LONG, "a", "1.0.0")], [("a", "1.0.0", f"{LONG}/node_modules/a/package.json")]),
    "dpkg's database": ([{"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": STATUS}],
                        [("sudo", "1.9", "var/lib/dpkg/status")]),
    "dpkg's database behind a link": (
        [{"etc/os-release": OS_RELEASE, "usr/lib/dpkg-db": DIR, "usr/lib/dpkg-db/status": STATUS,
          "var/lib/dpkg": link("../../usr/lib/dpkg-db")}], [("sudo", "1.9", None)]),
    "behind an absolute link, inside the image": (
        [{"etc/os-release": OS_RELEASE, "usr/lib/dpkg-db/status": STATUS, "var/lib/dpkg": link("/usr/lib/dpkg-db")}],
        [("sudo", "1.9", None)]),
    "behind a link that climbs past the root": (
        [{"etc/os-release": OS_RELEASE, "usr/lib/dpkg-db/status": STATUS,
          "var/lib/dpkg": link("../../../../../usr/lib/dpkg-db")}], [("sudo", "1.9", None)]),
    "the link in a later layer than the database": (
        [{"etc/os-release": OS_RELEASE, "usr/lib/dpkg-db/status": STATUS}, {"var/lib/dpkg": link("/usr/lib/dpkg-db")}],
        [("sudo", "1.9", None)]),
    "the database in a later layer than the link": (
        [{"etc/os-release": OS_RELEASE, "var/lib/dpkg": link("/usr/lib/dpkg-db")}, {"usr/lib/dpkg-db/status": STATUS}],
        [("sudo", "1.9", None)]),
    "apk's database in a merged /usr": (
        [{"usr/lib/apk/db/installed": APK, "lib": link("usr/lib"), "usr/lib/os-release": "ID=alpine\nVERSION_ID=3.22.0\n",
          "etc/os-release": link("../usr/lib/os-release")}], [("musl", "1.2.4-r2", None)]),
    "a link that runs in a circle ends": (
        [{"etc/os-release": link("os-release"), "var/lib/dpkg": link("dpkg"), **A1}],
        [("a", "1.0.0", "srv/node_modules/a/package.json")]),
    "a link out of the image leads nowhere": ([{"srv/node_modules": link("/../../../../../../usr/lib/node_modules")}], []),
}


def check(name, **how):
    layers, wanted = CASES[name]
    target = images.save(f"image-{abs(hash((name, str(how))))}", layers, **how)
    got = images.packages(target)
    seen = sorted((n, v, path if any(w == (n, v, path) for w in wanted) or all(w[2] for w in wanted) else None)
                  for _, n, v, path in got)
    if seen != sorted(wanted, key=lambda w: (w[0], w[1], w[2] or "")):
        raise AssertionError(f"{sorted(got)}, wanted {wanted}")


def distribution(layers, wanted):
    report = images.report(images.save(f"image-{wanted}-{len(layers)}", layers))
    if (report["distro"] or {}).get("ecosystem") != wanted:
        raise AssertionError(f"{report['distro']}, wanted {wanted}")


images.run(
    [(name, lambda name=name: check(name)) for name in CASES]
    + [(f"{name} (plain tar)", lambda name=name: check(name, compress=None)) for name in list(CASES)[:4]]
    + [(f"{name} (zstd)", lambda name=name: check(name, compress="zstd")) for name in list(CASES)[:4]]
    + [(f"{name} (GNU tar)", lambda name=name: check(name, form=tarfile.GNU_FORMAT)) for name in ("long names",)]
    + [("the release behind a link", lambda: distribution(
        [{"usr/lib/os-release": OS_RELEASE, "etc/os-release": link("../usr/lib/os-release")}], "Debian:12")),
       ("the release in usr/lib alone", lambda: distribution([{"usr/lib/os-release": OS_RELEASE}], "Debian:12"))])
