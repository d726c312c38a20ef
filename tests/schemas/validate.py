#!/usr/bin/env python3
"""Checks reports against the schemas that their formats publish: validate.py FILE...

CycloneDX 1.6 and the SPDX ids come from the PyPI package cyclonedx-python-lib, SARIF 2.1.0 from the npm
package @microsoft/jest-sarif, SPDX 2.3 from org.spdx:tools-java of Maven Central, with pinned versions and
kept in $CACHE; plimsoll's own format from data/schema; Trivy's and GitLab's, which no registry has, from files
beside this one that hold what Trivy's Go types and GitLab's schema ask for. What a file is, it says itself.
Status 77 when the registries cannot be reached.
"""
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("CACHE") or ROOT / ".cache") / "schemas"
PYPI = ["jsonschema==4.23.0", "referencing==0.35.1", "attrs==24.2.0", "rpds-py==0.20.0",
        "jsonschema-specifications==2024.10.1", "rfc3339-validator==0.1.4", "six==1.16.0",
        "cyclonedx-python-lib==11.1.0"]
NPM = "@microsoft/jest-sarif@1.0.0-beta.0"
MAVEN = "https://repo1.maven.org/maven2/org/spdx/tools-java/1.1.8/tools-java-1.1.8.jar"
SARIF = "package/lib/schemas/sarif-2.1.0-rtm.5.json"
SPDX_IDS = {"spdx-license-ids@3.0.24": "spdx-license-ids-*.tgz", "spdx-exceptions@2.5.0": "spdx-exceptions-*.tgz"}
SECONDS = 180
KINDS = {"bomFormat": "CycloneDX", "runs": "SARIF", "spdxVersion": "SPDX", "SchemaVersion": "Trivy",
         "question": "explanation", "after": "diff", "schema_version": "plimsoll"}  # by a member that the others lack


class Unreachable(Exception):
    pass


def run(registry, command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise Unreachable(f"{registry}: {why}") from why
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unreachable(f"{registry} gave no schemas: {last}")


def fetch():
    """Fills CACHE once; a folder is complete when it has its final name."""
    python, sarif = CACHE / "python", CACHE / "sarif.json"
    CACHE.mkdir(parents=True, exist_ok=True)
    if not python.exists():
        part = CACHE / f"python.{os.getpid()}"
        run("PyPI", [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check",
                     "--target", str(part), *PYPI])
        part.rename(python)
    if not sarif.exists():
        run("npm", ["npm", "pack", "--silent", "--pack-destination", str(CACHE), NPM])
        with tarfile.open(next(CACHE.glob("microsoft-jest-sarif-*.tgz"))) as package:
            sarif.write_bytes(package.extractfile(SARIF).read())
    spdx = CACHE / "spdx-2.3.json"
    if not spdx.exists():
        try:
            with urllib.request.urlopen(MAVEN, timeout=SECONDS) as answer:
                jar = answer.read()
        except OSError as why:
            raise Unreachable(f"Maven Central: {why}") from why
        with zipfile.ZipFile(io.BytesIO(jar)) as files:
            spdx.write_bytes(files.read("resources/spdx-schema-v2.3.json"))
    return python, sarif, spdx


def spdx_ids():
    """SPDX's licences and exceptions, the deprecated ones too, from the packages the table was made of."""
    words = set()
    for package, pattern in SPDX_IDS.items():
        if not list(CACHE.glob(pattern)):
            run("npm", ["npm", "pack", "--silent", "--pack-destination", str(CACHE), package])
        with tarfile.open(next(CACHE.glob(pattern))) as files:
            for name in ("package/index.json", "package/deprecated.json"):
                if name in files.getnames():
                    words.update(json.load(files.extractfile(name)))
    return words


def load(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


class Schemas:
    def __init__(self):
        python, sarif, spdx = fetch()
        sys.path.insert(0, str(python))
        import jsonschema
        from referencing import Registry, Resource
        folder = python / "cyclonedx/schema/_res"
        self.spdx = load(folder / "spdx.SNAPSHOT.schema.json")
        names = ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]
        registry = Registry().with_resources(
            (f"http://cyclonedx.org/schema/{n}", Resource.from_contents(load(folder / n))) for n in names)

        def checker(schema):
            cls = jsonschema.validators.validator_for(schema)
            cls.check_schema(schema)
            return cls(schema, registry=registry, format_checker=cls.FORMAT_CHECKER)

        self.checkers = {
            "CycloneDX": checker(load(folder / "bom-1.6.SNAPSHOT.schema.json")),
            "SARIF": checker(load(sarif)),
            "SPDX": checker(load(spdx)),
            "GitLab": checker(load(HERE / "gitlab-15.0.4.schema.json")),
            "Trivy": checker(load(HERE / "trivy-2.schema.json")),
            "plimsoll": checker(load(ROOT / "data/schema/plimsoll-report.schema.json")),
            "diff": checker(load(ROOT / "data/schema/plimsoll-diff.schema.json")),
            "explanation": checker(load(ROOT / "data/schema/plimsoll-explain.schema.json")),
        }

    def errors(self, path):
        """One line for each thing that the schema does not allow."""
        document = load(path)
        kind = next((kind for member, kind in KINDS.items() if member in document), "GitLab")
        for error in self.checkers[kind].iter_errors(document):
            where = "/".join(map(str, error.absolute_path))
            yield f"{path}: {kind}: {where}: {error.message[:300]}"


def main(paths):
    try:
        schemas = Schemas()
    except Unreachable as why:
        print(why)
        return 77
    failed = 0
    for path in paths:
        errors = list(schemas.errors(path))
        failed += bool(errors)
        print(*errors, sep="\n", end="\n" if errors else "")
    print(f"{len(paths) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
