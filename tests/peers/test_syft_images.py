#!/usr/bin/env python3
"""Package lists of Syft and of plimsoll for five images (tools/accuracy-images): nothing may differ without a rule.

usage: test_syft_images.py [KIND...]   (SYFT=program, PLIMSOLL_RELEASE=program, CACHE=folder; JSON=file for the counts)

Both ways: what Syft lists and we do not, under THEIRS (and those of test_syft.py), and what only we list, under
OURS; every rule is explained in docs/accuracy.md. Syft runs with its settings for images, and again with nothing
said, which has to be the same.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import test_syft

ENV = os.environ
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KINDS = ("debian", "distroless", "scratch", "rpm", "alpine")
test_syft.TYPES.update({"gem": "gem", "php-composer": "composer", "dotnet": "nuget", "rust-crate": "cargo", "binary": "generic"})
PROGRAMS = {"php-cli": "php", "redis-server": "redis", "java/jre": "openjdk", "openjdk": "openjdk"}  # Syft's name, ours
Ours = collections.namedtuple("Ours", "row path owner traits evidence")


def ours(target):
    program = ENV.get("PLIMSOLL_RELEASE") or ENV.get("PLIMSOLL") or "plimsoll"
    done = subprocess.run([program, "sbom", target, "-q", "-f", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 3):
        sys.exit(f"plimsoll sbom {target}: status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return [Ours(test_syft.row(p["type"], p["name"], p["version"],
                               "/".join([p["path"], *p.get("inner_path", "").split("!/")]).rstrip("/")),
                 p["path"], p.get("owner", ""), p.get("traits", []), (p.get("evidence") or {}).get("record", "")) for p in json.loads(done.stdout)["packages"]]


def theirs(syft, folder, *settings):
    done = subprocess.run([syft, "-q", f"oci-dir:{folder}", *settings, "-o", "json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=dict(ENV, SYFT_CHECK_FOR_APP_UPDATE="false"))
    if done.returncode:
        sys.exit(f"syft {folder}: {done.stderr.decode(errors='replace')[-500:]}")
    listed, unknown = {}, set()
    for a in json.loads(done.stdout)["artifacts"]:
        if a["type"] not in test_syft.TYPES:
            unknown.add(a["type"])
            continue
        kind = test_syft.TYPES[a["type"]]
        where = (a.get("metadata") or {}).get("virtualPath") or a["locations"][0]["path"]
        name = PROGRAMS.get(a["name"], a["name"]) if kind == "generic" else a["name"]
        archive = where.lstrip("/").replace(":", "/") if kind == "maven" else ""
        listed[test_syft.row(kind, name, a["version"], archive)] = where
    return listed, unknown


THEIRS = {
    "a Windows program that names no version":
        lambda s, where, o: s.type == "generic" and not s.version and where.endswith(".exe"),
}
# Programs by version strings that this Syft has no pattern for, or whose pattern does not fit Debian's build.
NOT_KNOWN_TO_SYFT = {"haproxy", "perl", "php"}
OURS = {
    "a program that Syft has no pattern for":
        lambda o, listed: o.row.type == "generic" and o.row.name in NOT_KNOWN_TO_SYFT,
    "in an image Syft reads no lock files; ours are marked locked":
        lambda o, listed: "locked" in o.traits,
    "a jar has its file's name, where Syft has what the manifest calls it":
        lambda o, listed: any(test_syft.in_same_archive(s, o.row) and test_syft.first_word(s.version) == o.row.version for s in listed),
    "crates that a Rust program's messages name, which has no list of cargo-auditable's":
        lambda o, listed: o.row.type == "cargo" and "message" in o.evidence,
}


def compare(syft, folder, counts):
    kind, mine, failed = folder.name, ours(f"oci:{folder}:1"), 0
    listed, unknown = theirs(syft, folder, "--override-default-catalogers", "image")
    if theirs(syft, folder)[0] != listed:
        print(f"FAIL {kind}: Syft lists something else with its defaults")
        failed += 1
    for word in sorted(unknown):
        print(f"FAIL {kind}: Syft lists the type {word}, which nothing is said of")
        failed += 1
    known, rows = {o.row[:3] for o in mine}, [o.row for o in mine]
    rules = collections.Counter()
    for s in sorted(listed):
        if s[:3] in known:
            continue
        rule = next((r for r, holds in THEIRS.items() if any(holds(s, listed[s], o) for o in mine)), None) or test_syft.excused(s, rows)
        rules[rule] += rule is not None
        if not rule:
            failed += 1
            print(f"FAIL {kind}: only Syft lists {s.type} {s.name} {s.version or 'without a version'} of {listed[s]}")
    same = {s[:3] for s in listed}
    beyond = {}
    for o in sorted(mine, key=str):
        if o.row[:3] in same:
            continue
        rule = next((r for r, holds in OURS.items() if holds(o, listed)), None)
        if rule:
            beyond.setdefault(rule, set()).add(o.row[:3])
        else:
            failed += 1
            print(f"FAIL {kind}: only we list {o.row.type} {o.row.name} {o.row.version or 'without a version'} of {o.path}")
    tally = {"syft": len(same), "ours": len(known), "same": len(same & known),
             "rules": {**{f"theirs: {r}": n for r, n in rules.items() if r}, **{f"ours: {r}": len(x) for r, x in beyond.items()}}}
    counts[kind] = tally
    print(f"{kind}: Syft {tally['syft']}, we {tally['ours']}, the same {tally['same']}; "
          + ", ".join(f"{n} {t}" for t, n in sorted(collections.Counter(t for t, *_ in same).items())))
    for rule, n in tally["rules"].items():
        print(f"  {n} {rule}")
    return failed


def main():
    if "-h" in sys.argv or "--help" in sys.argv:
        sys.exit(__doc__)
    syft = shutil.which(ENV.get("SYFT") or "syft")
    if not syft:
        print("no Syft to compare with (set SYFT)")
        sys.exit(77)
    top = pathlib.Path(ENV.get("CACHE") or ".").resolve() / "accuracy"
    top.mkdir(parents=True, exist_ok=True)
    passed = bad = skipped = 0
    counts = {}
    for kind in sys.argv[1:] or KINDS:
        made = subprocess.run([ROOT / "tools/accuracy-images", top, kind], stdout=subprocess.PIPE, text=True)
        if made.returncode == 77:
            print(f"SKIP {made.stdout.strip()}")
            skipped += 1
            continue
        if made.returncode:
            print(f"FAIL {kind}: the image cannot be made: status {made.returncode}")
            bad += 1
            continue
        if compare(syft, top / kind, counts):
            bad += 1
        else:
            passed += 1
    if ENV.get("JSON"):
        pathlib.Path(ENV["JSON"]).write_text(json.dumps(counts, indent=1) + "\n")
    print(f"{passed} passed, {bad} failed, {skipped} skipped")
    sys.exit(bad > 0)


main()
