#!/usr/bin/env python3
"""Compare plimsoll's CVSS scores with Red Hat's `cvss` package (fetched from PyPI where it is not installed).

usage: test_cvss_scores.py     (PLIMSOLL_RELEASE=program of a build folder, FEEDS=mirror folder,
                                VECTORS=number, SEED=number)

Every base vector of CVSS 2, 3.0 and 3.1, random ones of CVSS 4.0 with and without threat and
environmental metrics, and every vector in the advisories under FEEDS.
"""
import glob
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import zipfile

try:
    import cvss  # noqa: F401
except ImportError:
    folder = os.path.join(os.environ.get("WORK", tempfile.mkdtemp()), "python")
    fetched = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check",
                              "--target", folder, "cvss==3.6"], capture_output=True, text=True)
    if fetched.returncode:
        print("no python3 cvss, and PyPI gave none:", (fetched.stderr.strip().splitlines() or ["no reason given"])[-1])
        sys.exit(77)
    sys.path.insert(0, folder)
from cvss import CVSS2, CVSS3, CVSS4
from cvss.constants4 import METRICS_ABBREVIATIONS, METRICS_MANDATORY, METRICS_VALUE_NAMES


def every(prefix, metrics):
    names = [m.split(":")[0] for m in metrics]
    for values in itertools.product(*(m.split(":")[1] for m in metrics)):
        yield prefix + "/".join(f"{n}:{v}" for n, v in zip(names, values))


def generated():
    yield from every("", ["AV:LAN", "AC:HML", "Au:MSN", "C:NPC", "I:NPC", "A:NPC"])
    for minor in "01":
        yield from every(f"CVSS:3.{minor}/", ["AV:NALP", "AC:LH", "PR:NLH", "UI:NR", "S:UC", "C:NLH", "I:NLH", "A:NLH"])
    for i in range(int(os.environ.get("VECTORS", "30000"))):
        names = [m for m in METRICS_ABBREVIATIONS if m in METRICS_MANDATORY or (i % 2 and random.random() < 0.3)]
        yield "CVSS:4.0/" + "/".join(f"{m}:{random.choice(list(METRICS_VALUE_NAMES[m]))}" for m in names)


def in_feeds():
    feeds = os.environ.get("FEEDS", "/nonexistent")
    for path in glob.glob(feeds + "/osv/*/all.zip"):
        with zipfile.ZipFile(path) as z:
            for name in z.namelist():
                record = json.loads(z.read(name))
                for s in (record.get("severity") or []) + [
                    s for a in record.get("affected") or [] for s in a.get("severity") or []
                ]:
                    yield s["score"]
    path = feeds + "/cve/vulnrichment.tar.zst"
    if os.path.exists(path):
        text = subprocess.run(["tar", "-I", "zstd", "-xOf", path], capture_output=True).stdout.decode(errors="replace")
        yield from re.findall(r'"vectorString"\s*:\s*"([^"\n]*)"', text)


def theirs(vector):
    kind, name = (CVSS4, "4.0") if vector.startswith("CVSS:4") else (CVSS3, vector[5:8]) if vector.startswith("CVSS:3") else (CVSS2, "2.0")
    try:
        score = kind(vector).base_score
    except Exception:
        return "?"
    return f"{name} {float(score):.1f}"


def main():
    program = os.environ.get("PLIMSOLL_RELEASE") or os.environ.get("PLIMSOLL")
    if not program:
        sys.exit(__doc__)
    peer = os.path.join(os.path.dirname(program), "../../tests/unit/model/peer_cvss")
    random.seed(int(os.environ.get("SEED", "1")))
    passed = failed = 0
    for what, vectors in (("generated", generated()), ("in the feeds", in_feeds())):
        vectors = sorted({v for v in vectors if "\n" not in v})
        out = subprocess.run([peer], input="".join(v + "\n" for v in vectors), capture_output=True, text=True).stdout
        lines = out.splitlines()
        wrong = read = 0
        for vector, line in zip(vectors, lines):
            ours, expected = " ".join(line.split()[:2]), theirs(vector)
            read += expected != "?"
            if ours != expected:
                wrong += 1
                if wrong <= 20:
                    print(f"FAIL {vector}: {ours}, the peer says {expected}")
        passed, failed = (passed, failed + 1) if wrong or len(lines) != len(vectors) else (passed + 1, failed)
        print(f"{what}: {len(vectors)} vectors ({read} read by the peer), {wrong} differ")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(failed > 0)


main()
