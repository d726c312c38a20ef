#!/usr/bin/env python3
"""Images that mean harm cost a coverage gap, never the scan: bombs, sparse giants, cut and corrupt layers, a worker that
is killed. What is whole is still listed, the memory stays bounded, and the report says what was not assessed."""
import glob
import gzip
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
import zlib

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402
from images import npm  # noqa: E402

RELEASE = os.environ["PLIMSOLL_RELEASE"]  # memory is measured without sanitizers
MEGABYTE = 1 << 20
GOOD = npm("srv", "good", "1.0.0")


def need(claim, text):
    if not claim:
        raise AssertionError(text)


def children_of(pid):
    found = []
    for task in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            for child in map(int, pathlib.Path(task).read_text().split()):
                found += [child, *children_of(child)]
        except OSError:
            pass
    return found


def resident(pid):
    """The proportional set size of a process and those below it, in bytes."""
    total = 0
    for one in [pid, *children_of(pid)]:
        try:
            for line in pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except OSError:
            pass
    return total


def watched(target, seconds=120, program=RELEASE, touch=None, **options):
    """Runs `sbom` on the target: (status, report or None, stderr, peak bytes); touch(pid) is called meanwhile."""
    child = subprocess.Popen([program, "sbom", target, "-f", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             start_new_session=True, **options)
    said = []
    reader = threading.Thread(target=lambda: said.append(child.communicate()))
    reader.start()
    peak, began = 0, time.monotonic()
    while reader.is_alive():
        peak = max(peak, resident(child.pid))
        if touch and touch(child.pid):
            touch = None
        if time.monotonic() - began > seconds:
            os.killpg(child.pid, signal.SIGKILL)
            reader.join()
            raise AssertionError(f"still running after {seconds} s")
        time.sleep(0.005)
    reader.join()
    out, err = said[0]
    try:
        report = json.loads(out)
    except ValueError:
        report = None
    return child.returncode, report, err.decode(errors="replace"), peak


def gap_for(target, wanted=("good",), layer=1, **how):
    """The scan ends with a report that lists what was whole and a gap for the layer; status 3."""
    status, report, err, peak = watched(target, **how)
    need(report is not None, f"no report, status {status}: {err[-600:]}")
    names = {p["name"] for p in report["packages"]}
    need(set(wanted) <= names, f"{wanted} not in {names}")
    gaps = [g for g in report["gaps"] if g.get("layer") == layer]
    need(gaps, f"no gap for layer {layer}: {report['gaps']}")
    need(report["assessed"] is False, "it calls itself assessed")
    need(status == 3, f"status {status}, not 3")
    need(peak < 128 * MEGABYTE, f"{peak >> 20} MB resident at the peak")
    return gaps


def raw_layer(folder, layers):
    """Like images.save, each layer given as (bytes stored, diff ID's bytes or None)."""
    layout = images.Layout(folder)
    stored = [(layout.blob(data, "application/vnd.oci.image.layer.v1.tar+gzip"), "sha256:" + "0" * 64) for data in layers]
    layout.image("1", stored)
    return f"oci:{folder}:1"


def gz(entries):
    return gzip.compress(images.tar_bytes(entries), 6, mtime=0)


def header(name, size):
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf(tarfile.GNU_FORMAT)


def zeros(n, before=b"", after=b""):
    """gzip of before, n zero bytes, after; without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(before)]
    chunk = bytes(8 * MEGABYTE)
    for _ in range(n // len(chunk)):
        parts.append(packer.compress(chunk))
    return b"".join([*parts, packer.compress(bytes(n % len(chunk)) + after), packer.flush()])


def gzip_bomb():
    # 4 GiB of zeros in one member nobody wants: read past, or stopped at a limit that is told
    size = 4 << 30
    target = raw_layer("bomb", [gz(GOOD), zeros(size, header("srv/zeros", size), images.tar_bytes(npm("srv", "late", "1.0.0")))])
    status, report, err, peak = watched(target, seconds=240)
    need(report, f"no report: {err[-600:]}")
    names = {p["name"] for p in report["packages"]}
    need("good" in names, f"{names}")
    need("late" in names or (status == 3 and report["gaps"]), "what stands behind the bomb is neither listed nor a gap")
    need(peak < 128 * MEGABYTE, f"{peak >> 20} MB resident at the peak")


def wanted_file_bomb():
    # the same in a file a detector does want
    size = 2 << 30
    gap_for(raw_layer("wanted", [gz(GOOD), zeros(size, header("var/lib/dpkg/status", size), bytes(1024))]), seconds=240)


def sparse_giant():
    # GNU sparse format: 20 GB by its header, nothing stored
    member = tarfile.TarInfo("srv/sparse.img")
    member.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    giant = b"\x80" + (20 << 30).to_bytes(11, "big")
    head[386:410] = giant + b"%011o\0" % 0  # one run, empty, at its very end
    head[483:495] = giant  # the size it claims
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    layer = gzip.compress(bytes(head) + images.tar_bytes(npm("srv", "late", "1.0.0")), mtime=0)
    status, report, err, peak = watched(raw_layer("sparse", [gz(GOOD), layer]))
    need(report, f"no report: {err[-600:]}")
    names = {p["name"] for p in report["packages"]}
    need("good" in names and ("late" in names or status == 3), f"status {status}: {names} {report['gaps']}")
    need(peak < 128 * MEGABYTE, f"{peak >> 20} MB resident at the peak")


def cut_layer():
    data = gz({**npm("srv", "cut", "1.0.0"), "srv/more": os.urandom(300000)})
    gap_for(raw_layer("cut", [gz(GOOD), data[:len(data) // 2]]))


def no_layer_at_all():
    gap_for(raw_layer("noise", [gz(GOOD), b"this is no gzip stream, whatever the manifest calls it" * 50]))


def corrupt_blob():
    # the bytes differ from the digest the manifest gives
    target = raw_layer("corrupt", [gz(GOOD), gz({"srv/x": os.urandom(200000)})])
    layout = pathlib.Path("corrupt")
    manifest = json.loads((layout / "blobs/sha256" / json.loads((layout / "index.json").read_text())["manifests"][0]
                           ["digest"][7:]).read_text())
    blob = layout / "blobs/sha256" / manifest["layers"][1]["digest"][7:]
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.write_bytes(data)
    status, report, err, _ = watched(target)
    text = err + json.dumps(report["gaps"] if report else "")
    need(status in (3, 4), f"status {status}: corrupt bytes were believed")
    need("digest" in text, f"the digest is not named: {text[-600:]}")


def zip_bomb():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as jar:
        with jar.open("META-INF/maven/g/a/pom.properties", "w", force_zip64=True) as big:
            for _ in range(256):
                big.write(bytes(4 * MEGABYTE))
    # a line that never ends: read past in little memory, and the jar is named as one that says nothing
    status, report, err, peak = watched(images.save("zipbomb", [GOOD, {"srv/lib/bomb.jar": inner.getvalue()}]))
    need(report and "good" in {p["name"] for p in report["packages"]}, f"what was whole is missing: {err[-600:]}")
    need(any("bomb.jar" in g["where"] for g in report["gaps"]), f"no gap names the jar: {report['gaps']}")
    need(peak < 128 * MEGABYTE, f"{peak >> 20} MB resident at the peak")


def nested_jars():
    jar = b"not a jar"
    for depth in range(60):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as outer:
            outer.writestr("META-INF/MANIFEST.MF", f"Implementation-Title: level{depth}\nImplementation-Version: 1.0\n")
            outer.writestr("lib/inner.jar", jar)
        jar = out.getvalue()
    gap_for(images.save("nested", [GOOD, {"srv/lib/outer.jar": jar}]))


def many_members():
    # half a million empty files: names alone must not exhaust the memory
    out = io.BytesIO()
    packer = gzip.GzipFile("", "wb", 1, out, 0)
    for i in range(500000):
        packer.write(header(f"srv/files/{i:07d}", 0))
    packer.write(bytes(1024))
    packer.close()
    status, report, err, peak = watched(raw_layer("many", [gz(GOOD), out.getvalue()]), seconds=240)
    need(report, f"no report: {err[-600:]}")
    need("good" in {p["name"] for p in report["packages"]}, "what was whole is missing")
    need(peak < 128 * MEGABYTE, f"{peak >> 20} MB resident at the peak")


def deep_json():
    gap_for(images.save("deep", [GOOD, {"srv/node_modules/x/package.json": '{"a":' * 200000}]))


def killed_worker():
    # a child killed in the middle: whichever layers it held are gaps, the parent lives
    size = 3 << 30
    target = raw_layer("killed", [gz(GOOD), zeros(size, header("srv/zeros", size), bytes(1024))])
    state = {}

    def kill(pid):
        if "at" not in state:
            state["at"] = time.monotonic() + 0.7
        workers = children_of(pid)
        if time.monotonic() < state["at"] or not workers:
            return False
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        state["killed"] = len(workers)
        return True

    status, report, err, _ = watched(target, touch=kill)
    need(state.get("killed"), "no worker was there to be killed")
    need(status == 3, f"status {status}: {err[-600:]}")
    need(report and report["gaps"], "no gap on the report")


def odd_names():
    # nothing an image is named after may reach a terminal as it is
    evil = "srv/\x1b[2Jevil\n/node_modules/x/package.json"
    target = images.save("odd", [{evil: '{"name":"x\\u001b[31m","version":"1.0.0"}', **GOOD}])
    for form in ("table", "json", "cyclonedx"):
        out = subprocess.run([RELEASE, "sbom", target, "-f", form], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        need(b"\x1b" not in out, f"{form} passes an escape on")


images.run([(f.__name__.replace("_", " "), f) for f in (
    gzip_bomb, wanted_file_bomb, sparse_giant, cut_layer, no_layer_at_all, corrupt_blob, zip_bomb, nested_jars,
    many_members, deep_json, killed_worker, odd_names)])
