#!/usr/bin/env python3
"""bench/epss_mirror.py MIRROR OUT [ROWS] - a mirror like MIRROR whose epss.csv.gz has ROWS (300,000) rows, as many as
FIRST's file has: CVE ids of all years, scores spread as theirs are (most below 0.01), always the same."""
import gzip
import pathlib
import random
import sys

mirror, out = map(pathlib.Path, sys.argv[1:3])
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 300000
out.mkdir(parents=True, exist_ok=True)
for entry in mirror.iterdir():
    if entry.name != "epss.csv.gz" and not (out / entry.name).exists():
        (out / entry.name).symlink_to(entry.resolve())
dice = random.Random(1)
with gzip.open(out / "epss.csv.gz", "wt", compresslevel=6) as file:
    file.write("#model_version:v2025.03.14,score_date:2026-08-20T00:00:00+0000\ncve,epss,percentile\n")
    for i in range(rows):
        year = 2002 + 24 * i // rows
        number = 1 + 2 * (i - rows * (year - 2002) // 24)
        file.write(f"CVE-{year}-{number:04},{dice.random() ** 8:.5f},{dice.random():.5f}\n")
