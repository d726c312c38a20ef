#!/usr/bin/env python3
"""Seekable layers made by the libraries that define them (stargz-snapshotter's estargz, containers/storage's zstd:chunked, through
the Go proxy): read by Range they list what the plain image lists, from Debian's docker-registry and from a server of our own that
counts the bytes, alters them, or knows no Range. Whatever is altered, the answer is never another one."""
import hashlib
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import threading

ROOT, WORK, CACHE = (pathlib.Path(os.environ[k]) for k in ("ROOT", "WORK", "CACHE"))
sys.path.insert(0, str(ROOT / "tests/e2e"))
import images  # noqa: E402

PROGRAM = os.environ["PLIMSOLL"]
STARGZ = "containerd.io/snapshot/stargz/toc.digest"
CHECKSUM = "io.github.containers.zstd-chunked.manifest-checksum"
POSITION = "io.github.containers.zstd-chunked.manifest-position"
STANZA = "Package: p{0}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.{0}-1\nDescription: {1}\n\n"


def noise(n):
    return random.Random(n).randbytes(n)


def status(n):
    return "".join(STANZA.format(i, hashlib.sha512(str(i).encode()).hexdigest() * 4) for i in range(n))


def build():
    """The encoder, built once; None where that cannot be."""
    if not shutil.which("go"):
        return None
    source, folder = ROOT / "tests/peers/seekable", CACHE / "test/seekable"
    program = folder / ("encode-" + hashlib.sha256((source / "main.go").read_bytes() + (source / "go.mod").read_bytes()).hexdigest()[:16])
    if not program.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("main.go", "go.mod"):
            shutil.copy(source / name, folder)
        for command in (["go", "mod", "tidy"], ["go", "build", "-o", program.name, "."]):
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode:
                print(done.stderr[-1000:])
                return None
    return program


def plain_image():
    """Files of several readers, large ones in several pieces, one with a hole, links, and filler that nobody wants."""
    layers = [{"etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', "var/lib/dpkg/status": status(1500),
               "usr/share/a": noise(3 << 20), "srv/node_modules": images.DIR, **images.npm("srv", "left-pad", "1.0.0"),
               **images.npm("srv", "gone", "1.0.0"), "usr/share/b": noise((3 << 20) + 1), "empty": b"",
               "opt/node_modules": images.link("../srv/node_modules")},
              {"srv/node_modules/.wh.gone": b"", "usr/share/c": noise((3 << 20) + 2), **images.npm("app", "new", "2.0.0"),
               "app/node_modules/hard/package.json": images.hard("app/node_modules/new/package.json"),
               "usr/lib/os-release": 'ID=debian\nVERSION_ID="12"\n', "etc/os-release": images.link("../usr/lib/os-release")}]
    return images.save(WORK / "plain", layers)[4:-2]


def blob(folder, digest):
    return pathlib.Path(folder) / "blobs/sha256" / digest[7:]


class Image:
    """A layout's image as a registry has it; the manifest may be changed."""

    def __init__(self, folder):
        self.folder = folder
        entry = json.loads((pathlib.Path(folder) / "index.json").read_text())["manifests"][0]
        self.manifest = json.loads(blob(folder, entry["digest"]).read_text())
        self.layers = self.manifest["layers"]


class Server(http.server.ThreadingHTTPServer):
    """One image; `alter(digest, first, body)` changes what is sent, `ranges` False ignores Range, None refuses it."""
    daemon_threads = True

    def __init__(self, image, alter=None, ranges=True):
        super().__init__(("127.0.0.1", 0), Handler)
        self.image, self.alter, self.ranges, self.sent, self.asked = image, alter, ranges, 0, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *unused):
        """Who gets the whole where he asked for a part hangs up."""

    def target(self):
        return f"127.0.0.1:{self.server_port}/x:1"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            try:
                self.wfile.write(body)
            except ConnectionError:
                pass

    def do_GET(self):
        server = self.server
        manifest = json.dumps(server.image.manifest).encode()
        where = self.path.split("/")
        if self.path == "/v2/":
            return self.answer(200)
        if where[3] == "manifests":
            return self.answer(200, manifest, Content_Type="application/vnd.oci.image.manifest.v1+json",
                               Docker_Content_Digest="sha256:" + hashlib.sha256(manifest).hexdigest())
        whole, asked = blob(server.image.folder, where[4]).read_bytes(), re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last, code, extra = 0, len(whole), 200, {}
        if asked and server.ranges is None:
            return self.answer(416)
        if asked and server.ranges:
            first, last, code = int(asked[1]), int(asked[2] or len(whole) - 1) + 1, 206
            extra = {"Content_Range": f"bytes {first}-{last - 1}/{len(whole)}"}
        body = whole[first:last]
        if server.alter:
            body = server.alter(where[4], first if code == 206 else None, body)
        if where[4] in [layer["digest"] for layer in server.image.layers]:
            server.sent += len(body)
            server.asked.append(code)
        self.answer(code, body, **extra)

    do_HEAD = do_GET


def scan(target, *options, status=(0, 3)):
    done = subprocess.run([PROGRAM, "sbom", target, "-f", "json", "-v", "--no-cache", *options], capture_output=True, text=True, timeout=300)
    if done.returncode not in status:
        raise AssertionError(f"{target}: status {done.returncode}: {done.stderr}")
    return (json.loads(done.stdout) if done.returncode in (0, 3) else None), done.stderr


def content(report):
    """What the image holds, whatever its layers are called."""
    for p in report["packages"]:
        p["layer"] = p["layer"]["index"]
        p.pop("ref")
    for gap in report["gaps"]:
        gap["layer"] = gap["layer"] and gap["layer"].get("index") if isinstance(gap.get("layer"), dict) else gap.get("layer")
    return report["packages"], report["gaps"], report["distro"]


def same(report, why):
    assert content(report) == WANTED, f"{why}: {len(report['packages'])} packages, {len(WANTED[0])} wanted"


def served(image, alter=None, ranges=True, options=()):
    server = Server(image, alter, ranges)
    try:
        report, log = scan(server.target(), *options)
        return report, log, server
    finally:
        server.shutdown()


def reads_by_range(folder):
    def case():
        image = Image(folder)
        report, log, server = served(image)
        same(report, folder)
        whole = sum(layer["size"] for layer in image.layers)
        assert log.count("read by Range") >= 2 and set(server.asked) == {206}, log
        assert server.sent < whole / 3, f"{server.sent} of {whole} bytes"
        print(f"{folder.name}: {server.sent} of {whole} bytes in {len(server.asked)} requests")
        report, log, server = served(image, options=["--whole-layers"])
        same(report, "--whole-layers")
        assert set(server.asked) == {200}, server.asked
    return case


def real_registry():
    if not shutil.which("docker-registry") or not shutil.which("skopeo"):
        return "docker-registry or skopeo is not installed"
    script = '''set -e; . "$ROOT/tools/registry.sh"; trap registry_stop EXIT; registry_start "$WORK/registry"
        for kind in estargz chunked pieces; do registry_push "$WORK/$kind:1" x:$kind
        "$PLIMSOLL" sbom "$REGISTRY/x:$kind" -f json -v --no-cache >"$WORK/$kind.json" 2>"$WORK/$kind.log" || [ $? = 3 ]; done'''
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for kind in ("estargz", "chunked", "pieces"):
        same(json.loads((WORK / f"{kind}.json").read_text()), f"docker-registry, {kind}")
        assert (WORK / f"{kind}.log").read_text().count("read by Range") >= 2, (WORK / f"{kind}.log").read_text()


def no_ranges(folder):
    def case():
        for ranges in (False, None):
            report, log, server = served(Image(folder), ranges=ranges)
            same(report, f"ranges {ranges}")
            assert "read whole" in log and "does not answer with parts" in log, log
    return case


def flip(body, at):
    return body[:at] + bytes([body[at] ^ 0x55]) + body[at + 1:] if len(body) > at else body


def altered_parts(folder):
    """Every request of a layer is altered once, at several bytes, with the whole blob still sound."""
    def case():
        image, tries = Image(folder), 0
        for number in range(5):
            for place in (0, 3, 40, 1 / 3, 1 / 2):
                seen = []

                def alter(digest, first, body):
                    if first is None or digest != image.layers[0]["digest"]:
                        return body
                    seen.append(first)
                    if len(seen) - 1 != number:
                        return body
                    return flip(body, int((len(body) - 1) * place) if isinstance(place, float) else place)
                report, log, server = served(image, alter)
                same(report, f"request {number}, place {place}")
                tries += "layer 1: read whole" in log
        assert tries > 8, f"{tries} alterations were noticed"
    return case


def altered_whole(folder):
    def case():
        image = Image(folder)
        server = Server(image, lambda digest, first, body: flip(body, len(body) // 2) if digest == image.layers[0]["digest"] else body)
        unused, log = scan(server.target(), status=(4,))
        server.shutdown()
        assert "the bytes are not those of" in log or "damaged" in log, log
    return case


def short_answers(folder):
    def case():
        report, log, server = served(Image(folder), lambda digest, first, body: body[:-7] if first and len(body) > 60 else body)
        same(report, "short answers")
        assert "read whole" in log, log
    return case


def wrong_notes(folder, changes):
    """Annotations that are not the table's: unknown, or read whole."""
    def case():
        for change in changes:
            image = Image(folder)
            for layer in image.layers:
                layer["annotations"].update(change)
            report, log, server = served(image)
            same(report, change)
            assert "read by Range" not in log, log
    return case


def of_another_layer(folder):
    def case():
        image = Image(folder)
        image.layers[0]["annotations"], image.layers[1]["annotations"] = image.layers[1]["annotations"], image.layers[0]["annotations"]
        report, log, server = served(image)
        same(report, "annotations of another layer")
        assert "read by Range" not in log, log
    return case


def cached(folder):
    """Under a key of its own: a table's result is never the blob's."""
    image, kept = Image(folder), WORK / f"kept-{folder.name}"
    server = Server(image)
    env = {k: v for k, v in os.environ.items() if k != "PLIMSOLL_NO_CACHE"}

    def again(*options):
        server.asked = []
        done = subprocess.run([PROGRAM, "sbom", server.target(), "-f", "json", "--cache-dir", kept, *options], env=env, capture_output=True)
        assert done.returncode in (0, 3), done.stderr
        same(json.loads(done.stdout), "cached")
        return server.asked

    def case():
        assert 206 in again() and again() == [], server.asked
        assert set(again("--whole-layers")) == {200} and again("--whole-layers") == [] and again() == [], server.asked
    return case


encoder = build()
if not encoder:
    print("SKIP seekable layers: their libraries cannot be built here (go, its module proxy)")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)
source = plain_image()
for kind, arguments in (("estargz", ["estargz"]), ("chunked", ["zstd:chunked"]), ("pieces", ["estargz", "65536"])):
    subprocess.run([encoder, source, WORK / kind, *arguments], check=True)
WANTED = content(scan(f"oci:{source}:1")[0])
assert len(WANTED[0]) > 1500
BAD = "sha256:" + "0" * 64
cases = [("docker-registry", real_registry)]
for name in ("estargz", "chunked", "pieces"):
    folder = WORK / name
    cases += [(f"{name}: by range", reads_by_range(folder)), (f"{name}: kept", cached(folder)),
              (f"{name}: another layer's annotations", of_another_layer(folder))]
for name in ("estargz", "chunked"):
    folder = WORK / name
    cases += [(f"{name}: no ranges", no_ranges(folder)), (f"{name}: altered parts", altered_parts(folder)),
              (f"{name}: altered blob", altered_whole(folder)), (f"{name}: short answers", short_answers(folder))]
cases += [("estargz: wrong digest", wrong_notes(WORK / "estargz", [{STARGZ: BAD}, {STARGZ: "sha256:x"}, {STARGZ: ""}])),
          ("chunked: wrong digest, wrong place", wrong_notes(WORK / "chunked", [
              {CHECKSUM: BAD}, {POSITION: "0:100:100:1"}, {POSITION: "99999999999:1:1:1"}, {POSITION: "18446744073709551615:2:2:1"},
              {POSITION: "1:2:3:9"}, {POSITION: "nonsense"}]))]
images.run(cases)
