#!/usr/bin/env python3
"""Compare plimsoll's CVSS scores with Red Hat's `cvss` package (pip install cvss).

usage: cvss_scores.py PEER_CVSS      (the program ninja makes as tests/peers/peer_cvss)

Every base vector of CVSS 2, 3.0 and 3.1, random ones of CVSS 4.0 with and without threat and
environmental metrics (VECTORS=number, SEED=number), and every vector in the advisories under FEEDS.
Exit status 1 when a score differs.
"""
import glob
import itertools
import json
import os
import random
import re
import subprocess
import sys
import zipfile

try:
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss.constants4 import METRICS_ABBREVIATIONS, METRICS_MANDATORY, METRICS_VALUE_NAMES
except ImportError:
    print("skipped, no python3 cvss")
    sys.exit(0)


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
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    random.seed(int(os.environ.get("SEED", "1")))
    failed = False
    for what, vectors in (("generated", generated()), ("in the feeds", in_feeds())):
        vectors = sorted({v for v in vectors if "\n" not in v})
        out = subprocess.run([sys.argv[1]], input="".join(v + "\n" for v in vectors), capture_output=True, text=True)
        wrong = read = 0
        for vector, line in zip(vectors, out.stdout.splitlines()):
            ours, peer = " ".join(line.split()[:2]), theirs(vector)
            read += peer != "?"
            if ours != peer:
                wrong += 1
                if wrong <= 20:
                    print(f"{vector}: {ours}, the peer says {peer}")
        failed |= wrong > 0
        print(f"{what}: {len(vectors)} vectors ({read} read by the peer), {wrong} differ")
    sys.exit(failed)


main()
