#!/usr/bin/env python3
"""SBOMs attached to an image, read with --attached-sboms. The tag schemes (referrers fallback, cosign, BuildKit's index) are tested on
Debian's docker-registry, which has no referrers API; the API itself on a small server of our own."""
import base64
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
import badregistry  # noqa: E402

PROGRAM, WORK = os.environ["PLIMSOLL"], pathlib.Path(os.environ["WORK"])
IMAGE = badregistry.Image(1000)
SUBJECT = badregistry.digest(IMAGE.manifest)
MANIFEST, INDEX = badregistry.OCI_MANIFEST, badregistry.OCI_INDEX
CYCLONEDX, INTOTO = "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"
EMPTY = b"{}"
passed = failed = 0


def sbom(*packages):
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": name, "version": version, "purl": purl} for name, version, purl in packages]}


SEEN = ("openssl", "3.0.9-1", "pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12")
OTHER = ("left-pad", "1.0.0", "pkg:npm/left-pad@1.0.0")
PLAIN = json.dumps(sbom(SEEN, OTHER)).encode()
STATEMENT = json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://cyclonedx.org/bom",
                        "predicate": sbom(SEEN, OTHER)}).encode()
ENVELOPE = json.dumps({"payloadType": INTOTO, "payload": base64.b64encode(STATEMENT).decode(), "signatures": []}).encode()
PROVENANCE = b'{"predicateType":"https://slsa.dev/provenance/v1","predicate":{}}'


def blob_of(media, data, **notes):
    return {"mediaType": media, "digest": badregistry.digest(data), "size": len(data), **({"annotations": notes} if notes else {})}


def artifact(layers, kind=None, subject=True):
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": blob_of("application/vnd.oci.empty.v1+json", EMPTY), "layers": layers}
    if kind:
        manifest["artifactType"] = kind
    if subject:
        manifest["subject"] = blob_of(MANIFEST, IMAGE.manifest)
    return json.dumps(manifest).encode()


def index_of(*entries):
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": list(entries)}).encode()


def entry(manifest, **more):
    return {**blob_of(MANIFEST, manifest), **more}


def expect(name, fine, detail=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    if not fine:
        print(f"FAIL {name}: {str(detail)[-1500:]}")


def scan(name, *options):
    home = WORK / "home"
    home.mkdir(exist_ok=True)
    env = {**os.environ, "HOME": str(home), "DOCKER_CONFIG": str(home), "PLIMSOLL_NO_CACHE": "1"}
    done = subprocess.run([PROGRAM, "sbom", "-f", "json", name, *options], capture_output=True, env=env)
    return done, json.loads(done.stdout or b"{}")


def expect_claim(name, target, how, options=("--attached-sboms",)):
    done, report = scan(target, *options)
    packages = {p["name"]: p for p in report.get("packages", [])}
    notes = " ".join(g["why"] for g in report.get("gaps", []))
    expect(name, done.returncode == 0 and sorted(packages) == ["left-pad", "openssl"] and how in notes, done.stderr + done.stdout)
    expect(f"{name}: the seen one stays", packages.get("openssl", {}).get("path") == "var/lib/dpkg/status", packages)
    expect(f"{name}: evidence names the document", "SBOM sha256:" in json.dumps(packages.get("left-pad", {})), packages)


def expect_alone(name, target, *options):
    done, report = scan(target, *options)
    expect(name, done.returncode == 0 and [p["name"] for p in report.get("packages", [])] == ["openssl"]
           and not report.get("gaps"), done.stderr + done.stdout)


# --- the referrers API, on a server of our own ---

class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        server.asked.append((self.command, self.path))
        part = self.path.split("/")
        key = part[-1]
        if self.path == "/v2/":
            data, media = b"{}", "application/json"
        elif part[-2] == "referrers":
            data, media = server.referrers, INDEX
        else:
            data, media = server.stock.get(key, (None, None))
        if data is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(data)))
        if "manifests" in part:
            self.send_header("Docker-Content-Digest", badregistry.digest(data))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    do_HEAD = do_GET


def serve(stock, referrers):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.stock = {badregistry.digest(data): (data, media) for data, media in stock}
    server.stock["1"] = (IMAGE.manifest, MANIFEST)
    server.referrers, server.asked = referrers, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"127.0.0.1:{server.server_address[1]}/app:1"


BASE = [(IMAGE.manifest, MANIFEST), (IMAGE.config, "application/octet-stream"), (IMAGE.layer, "application/octet-stream")]


def api():
    one = artifact([blob_of(CYCLONEDX, PLAIN)], CYCLONEDX)
    other = artifact([blob_of("application/vnd.cncf.notary.signature", b"x")], "application/vnd.cncf.notary.signature")
    stock = BASE + [(one, MANIFEST), (other, MANIFEST), (PLAIN, CYCLONEDX)]
    server, name = serve(stock, index_of(entry(one, artifactType=CYCLONEDX),
                                         entry(other, artifactType="application/vnd.cncf.notary.signature")))
    expect_claim("the referrers API", name, "referrers API")
    expect("a signature is not fetched", not any(badregistry.digest(other) in p for _, p in server.asked), server.asked)
    server.asked.clear()
    expect_alone("without the option nobody asks", name)
    expect("no request", not any("referrers" in p or "sha256-" in p for _, p in server.asked), server.asked)
    server.referrers = index_of()
    server.asked.clear()
    expect_alone("nothing is attached", name, "--attached-sboms")
    expect("one list and two tags", len([p for _, p in server.asked if "referrers" in p or "sha256-" in p]) == 3, server.asked)
    server.referrers = index_of(entry(one, artifactType=CYCLONEDX))
    server.stock[badregistry.digest(PLAIN)] = (PLAIN.replace(b"left-pad", b"left-pat"), CYCLONEDX)
    done, report = scan(name, "--attached-sboms")
    expect("a document with another digest is a gap", done.returncode == 3 and "digest" in json.dumps(report["gaps"])
           and len(report["packages"]) == 1, done.stdout)
    server.shutdown()


# --- tags, on Debian's docker-registry ---

def registry():
    program = shutil.which("docker-registry")
    if not program:
        return None, None
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    config = WORK / "registry.yml"
    config.write_text(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {WORK}/registry}}}}\n"
                      f"http: {{addr: '127.0.0.1:{port}'}}\n")
    process = subprocess.Popen([program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/")
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    return process, f"127.0.0.1:{port}"


def request(method, url, data=None, media="application/octet-stream"):
    r = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": media})
    return urllib.request.urlopen(r)


def push_blob(host, name, data):
    where = request("POST", f"http://{host}/v2/{name}/blobs/uploads/", b"").headers["Location"]
    request("PUT", where + ("&" if "?" in where else "?") + "digest=" + badregistry.digest(data), data)


def push(host, name, tag, manifest, media=MANIFEST, blobs=()):
    for data in blobs:
        push_blob(host, name, data)
    request("PUT", f"http://{host}/v2/{name}/manifests/{tag}", manifest, media)


def tags():
    process, host = registry()
    if not process:
        print("SKIP tags: docker-registry is not installed")
        return 1
    tag = SUBJECT.replace(":", "-")
    try:
        for name in ("alone", "fallback", "sbom", "att"):
            push(host, name, "1", IMAGE.manifest, blobs=(IMAGE.config, IMAGE.layer))
        expect_alone("a registry without the API, nothing attached", f"{host}/alone:1", "--attached-sboms")
        one = artifact([blob_of(CYCLONEDX, PLAIN)], CYCLONEDX)
        push(host, "fallback", badregistry.digest(one), one, blobs=(EMPTY, PLAIN))
        push(host, "fallback", tag, index_of(entry(one, artifactType=CYCLONEDX)), INDEX)
        expect_claim("the fallback tag", f"{host}/fallback:1", f"tag {tag}")
        push(host, "sbom", tag + ".sbom", artifact([blob_of(CYCLONEDX, PLAIN)], subject=False), blobs=(EMPTY, PLAIN))
        expect_claim("cosign attach sbom", f"{host}/sbom:1", f"tag {tag}.sbom")
        dsse = "application/vnd.dsse.envelope.v1+json"
        push(host, "att", tag + ".att", artifact([
            blob_of(dsse, ENVELOPE, predicateType="https://cyclonedx.org/bom"),
            blob_of(dsse, PROVENANCE, predicateType="https://slsa.dev/provenance/v1")], subject=False),
            blobs=(EMPTY, ENVELOPE, PROVENANCE))
        expect_claim("cosign attest", f"{host}/att:1", f"tag {tag}.att")
        kit = artifact([blob_of(INTOTO, STATEMENT, **{"in-toto.io/predicate-type": "https://cyclonedx.org/bom"}),
                        blob_of(INTOTO, PROVENANCE, **{"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"})], subject=False)
        push(host, "kit", SUBJECT, IMAGE.manifest, blobs=(IMAGE.config, IMAGE.layer))
        push(host, "kit", badregistry.digest(kit), kit, blobs=(EMPTY, STATEMENT, PROVENANCE))
        push(host, "kit", "1", index_of(
            entry(IMAGE.manifest, platform={"os": "linux", "architecture": "amd64"}),
            entry(kit, platform={"os": "unknown", "architecture": "unknown"}, annotations={
                "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": SUBJECT})), INDEX)
        expect_claim("BuildKit's attestation", f"{host}/kit:1", "by index", ("--attached-sboms", "--platform", "linux/amd64"))
    finally:
        process.terminate()
        process.wait()
    return 0


api()
skipped = tags()
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(bool(failed))
