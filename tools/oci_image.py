#!/usr/bin/env python3
"""Puts tar files together as an OCI image layout: tools/oci_image.py DIR TAG COMMAND LAYER.tar [COMMAND LAYER.tar]...

COMMAND is what the image's history says made the layer. Image specification 1.1. The same input gives the
same bytes; only the standard library is used, so that tests can build any image they like with it.
"""
import gzip
import hashlib
import json
import pathlib
import platform
import shutil
import sys

ARCH = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "ppc64le": "ppc64le", "s390x": "s390x",
        "riscv64": "riscv64", "i686": "386"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
CREATED = "2024-01-01T00:00:00Z"


class Layout:
    """An OCI layout folder that is being filled."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "blobs/sha256").mkdir(parents=True, exist_ok=True)
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.manifests = []

    def blob(self, data, media):
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(data)}

    def layer(self, tar, compress="gzip"):
        """Stores a tar file (path) as a layer; its descriptor and diff ID."""
        part = self.folder / "layer.part"
        plain = hashlib.sha256()
        with open(tar, "rb") as source, open(part, "wb") as raw:
            packed = gzip.GzipFile("", "wb", 6, raw, 0) if compress == "gzip" else raw
            while data := source.read(1 << 20):
                plain.update(data)
                packed.write(data)
            if packed is not raw:
                packed.close()
        digest = hashlib.sha256()
        with open(part, "rb") as stored:
            while data := stored.read(1 << 20):
                digest.update(data)
        size = part.stat().st_size
        part.rename(self.folder / "blobs/sha256" / digest.hexdigest())
        media = LAYER + ("+gzip" if compress == "gzip" else "")
        return ({"mediaType": media, "digest": f"sha256:{digest.hexdigest()}", "size": size},
                f"sha256:{plain.hexdigest()}")

    def image(self, tag, layers, arch=None, history=None, settings=None, system=None):
        """Adds the image of these (descriptor, diff ID) pairs under a tag; history is a command a layer, settings the
        configuration's `config`, system what replaces {"os": "linux"}."""
        arch = arch or ARCH.get(platform.machine(), platform.machine())
        system = system or {"os": "linux"}
        config = {"created": CREATED, "architecture": arch, **system, "config": settings or {"Env": ["PATH=/usr/bin:/bin"]},
                  "rootfs": {"type": "layers", "diff_ids": [diff for _, diff in layers]},
                  "history": [{"created": CREATED, "created_by": h} for h in history or [""] * len(layers)]}
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST,
                    "config": self.blob(json.dumps(config).encode(), CONFIG), "layers": [d for d, _ in layers]}
        described = self.blob(json.dumps(manifest).encode(), MANIFEST)
        described["annotations"] = {"org.opencontainers.image.ref.name": tag}
        described["platform"] = {"architecture": arch, **system}
        self.manifests.append(described)
        self.close()
        return described["digest"]

    def close(self):
        index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                 "manifests": self.manifests}
        (self.folder / "index.json").write_text(json.dumps(index))


def main(args):
    if len(args) < 4 or len(args) % 2:
        sys.exit(__doc__)
    folder, tag, rest = args[0], args[1], args[2:]
    part = pathlib.Path(f"{folder}.part")
    shutil.rmtree(part, ignore_errors=True)
    layout = Layout(part)
    layout.image(tag, [layout.layer(tar) for tar in rest[1::2]], history=rest[0::2])
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
