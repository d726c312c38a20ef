#!/usr/bin/env python3
"""bench/huge_image.py BIG DIR - the image BIG (bench/big-image) with eight more layers, each one file of 1.1 GB: 10 GB and more
when inflated. What is in the files is noise and zeros by turns; it is compressed once and used eight times, as a gzip
member behind the tar header's. Kept where it is once made."""
import gzip
import hashlib
import json
import os
import pathlib
import random
import shutil
import sys
import tarfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from oci_image import LAYER, Layout  # noqa: E402

BLOCKS, BLOCK = 1100, 1 << 20
NOISE = random.Random(1).randbytes(BLOCK // 4)


def blocks():
    for i in range(BLOCKS):
        yield NOISE[i:] + NOISE[:i] + bytes(BLOCK * 3 // 4)


def main(big, folder):
    if pathlib.Path(folder, "index.json").exists():
        return
    part = pathlib.Path(f"{folder}.part")
    shutil.rmtree(part, ignore_errors=True)
    layout, big = Layout(part), pathlib.Path(big)
    blob = lambda d: big / "blobs/sha256" / d.removeprefix("sha256:")
    manifest = json.loads(blob(json.loads((big / "index.json").read_text())["manifests"][0]["digest"]).read_text())
    diffs = json.loads(blob(manifest["config"]["digest"]).read_text())["rootfs"]["diff_ids"]
    for layer in manifest["layers"]:
        os.link(blob(layer["digest"]), part / "blobs/sha256" / layer["digest"][7:])
    layers = list(zip(manifest["layers"], diffs))
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    content = b"".join([*(packer.compress(b) for b in blocks()), packer.flush()])
    for i in range(8):
        head = tarfile.TarInfo(f"srv/model/part{i}.bin")
        head.size = BLOCKS * BLOCK
        plain = hashlib.sha256(head.tobuf(tarfile.GNU_FORMAT))
        for block in blocks():
            plain.update(block)
        plain.update(bytes(1024))
        stored = gzip.compress(head.tobuf(tarfile.GNU_FORMAT), mtime=0) + content + gzip.compress(bytes(1024), mtime=0)
        layers.append((layout.blob(stored, LAYER + "+gzip"), f"sha256:{plain.hexdigest()}"))
    layout.image("1", layers)
    part.rename(folder)


main(*sys.argv[1:])
