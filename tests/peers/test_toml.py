#!/usr/bin/env python3
"""The cases of toml-test 1.6.0 for TOML 1.0, read by format/toml: the valid ones give the same values, the
invalid ones are refused.

The cases come as a Go module (go mod download); without go or its proxy the test is skipped.
"""
import json
import math
import os
import pathlib
import re
import subprocess
import sys

MODULE = "github.com/toml-lang/toml-test@v1.6.0"


def cases():
    done = subprocess.run(["go", "mod", "download", "-json", MODULE], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        print(f"no {MODULE}: {done.stderr.decode(errors='replace').strip()[-200:]}")
        sys.exit(77)
    return pathlib.Path(json.loads(done.stdout)["Dir"]) / "tests"


def moment(text):
    """A date as numbers: fractions of a second without zeros behind, offset Z as +00:00."""
    text = re.sub(r"[tT ]", "T", text).replace("z", "Z").replace("Z", "+00:00")
    return re.sub(r"(\.\d*?)0+(?!\d)", r"\1", text).replace(".+", "+").rstrip(".")


def same(got, want):
    if isinstance(want, list):
        return isinstance(got, list) and len(got) == len(want) and all(map(same, got, want))
    if set(want) == {"type", "value"} and isinstance(want["value"], str):
        if got.get("type") != want["type"]:
            return False
        if want["type"] == "float":
            a, b = float(got["value"]), float(want["value"])
            return a == b or (math.isnan(a) and math.isnan(b))
        if want["type"].split("-")[0] in ("datetime", "date", "time"):
            return moment(got["value"]) == moment(want["value"])
        return got["value"] == want["value"]
    return isinstance(got, dict) and got.keys() == want.keys() and all(same(got[k], want[k]) for k in want)


def main():
    program = os.environ.get("TOML_TAGGED") or str(
        pathlib.Path(os.environ.get("PLIMSOLL") or "build/src/cli/plimsoll").parent / "../../tests/unit/format/toml_tagged")
    folder = cases()
    passed = failed = 0
    for name in (folder / "files-toml-1.0.0").read_text().split():
        if not name.endswith(".toml"):
            continue
        done = subprocess.run([program], input=(folder / name).read_bytes(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if name.startswith("valid/"):
            good = done.returncode == 0 and same(json.loads(done.stdout),
                                                 json.loads((folder / name).with_suffix(".json").read_text()))
        else:
            good = done.returncode == 1
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"FAIL {name}: status {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(failed > 0)


if "-h" in sys.argv or "--help" in sys.argv:
    sys.exit(__doc__)
main()
