#!/usr/bin/env python3
"""The golden reports, which the unit tests hold the writers to, keep to the published schemas; the licence
ids that data/licenses.csv knows are SPDX's."""
import csv
import sys

sys.dont_write_bytecode = True
import validate

GOLDEN = validate.ROOT / "tests/unit/report/golden"


def unknown_licenses():
    known = validate.spdx_ids()
    with open(validate.ROOT / "data/licenses.csv") as f:
        rows = list(csv.DictReader(line for line in f if not line.startswith("#")))
    words = [row["name"] for row in rows if row["kind"] != "name"]
    return [w for w in words if w not in known] if words else ["the table was not found"]


def main():
    try:
        schemas = validate.Schemas()
    except validate.Unreachable as why:
        print(why)
        return 77
    passed = failed = 0
    for path in sorted(p for p in GOLDEN.iterdir() if p.suffix in (".json", ".sarif")):
        errors = list(schemas.errors(path))
        print(*errors, sep="\n", end="\n" if errors else "")
        failed += bool(errors)
        passed += not errors
    unknown = unknown_licenses()
    for word in unknown:
        print(f"licenses.csv: {word} is no SPDX id")
    failed += bool(unknown)
    passed += not unknown
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or passed < 2 else 0


sys.exit(main())
