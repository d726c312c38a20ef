#!/usr/bin/env python3
"""Every package that Syft reads from a lock file, from conda's and R's records and from a Rust program is listed, of
the same version.

usage: test_locks.py [FOLDER...]   (SYFT=program, PLIMSOLL_RELEASE=program, CACHE=folder)

Without a FOLDER, locks that cargo and uv make here (skipped where crates.io or PyPI cannot be reached) and
hand-written ones of the other tools. Where the two may differ, and why, is in EXCEPTIONS and in docs/accuracy.md.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ENV = os.environ
TYPES = {"rust-crate": "cargo", "python": "pypi", "dart-pub": "pub", "swift": "swift", "hex": "hex", "R-package": "cran",
         "hackage": "hackage", "conda": "conda"}
Row = collections.namedtuple("Row", "type name version")

LOCKS = {
    "poetry/poetry.lock": """[[package]]
name = "click"
version = "8.1.7"
description = "x"
optional = false
python-versions = ">=3.7"
groups = ["main"]
files = [
    {file = "click-8.1.7-py3-none-any.whl", hash = "sha256:ae74fb96c20a0277a1d615f1e4d73c8414f5a98db8b799a7931d1582f3390c28"},
]

[package.dependencies]
colorama = {version = "*", markers = "platform_system == \\"Windows\\""}

[[package]]
name = "pytest"
version = "7.4.4"
groups = ["dev"]
files = []

[metadata]
lock-version = "2.1"
python-versions = "^3.11"
content-hash = "00"
""",
    "pdm/pdm.lock": """[metadata]
groups = ["default", "test"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"

[[package]]
name = "click"
version = "8.1.7"
requires_python = ">=3.7"
summary = "x"
groups = ["default"]
dependencies = [
    "colorama; platform_system == \\"Windows\\"",
]
files = [
    {file = "click-8.1.7-py3-none-any.whl", hash = "sha256:ae74fb96c20a0277a1d615f1e4d73c8414f5a98db8b799a7931d1582f3390c28"},
]
""",
    "pipenv/Pipfile.lock": """{"_meta": {"hash": {"sha256": "00"}, "pipfile-spec": 6, "requires": {}, "sources": []},
 "default": {"flask": {"hashes": ["sha256:00"], "index": "pypi", "version": "==2.0.1"}},
 "develop": {"pytest": {"hashes": ["sha256:00"], "markers": "python_version >= '3.7'", "version": "==7.4.4"}}}
""",
    "pip/requirements.txt": """# by hand
Flask==2.0.1  # why
celery[redis, auth]==5.2.0 ; python_version < "3.13"
urllib3==1.26.18 \\
    --hash=sha256:00 \\
    --hash=sha256:11
requests>=2
-r more-requirements.txt
""",
    "dart/pubspec.lock": """packages:
  archive:
    dependency: transitive
    description:
      name: archive
      sha256: "0c8368c9b3f0abbc193b9d6133649a614204b528982bebc7026372d61677ce3a"
      url: "https://pub.dev"
    source: hosted
    version: "3.3.7"
  lints:
    dependency: "direct dev"
    description:
      name: lints
      sha256: "00"
      url: "https://pub.dev"
    source: hosted
    version: "2.1.1"
sdks:
  dart: ">=3.0.0 <4.0.0"
""",
    "swift1/Package.resolved": """{"object": {"pins": [{"package": "NIO", "repositoryURL": "https://github.com/apple/swift-nio.git",
 "state": {"branch": null, "revision": "e8", "version": "2.41.1"}}]}, "version": 1}
""",
    "swift3/Package.resolved": """{"originHash": "00", "pins": [{"identity": "vapor", "kind": "remoteSourceControl",
 "location": "https://github.com/vapor/vapor.git", "state": {"revision": "1", "version": "4.5.0"}}], "version": 3}
""",
    "mix/mix.lock": """%{
  "bunt": {:hex, :bunt, "0.2.0", "951c6e801e8b1d2cbe58ebbd3e616a869061ddadcc4863d0a2182541acae9a38", [:mix], [], "hexpm", "7af5c7e09fe1d40f76c8e4f9dd2be7cebd83909f31fee7cd0e9eadc567da8353"},
  "ecto": {:hex, :ecto, "3.9.4", "3ee6", [:mix], [{:decimal, "~> 2.0", [hex: :decimal, repo: "hexpm", optional: false]}], "hexpm", "de5f"},
}
""",
    "rebar/rebar.lock": """{"1.2.0",
[{<<"certifi">>,{pkg,<<"certifi">>,<<"2.9.0">>},1},
 {<<"hackney">>,{pkg,<<"hackney">>,<<"1.18.1">>},0}]}.
[
{pkg_hash,[
 {<<"certifi">>, <<"6F2A475689DD47F19FB74334859D460A2DC4E3252A3324BD2111B8F0429E7E21">>},
 {<<"hackney">>, <<"F48BF88F521F2A229FC7BAE88CF4F85ADC9CD9BCF23B5DC8EB6A1788C662C4F6">>}]}
].
""",
    "renv/renv.lock": """{"R": {"Version": "4.2.2", "Repositories": []},
 "Packages": {"jsonlite": {"Package": "jsonlite", "Version": "1.8.4", "Source": "Repository", "Repository": "CRAN", "Hash": "00"}}}
""",
    "r/library/jsonlite/DESCRIPTION": """Package: jsonlite
Version: 1.8.4
Title: A Simple and Robust JSON Parser
License: MIT + file LICENSE
Built: R 4.2.2; x86_64-pc-linux-gnu; 2022-12-06 00:00:00 UTC; unix
""",
    "stack/stack.yaml.lock": """packages:
- completed:
    hackage: aeson-casing-0.2.0.0@sha256:00,6821
    pantry-tree:
      sha256: "11"
      size: 1
  original:
    hackage: aeson-casing-0.2.0.0
snapshots:
- completed:
    sha256: "22"
    size: 2
    url: https://example.org/20/11.yaml
  original: lts-20.11
""",
    "cabal/cabal.project.freeze": """active-repositories: hackage.haskell.org:merge
constraints: any.aeson ==2.0.3.0,
             aeson -cffi +ordered-keymap,
             any.base ==4.17.0.0
index-state: hackage.haskell.org 2023-01-01T00:00:00Z
""",
    "conda/conda-meta/openssl-1.1.1t-h7f8727e_0.json": """{"build": "h7f8727e_0", "build_number": 0,
 "channel": "https://repo.anaconda.com/pkgs/main/linux-64", "name": "openssl", "subdir": "linux-64", "version": "1.1.1t",
 "files": ["bin/openssl"], "license": "OpenSSL"}
""",
}
CARGO = """[package]
name = "shop"
version = "0.1.0"
edition = "2021"

[dependencies]
regex = "1"
serde_json = "1"

[dev-dependencies]
rand = "0.8"

[build-dependencies]
cc = "1"
"""
PROJECT = """[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["flask==2.0.1", "requests[socks]"]

[dependency-groups]
dev = ["pytest>=7"]
"""


def row(kind, name, version):
    if version in ("UNKNOWN", "(devel)"):
        version = ""
    if kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    if kind == "swift":  # ours is the address, theirs its end or what the first version called it
        name = name.rpartition("/")[2].lower()
    return Row(kind, name, version)


def ours(folder):
    program = ENV.get("PLIMSOLL_RELEASE") or ENV.get("PLIMSOLL") or "plimsoll"
    done = subprocess.run([program, "sbom", f"dir:{folder}", "-q", "-f", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 3):
        sys.exit(f"plimsoll sbom dir:{folder}: status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return {row(p["type"], p["name"], p["version"]) for p in json.loads(done.stdout)["packages"]}


def theirs(syft, folder):
    env = dict(ENV, SYFT_CHECK_FOR_APP_UPDATE="false")
    done = subprocess.run([syft, "-q", f"dir:{folder}", "--override-default-catalogers", "directory,image", "-o", "json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    if done.returncode:
        sys.exit(f"syft dir:{folder}: {done.stderr.decode(errors='replace')[-500:]}")
    return {row(TYPES[a["type"]], a["name"], a["version"]): a["locations"][0]["path"]
            for a in json.loads(done.stdout)["artifacts"] if a["type"] in TYPES}


# Why a row of Syft's need not be one of ours: a rule, and when it holds for that row and one of ours.
EXCEPTIONS = {
    "the first version of Package.resolved has names of its own: NIO is github.com/apple/swift-nio":
        lambda s, o: s.type == o.type == "swift" and s.version == o.version,
}


def compare(syft, folder):
    mine, listed = ours(folder), theirs(syft, folder)
    excuses, failed = collections.Counter(), 0
    for s in sorted(listed):
        if s in mine:
            continue
        rule = next((r for r, holds in EXCEPTIONS.items() if any(holds(s, o) for o in mine)), None)
        excuses[rule] += 1
        if not rule:
            failed += 1
            print(f"FAIL {s.type} {s.name} {s.version or 'without a version'} of {folder}{listed[s]} is not listed")
    counts = collections.Counter(s.type for s in listed)
    print(f"{folder}: Syft lists " + (", ".join(f"{n} {t}" for t, n in sorted(counts.items())) or "nothing"))
    for rule, n in excuses.items():
        if rule:
            print(f"  {n}: {rule}")
    for o in sorted(mine - set(listed)):
        print(f"  only we list {o.type} {o.name} {o.version}")
    return failed


def made_by_cargo(folder):
    if not shutil.which("cargo"):
        return "no cargo"
    (folder / "src").mkdir(parents=True)
    (folder / "src/main.rs").write_text("fn main() {}\n")
    (folder / "build.rs").write_text("fn main() {}\n")
    (folder / "Cargo.toml").write_text(CARGO)
    done = subprocess.run(["cargo", "generate-lockfile"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    if done.returncode:
        return "cargo: " + done.stdout.decode(errors="replace").strip()[-200:]
    auditable = ENV.get("CARGO_AUDITABLE") or shutil.which("cargo-auditable")
    if auditable:  # a program with its list, as well
        env = dict(ENV, PATH=f"{pathlib.Path(auditable).parent}:{ENV['PATH']}", CARGO_BUILD_JOBS="1")
        built = folder.parent / "built"
        done = subprocess.run(["cargo", "auditable", "build", "--target-dir", built], cwd=folder, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
        if done.returncode:
            return "cargo auditable: " + done.stdout.decode(errors="replace").strip()[-200:]
        (folder.parent / "program/bin").mkdir(parents=True)
        shutil.copy(built / "debug/shop", folder.parent / "program/bin/shop")
        shutil.rmtree(built)
    return None


def made_by_uv(folder):
    uv = shutil.which("uv")
    if not uv:
        home = pathlib.Path(ENV.get("CACHE") or folder.parent).resolve() / "uv"
        uv = home / "bin/uv"
        if not uv.exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=False, capture_output=True)
            subprocess.run([home / "bin/pip", "-q", "install", "uv"], check=False, capture_output=True, timeout=300)
        if not uv.exists():
            return "no uv, and none from PyPI"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder.parent / "pylock").mkdir()
    (folder.parent / "exported").mkdir()
    for command in (["lock"], ["export", "--format", "pylock.toml", "-o", "../pylock/pylock.toml"],
                    ["export", "--format", "requirements-txt", "-o", "../exported/requirements.txt"]):
        done = subprocess.run([uv, "-q", *command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        if done.returncode:
            return f"uv {command[0]}: " + done.stdout.decode(errors="replace").strip()[-200:]
    return None


def main():
    if "-h" in sys.argv or "--help" in sys.argv:
        sys.exit(__doc__)
    syft = shutil.which(ENV.get("SYFT") or "syft")
    if not syft:
        print("no Syft to compare with (set SYFT)")
        sys.exit(77)
    folders, skipped = [pathlib.Path(f) for f in sys.argv[1:]], 0
    if not folders:
        top = pathlib.Path(ENV.get("WORK") or ".").resolve() / "locks"
        for path, text in LOCKS.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text)
        for maker, name in ((made_by_cargo, "cargo"), (made_by_uv, "uv")):
            why = maker(top / name)
            if why:
                print(f"SKIP locks that {name} makes: {why}")
                skipped += 1
        folders = sorted(p for p in top.iterdir() if p.is_dir())
    bad = sum(compare(syft, f) > 0 for f in folders)
    print(f"{len(folders) - bad} passed, {bad} failed, {skipped} skipped")
    sys.exit(bad > 0)


main()
