#!/usr/bin/env python3
"""Layouts, archives and folders that are damaged, ambiguous, hostile, or of another kind than was said: a clear
word and the right exit status."""
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import images  # noqa: E402

PROGRAM = os.environ["PLIMSOLL"]
os.chdir(os.environ["WORK"])
DEBIAN = {
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
    "var/lib/dpkg/status": "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.9-1\n\n",
}
FINE, USAGE, GAP, FAILED = 0, 2, 3, 4
results = []


def digest(data):
    return hashlib.sha256(data).hexdigest()


def expect(status, word, target, *options, stdin=subprocess.DEVNULL, package=None):
    done = subprocess.run([PROGRAM, "sbom", target, *options], stdin=stdin, capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    wrong = []
    if done.returncode != status:
        wrong.append(f"status {done.returncode}, not {status}")
    if word not in said:
        wrong.append(f"says nothing of {word!r}")
    if (status == FINE if package is None else package) and '"openssl"' not in done.stdout:
        wrong.append("the package is missing")
    results.append(not wrong)
    if wrong:
        print(f"FAIL {target}: {'; '.join(wrong)}\n{said[-1000:]}")


def tar_file(name, members, wrap=lambda b: b):
    pathlib.Path(name).write_bytes(wrap(images.tar_bytes(members)))


def docker_archive(tags=("app:1",), layer=None, **change):
    layer = images.tar_bytes(DEBIAN) if layer is None else layer
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(layer)]}}
    config.update(change)
    text = json.dumps(config)
    name = digest(text.encode()) + ".json"
    return {
        "aa/layer.tar": layer,
        name: text,
        "manifest.json": json.dumps([{"Config": name, "RepoTags": [t], "Layers": ["aa/layer.tar"]} for t in tags]),
    }


def change_layout(folder, change):
    """A copy of the layout whose manifest was changed, digests and all."""
    shutil.copytree("good", folder)
    root = pathlib.Path(folder)
    index = json.loads((root / "index.json").read_text())
    blobs = root / "blobs" / "sha256"
    manifest = json.loads((blobs / index["manifests"][0]["digest"][7:]).read_text())
    change(manifest, blobs, index)
    data = json.dumps(manifest).encode()
    (blobs / digest(data)).write_bytes(data)
    index["manifests"][0].update(digest="sha256:" + digest(data), size=len(data))
    (root / "index.json").write_text(json.dumps(index))
    return root


def layouts():
    images.save("good", [DEBIAN])
    expect(FINE, "openssl", "oci:good")
    expect(FINE, "openssl", "oci:good:1")
    expect(FAILED, "there is no one image 2", "oci:good:2")

    def foreign(manifest, *_):
        manifest["layers"][0]["mediaType"] = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"

    change_layout("foreign", foreign)
    expect(GAP, "not distributed", "oci:foreign")

    def chart(manifest, *_):
        manifest["config"]["mediaType"] = "application/vnd.cncf.helm.config.v1+json"

    change_layout("chart", chart)
    expect(GAP, "Helm chart", "oci:chart")

    def lost(manifest, blobs, _):
        (blobs / manifest["layers"][0]["digest"][7:]).unlink()

    change_layout("lost", lost)
    expect(FAILED, "layer 1", "oci:lost")

    def linked(manifest, blobs, _):
        blob = blobs / manifest["layers"][0]["digest"][7:]
        data = blob.read_bytes()
        pathlib.Path("outside").write_bytes(data)
        blob.unlink()
        blob.symlink_to(os.path.abspath("outside"))

    change_layout("linked", linked)
    expect(FAILED, "symbolic link", "oci:linked")

    def damaged(manifest, blobs, _):
        blob = blobs / manifest["layers"][0]["digest"][7:]
        data = bytearray(blob.read_bytes())
        data[-5] ^= 1
        blob.write_bytes(data)

    change_layout("damaged", damaged)
    expect(FAILED, "digest", "oci:damaged")

    def windows(manifest, blobs, _):
        config = json.dumps({"os": "windows", "architecture": "amd64", "os.version": "10.0.20348.1",
                             "rootfs": {"diff_ids": ["x"] * len(manifest["layers"])}}).encode()
        (blobs / digest(config)).write_bytes(config)
        manifest["config"].update(digest="sha256:" + digest(config), size=len(config))

    change_layout("windows", windows)
    expect(GAP, "windows", "oci:windows", package=True)

    def two(manifest, _, index):
        manifest["annotations"] = {"this": "one"}
        index["manifests"].append(dict(index["manifests"][0], annotations={"org.opencontainers.image.ref.name": "other"}))

    change_layout("two", two)
    expect(USAGE, "name one", "oci:two")
    expect(FINE, "openssl", "oci:two:other")
    for blob in pathlib.Path("foreign/blobs/sha256").iterdir():
        if blob.read_bytes()[:2] == b"\x1f\x8b":
            blob.unlink()
    for name in ("foreign", "good"):
        with tarfile.open(f"{name}-layout.tar", "w") as tar:
            for path in sorted(pathlib.Path(name).rglob("*")):
                tar.add(path, arcname=str(path.relative_to(name)), recursive=False)
    expect(GAP, "not distributed", "oci-archive:foreign-layout.tar")
    expect(FINE, "openssl", "oci-archive:good-layout.tar:1")
    pathlib.Path("nothing").mkdir()
    expect(FAILED, "no OCI layout", "oci:nothing")


def archives():
    tar_file("docker.tar", docker_archive())
    expect(FINE, "openssl", "docker-archive:docker.tar")
    expect(FINE, "openssl", "docker-archive:docker.tar:app:1")
    expect(FAILED, "there is app:1", "docker-archive:docker.tar:app:2")
    with open("docker.tar", "rb") as stdin:
        expect(FINE, "openssl", "-", stdin=stdin)
    tar_file("docker.tgz", docker_archive(), gzip.compress)
    expect(FINE, "openssl", "docker-archive:docker.tgz")
    tar_file("two.tar", docker_archive(("app:1", "app:2")))
    expect(USAGE, "name one", "docker-archive:two.tar")
    expect(FINE, "openssl", "docker-archive:two.tar:app:2")
    data = pathlib.Path("docker.tar").read_bytes()
    pathlib.Path("cut.tar").write_bytes(data[: len(data) // 3])
    expect(FAILED, "cut.tar", "docker-archive:cut.tar")
    packed = pathlib.Path("docker.tgz").read_bytes()
    pathlib.Path("cut.tgz").write_bytes(packed[: len(packed) // 2])
    expect(FAILED, "cut.tgz", "docker-archive:cut.tgz")
    pathlib.Path("zero.tar").write_bytes(bytes(10240))
    expect(FAILED, "empty", "docker-archive:zero.tar")
    pathlib.Path("empty.tar").write_bytes(b"")
    expect(FAILED, "empty", "docker-archive:empty.tar")
    tar_file("other.tar", {"hello": "world"})
    expect(FAILED, "no archive of an image", "docker-archive:other.tar")
    pathlib.Path("text.tar").write_text("hello\n")
    expect(FAILED, "no tar archive", "docker-archive:text.tar")
    pathlib.Path("bom.json").write_text('{"bomFormat":"CycloneDX"}')
    expect(FAILED, "JSON", "docker-archive:bom.json")
    expect(USAGE, "folder", "docker-archive:good")
    tar_file("windows.tar", docker_archive(os="windows"))
    expect(GAP, "windows", "docker-archive:windows.tar", package=True)
    tar_file("short.tar", {k: v for k, v in docker_archive().items() if "layer" not in k})
    expect(FAILED, "layer 0: aa/layer.tar is not in the archive", "docker-archive:short.tar")
    members = docker_archive()
    config = next(k for k in members if len(k) == 69)
    members[config] += " "
    tar_file("lie.tar", members)
    expect(FAILED, "another digest", "docker-archive:lie.tar")
    members = docker_archive()
    members["bb/layer.tar"] = members["aa/layer.tar"]
    members["aa/layer.tar"] = images.link("../bb/layer.tar")
    tar_file("link.tar", members)
    expect(FINE, "openssl", "docker-archive:link.tar")
    members["aa/layer.tar"] = images.link("../../../etc/passwd")
    tar_file("away.tar", members)
    expect(FAILED, "aa/layer.tar", "docker-archive:away.tar")
    members["aa/layer.tar"] = images.link("layer.tar")
    tar_file("circle.tar", members)
    expect(FAILED, "aa/layer.tar", "docker-archive:circle.tar")


def folders():
    root = pathlib.Path("root")
    for path, text in DEBIAN.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "loop").symlink_to(".")
    (root / "away").symlink_to("/")
    os.mkfifo(root / "pipe")
    (root / "srv").mkdir()
    expect(FINE, "openssl", "dir:root")
    # a package database that was moved, with a link left behind, as in other kinds of images
    (root / "opt").mkdir()
    (root / "var/lib/dpkg").rename(root / "opt/moved")
    (root / "var/lib/dpkg").symlink_to("../../opt/moved")
    expect(FINE, "openssl", "dir:root")
    (root / "var/lib/dpkg").unlink()
    (root / "opt/moved").rename(root / "var/lib/dpkg")
    # a package database that is a link out of the folder is not the image's
    pathlib.Path("status").write_text(DEBIAN["var/lib/dpkg/status"])
    status = root / "var/lib/dpkg/status"
    status.unlink()
    status.symlink_to(os.path.abspath("status"))
    expect(GAP, "database", "dir:root", package=False)
    done = subprocess.run([PROGRAM, "sbom", "dir:root"], capture_output=True, text=True)
    results.append('"openssl"' not in done.stdout)
    if not results[-1]:
        print("FAIL dir:root: read a file outside of it")
    expect(USAGE, "no folder", "dir:status")
    expect(FAILED, "No such file", "dir:nowhere")


layouts()
archives()
folders()
print(f"{sum(results)} passed, {len(results) - sum(results)} failed, 0 skipped")
sys.exit(0 if all(results) else 1)
