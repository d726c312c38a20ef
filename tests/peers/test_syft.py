#!/usr/bin/env python3
"""Every dpkg, rpm, apk, npm, Python, Java and Go package that Syft lists is listed, of the same version.

usage: test_syft.py [TARGET...]   (SYFT=program, PLIMSOLL_RELEASE=program)

TARGET is dir:FOLDER, oci:FOLDER[:TAG] or docker-archive:FILE; without one, the image of `make demo` and a folder
of awkward cases written here. Where the two may differ, and why, is in EXCEPTIONS below and in docs/accuracy.md;
what we list beyond Syft is printed, and no failure.
"""
import collections
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

ENV = os.environ
TYPES = {"deb": "deb", "rpm": "rpm", "apk": "apk", "npm": "npm", "python": "pypi", "go-module": "golang",
         "java-archive": "maven", "jenkins-plugin": "maven"}
# Packages of no package database, by a note in a program that one of them ships.
NOT_COMPARED = ("elf-binary-package-cataloger",)
# One installed unit: `name` and `version` as both programs would write it, `archive` the jar it was found in.
Row = collections.namedtuple("Row", "type name version archive")


def row(kind, name, version, archive=""):
    if version in ("UNKNOWN", "(devel)"):  # Syft's words; ours is no version
        version = ""
    if kind == "pypi":  # PEP 503: one project, however it is spelled
        name = re.sub(r"[-_.]+", "-", name).lower()
    elif kind == "maven":  # Syft's name has no group
        name = name.split(":")[-1]
    elif kind == "golang":  # "go1.21.3" of the standard library, "v1.2.3" of modules
        version = re.sub(r"^(v|go)", "", version)
    elif kind == "composer":  # "v5.4.0" is a tag's name
        version = re.sub(r"^v(?=[0-9])", "", version)
    elif kind == "rpm":  # no epoch is epoch 0
        version = re.sub(r"^0:", "", version)
    return Row(kind, name, version, archive)


def ours(target):
    program = ENV.get("PLIMSOLL_RELEASE") or ENV.get("PLIMSOLL") or "plimsoll"
    done = subprocess.run([program, "sbom", target, "-q", "-f", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 3):
        sys.exit(f"plimsoll sbom {target}: status {done.returncode}: {done.stderr.decode(errors='replace')}")
    found = json.loads(done.stdout)["packages"]
    return {row(p["type"], p["name"], p["version"],
                "/".join([p["path"], *p.get("inner_path", "").split("!/")]).rstrip("/")) for p in found}


def theirs(syft, target):
    kind, _, place = target.partition(":")
    if kind == "oci":
        kind = "oci-dir"
        if not os.path.isdir(place):
            place = place.rpartition(":")[0]
    env = dict(ENV, SYFT_CHECK_FOR_APP_UPDATE="false")
    # of a folder, too, what is installed, as of an image: no lock files or other wishes
    done = subprocess.run([syft, "-q", f"{kind}:{place}", "--override-default-catalogers", "image", "-o", "json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    if done.returncode:
        sys.exit(f"syft {target}: {done.stderr.decode(errors='replace')[-500:]}")
    listed, other = {}, collections.Counter()
    for a in json.loads(done.stdout)["artifacts"]:
        if a["type"] not in TYPES or a["foundBy"] in NOT_COMPARED:
            other[a["type"] if a["type"] not in TYPES else a["foundBy"]] += 1
            continue
        where = (a.get("metadata") or {}).get("virtualPath") or a["locations"][0]["path"]
        archive = where.lstrip("/").replace(":", "/") if TYPES[a["type"]] == "maven" else ""
        listed[row(TYPES[a["type"]], a["name"], a["version"], archive)] = where
    return listed, other


def alike(name):
    return re.sub(r"[-_.]+", "-", name)


def first_word(version):
    return version.split(" ")[0]


def in_same_archive(theirs, mine):
    """The archive's own identity: the file's name starts with ours."""
    file = re.sub(r"\.[a-z]+$", "", mine.archive.rpartition("/")[2])
    return (theirs.type == mine.type == "maven" and mine.archive == theirs.archive
            and alike(file).startswith(alike(mine.name)))


# Why a row of Syft's need not be one of ours: a rule, and when it holds for a pair of rows.
EXCEPTIONS = {
    "a jar whose manifest calls it otherwise has its file's name: brave-context-slf4j-5.13.2.jar, not context-slf4j":
        lambda s, o: in_same_archive(s, o) and first_word(s.version) == o.version and s.name != o.name,
    "a jar that its pom.properties spells error_prone_annotations is not listed again as error-prone-annotations":
        lambda s, o: in_same_archive(s, o) and not s.version and alike(s.name) == alike(o.name) and s.name != o.name,
    "of a manifest's \"1.2 (build 7)\" the version is 1.2":
        lambda s, o: in_same_archive(s, o) and s.name == o.name and first_word(s.version) == o.version,
    "a file's name may tell the branch too: log4j-1.2-1.2.17.jar is log4j 1.2.17":
        lambda s, o: in_same_archive(s, o) and s.name == o.name and s.version.endswith("-" + o.version),
    "a version that is none, such as {{version}} or latest, is not known":
        lambda s, o: s.type == o.type == "npm" and s.name == o.name and not o.version
        and not re.match(r"[0-9v=]", s.version),
}


def excused(missing, mine):
    for rule, holds in EXCEPTIONS.items():
        if any(holds(missing, o) for o in mine):
            return rule
    return None


def compare(syft, target):
    mine, (listed, other) = ours(target), theirs(syft, target)
    known = {r[:3] for r in mine}
    excuses, failed = collections.Counter(), 0
    for s in sorted(listed):
        if s[:3] in known:
            continue
        rule = excused(s, mine)
        excuses[rule] += 1
        if not rule:
            failed += 1
            print(f"FAIL {target}: {s.type} {s.name} {s.version or 'without a version'} of {listed[s]} is not listed")
    counts = collections.Counter(t for t, _, _ in {s[:3] for s in listed})
    print(f"{target}: Syft lists " + ", ".join(f"{n} {t}" for t, n in sorted(counts.items())) +
          f"; {sum(excuses.values()) - failed} under another name or version; not compared: {dict(other) or 'none'}")
    for rule, n in excuses.items():
        if rule:
            print(f"  {n}: {rule}")
    for t, name, version in sorted(known - {s[:3] for s in listed}):
        print(f"  only we list {t} {name} {version}")
    return failed


def jar(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in files.items():
            z.writestr(name, content)
    return out.getvalue()


def pom(group, artifact, version):
    path = f"META-INF/maven/{group}/{artifact}/pom.properties"
    return {path: f"version={version}\ngroupId={group}\nartifactId={artifact}\n"}


def manifest(**attributes):
    lines = [f"{k.replace('_', '-')}: {v}" for k, v in {"Manifest-Version": "1.0", **attributes}.items()]
    return {"META-INF/MANIFEST.MF": "\n".join(lines) + "\n\n"}


def awkward(folder):
    inner = jar({**manifest(Bundle_SymbolicName="io.zipkin.brave.context-slf4j", Bundle_Version="5.13.2")})
    stanza = "Package: {}\nStatus: {}\nMaintainer: x\nArchitecture: amd64\nSource: s (1.0)\nVersion: {}\nDescription: x\n\n"
    files = {
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=Debian\n',
        "var/lib/dpkg/status": stanza.format("whole", "install ok installed", "1:2.0-1+b1")
        + stanza.format("held", "hold ok installed", "2~rc1"),
        "var/lib/dpkg/status.d/tzdata": stanza.format("tzdata", "install ok installed", "2024a-0+deb12u1"),
        "app/shaded.jar": jar({**manifest(Bundle_SymbolicName="com.google.inject", Bundle_Version="4.2.3"),
                               **pom("cglib", "cglib", "3.2")}),
        "app/maven3-artifact.jar": jar({**manifest(Implementation_Version="3.8.7"),
                                        **pom("org.apache.maven", "maven-artifact", "3.8.7")}),
        "app/renamed.jar": jar({**manifest(), **pom("com.example", "service", "3.0")}),
        "app/two.jar": jar({**manifest(), **pom("com.example", "a", "3.0"), **pom("com.example", "b", "3.1")}),
        "app/nameless.jar": jar(manifest()),
        "app/built.jar": jar(manifest(Implementation_Version="1.2 (build 7)")),
        "app/error-prone-annotations.jar": jar({**manifest(),
                                                **pom("com.google.errorprone", "error_prone_annotations", "2.18.0")}),
        "app/fat.jar": jar({**manifest(Implementation_Version="0.1", Main_Class="org.x.Launcher"),
                            "BOOT-INF/lib/brave-context-slf4j-5.13.2.jar": inner,
                            "BOOT-INF/lib/log4j-core-2.14.1.jar":
                            jar({**manifest(), **pom("org.apache.logging.log4j", "log4j-core", "2.14.1")})}),
        "app/site.war": jar({**manifest(Implementation_Version="2.0"), "WEB-INF/lib/x-1.0.jar": jar(manifest())}),
        "app/node_modules/a/package.json": '{"name":"a","version":"1.0.0"}',
        "app/node_modules/@s/b/package.json": '{"name":"@s/b","version":"2.0.0-rc.1"}',
        "app/node_modules/a/node_modules/c/package.json": '{"name":"c","version":"3.0.0"}',
        "app/node_modules/private/package.json": '{"name":"private"}',
        "app/node_modules/template/package.json": '{"name":"template","version":"{{version}}"}',
        "app/node_modules/a/esm/package.json": '{"type":"module"}',
        "py/Foo_Bar-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 1.0\n\ntext\n",
        "py/foo.baz.egg-info/PKG-INFO": "Metadata-Version: 1.0\nName: foo.baz\nVersion: 2.0rc1\n",
        "py/single-3.egg-info": "Metadata-Version: 1.0\nName: single\nVersion: 3\n",
        "py/half-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: half\n\n",
    }
    for path, content in files.items():
        path = folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if shutil.which("go"):
        (folder / "go").mkdir()
        (folder / "go/go.mod").write_text("module example.com/shop\n\ngo 1.18\n")
        (folder / "go/main.go").write_text("package main\n\nfunc main() {}\n")
        env = dict(ENV, CGO_ENABLED="0", GOFLAGS="-mod=mod", GOCACHE=str(folder.parent / "go-cache"))
        subprocess.run(["go", "build", "-ldflags=-s -w", "-o", "../shop", "."], cwd=folder / "go", env=env, check=False,
                       capture_output=True)
        shutil.rmtree(folder / "go")
    return f"dir:{folder}"


def demo_image():
    script = '. "$ROOT/tests/e2e/lib.sh"; demo_image'
    done = subprocess.run(["bash", "-c", script], text=True, stdout=subprocess.PIPE)
    if done.returncode not in (0, 77):
        sys.exit(f"the image of `make demo`: {done.stdout.strip()}")
    return f"oci:{done.stdout.strip()}:1" if done.returncode == 0 else None


def main():
    if "-h" in sys.argv or "--help" in sys.argv:
        sys.exit(__doc__)
    syft = shutil.which(ENV.get("SYFT") or "syft")
    if not syft:
        print("no Syft to compare with (set SYFT)")
        sys.exit(77)
    targets, skipped = sys.argv[1:], 0
    if not targets:
        targets = [awkward(pathlib.Path(ENV.get("WORK") or ".").resolve() / "awkward")]
        image = demo_image()
        if image:
            targets.append(image)
        else:
            print("SKIP the image of `make demo`: it cannot be made here")
            skipped = 1
    bad = sum(compare(syft, t) > 0 for t in targets)
    print(f"{len(targets) - bad} passed, {bad} failed, {skipped} skipped")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
