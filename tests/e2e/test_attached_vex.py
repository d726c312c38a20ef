#!/usr/bin/env python3
"""VEX documents attached to an image of Debian's docker-registry, by the fallback tag of the referrers API and by cosign's: one that hides, one
about another image, one that is damaged."""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
import badregistry  # noqa: E402
import images  # noqa: E402

PROGRAM, ROOT, WORK = os.environ["PLIMSOLL"], pathlib.Path(os.environ["ROOT"]), pathlib.Path(os.environ["WORK"])
MANIFEST, INDEX = badregistry.OCI_MANIFEST, badregistry.OCI_INDEX
OPENVEX, INTOTO = "application/vnd.openvex+json", "application/vnd.in-toto+json"
FLAWS = ["CVE-2020-8203", "CVE-2021-23337"]  # of lodash 4.17.15, in data/sample-feed
passed = failed = 0


def expect(name, fine, detail=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    if not fine:
        print(f"FAIL {name}: {str(detail)[-1500:]}")


def request(method, url, data=None, media="application/octet-stream"):
    return urllib.request.urlopen(urllib.request.Request(url, data=data, method=method, headers={"Content-Type": media}))


def push(host, tag, manifest, media=MANIFEST, blobs=()):
    for data in blobs:
        where = request("POST", f"http://{host}/v2/app/blobs/uploads/", b"").headers["Location"]
        request("PUT", where + ("&" if "?" in where else "?") + "digest=" + badregistry.digest(data), data)
    request("PUT", f"http://{host}/v2/app/manifests/{tag}", manifest, media)


def blob_of(media, data, **more):
    return {"mediaType": media, "digest": badregistry.digest(data), "size": len(data), **more}


def artifact(layer, kind):
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": blob_of("application/vnd.oci.empty.v1+json", b"{}"), "layers": [layer],
                       "artifactType": kind}).encode()


def openvex(flaw, product, **more):
    return {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/1", "author": "Ann", "timestamp": "2024-01-01T00:00:00Z", "version": 1,
            "statements": [{"vulnerability": {"name": flaw}, "status": "not_affected", "justification": "vulnerable_code_not_present",
                            **({"products": [{"@id": product, "subcomponents": [{"@id": "pkg:npm/lodash"}]}]} if product else {}), **more}]}


def scan(name, *options):
    (WORK / "home").mkdir(exist_ok=True)
    env = {**os.environ, "HOME": str(WORK / "home"), "DOCKER_CONFIG": str(WORK / "home"), "PLIMSOLL_NO_CACHE": "1", "PLIMSOLL_DB": str(WORK / "db"),
           "PLIMSOLL_MAX_DATA_AGE": "0"}
    done = subprocess.run([PROGRAM, "scan", "-f", "json", name, *options], capture_output=True, env=env)
    report = json.loads(done.stdout or b"{}")
    return done, [f["id"] for f in report.get("suppressed", [])], [g["why"] for g in report.get("gaps", []) if g["where"].startswith("VEX")], report


def start():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    config = WORK / "registry.yml"
    config.write_text(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {WORK}/registry}}}}\n"
                      f"http: {{addr: '127.0.0.1:{port}'}}\n")
    process = subprocess.Popen(["docker-registry", "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/")
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    return process, f"127.0.0.1:{port}"


def push_image(host):
    """What images.save() wrote as a layout, as it stands there"""
    layout = WORK / "image"
    stored = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
    read = lambda digest: (layout / "blobs/sha256" / digest[7:]).read_bytes()  # noqa: E731
    manifest = json.loads(read(stored))
    push(host, "1", read(stored), manifest.get("mediaType", MANIFEST), [read(x["digest"]) for x in [manifest["config"], *manifest["layers"]]])
    return stored


def main():
    if not shutil.which("docker-registry"):
        print("docker-registry is not installed")
        return 77
    os.chdir(WORK)
    images.save("image", [{"etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
                           "var/lib/dpkg/status": "Package: sudo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.9.13p3-1+deb12u9\n\n"},
                          images.npm("app", "lodash", "4.17.15")])
    subprocess.run([os.environ["PLIMSOLL_RELEASE"], "db", "update", "--from", str(ROOT / "data/sample-feed"), "--db", str(WORK / "db")],
                   check=True, capture_output=True)
    process, host = start()
    try:
        run(host, f"{host}/app:1", push_image(host))
    finally:
        process.terminate()
        process.wait()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


def attach(host, image, documents):
    """By the fallback tag; each document in an artifact of its own"""
    entries = []
    for media, kind, data in documents:
        manifest = artifact(blob_of(media, data), kind)
        push(host, badregistry.digest(manifest), manifest, blobs=[data, b"{}"])
        entries.append({**blob_of(MANIFEST, manifest), "artifactType": kind})
    push(host, image.replace(":", "-"), json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode(), INDEX)


def run(host, name, image):
    other = "sha256:" + "0" * 64
    here = json.dumps(openvex(FLAWS[0], f"pkg:oci/app@{image}")).encode()
    elsewhere = json.dumps(openvex(FLAWS[1], f"pkg:oci/app@{other}")).encode()
    attach(host, image, [(OPENVEX, OPENVEX, here), (OPENVEX, OPENVEX, elsewhere)])
    done, hidden, _, report = scan(name)
    expect("nobody asked", not hidden and {f["id"] for f in report["findings"]} >= set(FLAWS), done.stderr + done.stdout)
    done, hidden, notes, report = scan(name, "--attached-vex")
    expect("the one about this image hides", hidden == FLAWS[:1], (hidden, done.stderr))
    expect("and says who says so", report["suppressed"] and report["suppressed"][0]["hidden"]["by"].startswith("VEX sha256:"), report["suppressed"])
    expect("both are named", len(notes) == 2 and all("referrers API" in n or "tag sha256-" in n for n in notes), notes)
    expect("nothing is a gap that matters", report["assessed"], report["gaps"])

    says = WORK / "says.json"
    says.write_text(json.dumps(openvex(FLAWS[0], "pkg:oci/app", status="affected", action_statement="mend it")))
    done, hidden, _, _ = scan(name, "--attached-vex", "--vex", str(says))
    expect("what the user named wins", not hidden, (hidden, done.stderr))

    attach(host, image, [(OPENVEX, OPENVEX, here[:-20])])
    done, hidden, notes, report = scan(name, "--attached-vex")
    expect("a damaged one hides nothing", not hidden and report["assessed"], (hidden, done.stderr))
    expect("and is named with its byte", any("byte" in n and "hides nothing" in n for n in notes), notes)

    attach(host, image, [])
    for subject, wanted in ((image, FLAWS), (other, [])):
        statement = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://openvex.dev/ns", "predicate": openvex(FLAWS[0], None),
                     "subject": [{"name": "app", "digest": {"sha256": subject[7:]}}]}
        statement["predicate"]["statements"] += openvex(FLAWS[1], None)["statements"]
        envelope = json.dumps({"payloadType": INTOTO, "payload": base64.b64encode(json.dumps(statement).encode()).decode(), "signatures": []}).encode()
        layer = blob_of("application/vnd.dsse.envelope.v1+json", envelope, annotations={"predicateType": "https://openvex.dev/ns"})
        push(host, image.replace(":", "-") + ".att", artifact(layer, "application/vnd.oci.image.config.v1+json"), blobs=[envelope, b"{}"])
        done, hidden, notes, _ = scan(name, "--attached-vex")
        expect(f"an attestation about {subject[:10]}", sorted(hidden) == wanted and len(notes) == 1, (hidden, notes, done.stderr))


sys.exit(main())
