"""Small images for tests: layers written down as dictionaries, path to what stands there.

bytes or str: a file; link(to): a symbolic link; hard(to): a hard link; DIR: a folder; a raw tarfile.TarInfo
pair is taken as it is. Whiteouts are written as in a layer: "a/.wh.b", "a/.wh..wh..opq". The order of the
dictionary is the order in the tar.
"""
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools"))
from oci_image import Layout  # noqa: E402

DIR = object()


class link(str):
    """A symbolic link to this."""


class hard(str):
    """A hard link to this."""


def tar_bytes(entries, form=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for path, what in entries.items():
            member = tarfile.TarInfo(path)
            member.mtime = 1700000000
            data = None
            if what is DIR:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(what, link):
                member.type, member.linkname = tarfile.SYMTYPE, str(what)
            elif isinstance(what, hard):
                member.type, member.linkname = tarfile.LNKTYPE, str(what)
            else:
                data = what.encode() if isinstance(what, str) else what
                member.size = len(data)
            tar.addfile(member, io.BytesIO(data) if data is not None else None)
    return out.getvalue()


def save(folder, layers, compress="gzip", form=tarfile.PAX_FORMAT, **platform):
    """An OCI layout of these layers; a layer given as bytes is a tar file already. The platform is Layout.image's arch and system."""
    layout = Layout(folder)
    stored = []
    for i, entries in enumerate(layers):
        part = pathlib.Path(folder) / f"layer{i}.tar"
        part.write_bytes(entries if isinstance(entries, bytes) else tar_bytes(entries, form))
        if compress == "zstd":
            plain = layout.layer(part, None)[1]
            subprocess.run(["zstd", "-q", "--rm", part], check=True)
            data = pathlib.Path(f"{part}.zst").read_bytes()
            stored.append((layout.blob(data, "application/vnd.oci.image.layer.v1.tar+zstd"), plain))
            pathlib.Path(f"{part}.zst").unlink()
        else:
            stored.append(layout.layer(part, compress))
            part.unlink()
    layout.image("1", stored, **platform)
    return f"oci:{folder}:1"


def npm(app, name, version):
    return {f"{app}/node_modules/{name}/package.json": json.dumps({"name": name, "version": version})}


def report(target, *options, database=None, program=None, status=(0, 3)):
    """The JSON report of a scan, or of `sbom` without a database."""
    verb = ["scan", target, "--db", database] if database else ["sbom", target]
    done = subprocess.run([program or os.environ["PLIMSOLL"], *verb, "-f", "json", *options], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode not in status:
        raise AssertionError(f"{' '.join(verb)}: status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


def packages(target, **more):
    return {(p["type"], p["name"], p["version"], p["path"]) for p in report(target, **more)["packages"]}


def run(cases):
    """Runs (name, function) pairs; prints and exits as tests/run wants it."""
    failed = skipped = 0
    for name, case in cases:
        try:
            why = case()
            if why:
                print(f"SKIP {name}: {why}")
                skipped += 1
        except Exception as e:  # a case that dies is a case that fails
            print(f"FAIL {name}: {type(e).__name__}: {e}")
            failed += 1
    print(f"{len(cases) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
