"""A registry that misbehaves on request, for the end-to-end tests. Standard library only.

    with Registry(fault="cut") as r: ... r.name("app:1") ... r.requests

It serves one small, good image (a Debian os-release and a dpkg status) as app:1, plain http on loopback,
and each fault bends one thing. Every request is kept with its headers.
"""
import gzip
import hashlib
import http.server
import io
import json
import tarfile
import threading
import time
import urllib.parse

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
STATUS = b"""Package: openssl
Status: install ok installed
Version: 3.0.9-1
Architecture: amd64
Maintainer: nobody

"""
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n'


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def layer_tar(padding):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in (
            ("etc/os-release", OS_RELEASE),
            ("var/lib/dpkg/status", STATUS),
            ("opt/padding", padding),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Image:
    def __init__(self, padding_bytes=3_000_000):
        # incompressible, and the same in every run
        padding = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(padding_bytes // 32))
        tar = layer_tar(padding)
        self.layer = gzip.compress(tar, 1, mtime=0)
        self.config = json.dumps(
            {
                "os": "linux",
                "architecture": "amd64",
                "rootfs": {"type": "layers", "diff_ids": [digest(tar)]},
                "history": [{"created_by": "made by hand"}],
            }
        ).encode()
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": self.descriptor(OCI_CONFIG, self.config),
                "layers": [self.descriptor(OCI_LAYER, self.layer)],
            }
        ).encode()
        self.index = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": OCI_INDEX,
                "manifests": [
                    dict(
                        self.descriptor(OCI_MANIFEST, self.manifest),
                        platform={"os": "linux", "architecture": "amd64"},
                    )
                ],
            }
        ).encode()

    @staticmethod
    def descriptor(media_type, data):
        return {"mediaType": media_type, "digest": digest(data), "size": len(data)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer_request()

    def do_GET(self):
        self.answer_request()

    def do_POST(self):
        self.posted = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.answer_request()

    # --- the sane side ---

    def answer_request(self):
        owner = self.server.owner
        path = urllib.parse.urlsplit(self.path)
        with owner.lock:
            owner.requests.append((self.command, self.path, dict(self.headers.items())))
            seen = owner.counts[path.path] = owner.counts.get(path.path, 0) + 1
        try:
            bend = getattr(self, "bend_" + owner.fault.replace("-", "_"), None)
            if bend is None or not bend(path, seen):
                self.serve(path)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def serve(self, path):
        image = self.server.owner.image
        documents = {
            "/v2/": (b"{}", "application/json"),
            "/v2/app/manifests/1": (image.manifest, OCI_MANIFEST),
            "/v2/app/manifests/all": (image.index, OCI_INDEX),
            "/v2/app/manifests/" + digest(image.manifest): (image.manifest, OCI_MANIFEST),
            "/v2/app/manifests/" + digest(image.index): (image.index, OCI_INDEX),
            "/v2/app/blobs/" + digest(image.config): (image.config, "application/octet-stream"),
            "/v2/app/blobs/" + digest(image.layer): (image.layer, "application/octet-stream"),
        }
        if path.path in documents:
            return self.send(200, *documents[path.path])
        self.send(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')

    def send(self, status, body=b"", media_type="application/json", headers=(), stop_after=None):
        ranged = self.headers.get("Range", "")
        total = len(body)
        extra = []
        if status == 200 and ranged.startswith("bytes=") and self.server.owner.ranges:
            first = int(ranged[6:].rstrip("-"))
            body = body[first:]
            status = 206
            extra.append(("Content-Range", f"bytes {first}-{total - 1}/{total}"))
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if "/manifests/" in self.path and status == 200:
            self.send_header("Docker-Content-Digest", digest(body))
        for name, value in (*extra, *headers):
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return True
        if stop_after is not None and stop_after < len(body):
            self.wfile.write(body[:stop_after])
            self.wfile.flush()
            self.close_connection = True
            return True
        self.wfile.write(body)
        return True

    def is_layer(self, path):
        return path.path == "/v2/app/blobs/" + digest(self.server.owner.image.layer)

    # --- the other one: true when the answer was given ---

    def bend_cut(self, path, seen):
        """the layer breaks off twice"""
        if self.is_layer(path) and seen <= 2:
            return self.send(200, self.server.owner.image.layer, stop_after=1_000_000)

    bend_cut_no_range = bend_cut

    def bend_cut_forever(self, path, _):
        if self.is_layer(path):
            return self.send(200, self.server.owner.image.layer, stop_after=1000)

    def bend_stall(self, path, _):
        if self.is_layer(path):
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.owner.image.layer)))
            self.end_headers()
            self.wfile.write(self.server.owner.image.layer[:1000])
            self.wfile.flush()
            self.server.owner.stopping.wait(60)
            self.close_connection = True
            return True

    def bend_mute(self, path, _):
        """takes the request and says nothing"""
        if path.path.startswith("/v2/app/"):
            self.server.owner.stopping.wait(60)
            self.close_connection = True
            return True

    def bend_layer_lies(self, path, _):
        if self.is_layer(path):
            layer = bytearray(self.server.owner.image.layer)
            layer[-2_000_000] ^= 1
            return self.send(200, bytes(layer))

    def bend_layer_longer(self, path, _):
        if self.is_layer(path):
            return self.send(200, self.server.owner.image.layer + b"more")

    def bend_layer_shorter(self, path, _):
        if self.is_layer(path):
            return self.send(200, self.server.owner.image.layer[:-1000])

    def bend_manifest_lies(self, path, _):
        if self.command == "GET" and "/manifests/" in path.path:
            return self.send(200, self.server.owner.image.manifest + b" ", OCI_MANIFEST)

    def bend_config_lies(self, path, _):
        if path.path.endswith(digest(self.server.owner.image.config)):
            return self.send(200, self.server.owner.image.config.replace(b"amd64", b"arm64"))

    def bend_busy(self, path, seen):
        """429 with a date or seconds, then 503, then fine"""
        if path.path.startswith("/v2/app/") and seen == 1:
            return self.send(429, b"slow down", headers=[("Retry-After", "1")])
        if path.path.startswith("/v2/app/") and seen == 2:
            return self.send(503, b"busy")

    def bend_busy_for_an_hour(self, path, _):
        if path.path.startswith("/v2/app/"):
            return self.send(429, b"slow down", headers=[("Retry-After", "3600")])

    def bend_broken(self, path, _):
        if path.path.startswith("/v2/app/"):
            return self.send(500, b"<html>oh no</html>", "text/html")

    def bend_bearer(self, path, _):
        """anonymous tokens, each good for three requests"""
        owner = self.server.owner
        if path.path == "/token":
            query = urllib.parse.parse_qs(path.query)
            assert query["service"] == ["bad registry"], query
            assert query["scope"] == ["repository:app:pull"], query
            owner.tokens += 1
            owner.token_left = 3
            return self.send(200, json.dumps({"access_token": f"t{owner.tokens}", "expires_in": 300}).encode())
        if self.headers.get("Authorization") == f"Bearer t{owner.tokens}" and owner.token_left:
            owner.token_left -= 1
            return None
        challenge = f'Bearer realm="http://{owner.host}/token",service="bad registry",scope="repository:app:pull"'
        return self.send(401, b"{}", headers=[("WWW-Authenticate", challenge)])

    def bend_basic(self, path, _):
        if path.path.startswith("/v2/app/") and self.headers.get("Authorization") != "Basic bWU6cyNjcmV0":
            return self.send(401, b"{}", headers=[("WWW-Authenticate", 'Basic realm="here"')])

    def bend_identity(self, path, _):
        """a refresh token becomes an access token (OAuth 2)"""
        owner = self.server.owner
        if path.path == "/token":
            form = urllib.parse.parse_qs(self.posted) if self.command == "POST" else {}
            if form.get("grant_type") == ["refresh_token"] and form.get("refresh_token") == ["re/fresh+s#cret"]:
                return self.send(200, b'{"access_token":"fine"}')
            return self.send(401, b"{}")
        if self.headers.get("Authorization") != "Bearer fine":
            challenge = f'Bearer realm="http://{owner.host}/token",service="s"'
            return self.send(401, b"{}", headers=[("WWW-Authenticate", challenge)])

    def bend_redirect(self, path, _):
        """needs Basic, and hands blobs over to another host"""
        if self.bend_basic(path, 0):
            return True
        if "/blobs/" in path.path:
            target = f"http://{self.server.owner.other.host}{path.path}?signature=s%23cret"
            return self.send(307, b"", headers=[("Location", target)])

    def bend_redirect_loop(self, path, _):
        if "/blobs/" in path.path:
            return self.send(307, b"", headers=[("Location", path.path)])

    def bend_redirect_file(self, path, _):
        if "/blobs/" in path.path:
            return self.send(307, b"", headers=[("Location", "file:///etc/passwd")])

    def bend_huge_headers(self, path, _):
        if path.path.startswith("/v2/app/"):
            return self.send(200, b"{}", headers=[(f"X-{i}", "a" * 1000) for i in range(500)])

    def bend_huge_manifest(self, path, _):
        if "/manifests/" in path.path:
            return self.send(200, b'{"schemaVersion":2,"x":"' + b"a" * 20_000_000 + b'"}', OCI_MANIFEST)

    def bend_deep_manifest(self, path, _):
        if "/manifests/" in path.path:
            return self.send(200, b'{"a":' * 500_000 + b"1" + b"}" * 500_000, OCI_MANIFEST)

    def bend_many_layers(self, path, _):
        if "/manifests/" in path.path:
            image = self.server.owner.image
            manifest = json.loads(image.manifest)
            manifest["layers"] *= 5000
            return self.send(200, json.dumps(manifest).encode(), OCI_MANIFEST)

    def bend_index_circle(self, path, _):
        """an index cannot hold itself, but a chain of them can be long"""
        if "/manifests/" in path.path:
            entry = Image.descriptor(OCI_MANIFEST, self.server.owner.image.manifest)
            chain = []
            for _ in range(10):
                entry["platform"] = {"os": "linux", "architecture": "amd64"}
                chain.append(json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}).encode())
                entry = Image.descriptor(OCI_INDEX, chain[-1])
            known = {digest(c): c for c in chain}
            return self.send(200, known.get(path.path.rsplit("/", 1)[1], chain[-1]), OCI_INDEX)

    def bend_drip_headers(self, path, _):
        """a header line a second, for ever"""
        if path.path.startswith("/v2/app/"):
            self.send_response(200)
            self.flush_headers()
            while not self.server.owner.stopping.wait(0.5):
                self.wfile.write(b"X-Slow: yes\r\n")
                self.wfile.flush()
            self.close_connection = True
            return True

    def bend_drip_layer(self, path, _):
        """ten bytes a second"""
        if self.is_layer(path):
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.owner.image.layer)))
            self.end_headers()
            at = 0
            while not self.server.owner.stopping.wait(0.5):
                self.wfile.write(self.server.owner.image.layer[at : at + 5])
                self.wfile.flush()
                at += 5
            self.close_connection = True
            return True

    def bend_no_head(self, path, _):
        """knows neither HEAD nor Docker-Content-Digest"""
        if self.command == "HEAD":
            return self.send(405, b"")
        if path.path == "/v2/app/manifests/1":
            image = self.server.owner.image
            self.send_response(200)
            self.send_header("Content-Type", OCI_MANIFEST)
            self.send_header("Content-Length", str(len(image.manifest)))
            self.end_headers()
            self.wfile.write(image.manifest)
            return True

    def artifact(self, path, manifest, media_type=OCI_MANIFEST):
        if "/manifests/" in path.path:
            return self.send(200, json.dumps(manifest).encode(), media_type)

    def bend_chart(self, path, _):
        return self.artifact(
            path,
            {
                "schemaVersion": 2,
                "config": Image.descriptor("application/vnd.cncf.helm.config.v1+json", b"{}"),
                "layers": [Image.descriptor("application/vnd.cncf.helm.chart.content.v1.tar+gzip", b"x")],
            },
        )

    def bend_signature(self, path, _):
        return self.artifact(
            path,
            {
                "schemaVersion": 2,
                "config": Image.descriptor(OCI_CONFIG, b"{}"),
                "layers": [Image.descriptor("application/vnd.dev.cosign.simplesigning.v1+json", b"{}")],
            },
        )

    def bend_sbom(self, path, _):
        return self.artifact(
            path,
            {
                "schemaVersion": 2,
                "artifactType": "application/vnd.cyclonedx+json",
                "config": Image.descriptor("application/vnd.oci.empty.v1+json", b"{}"),
                "layers": [Image.descriptor("application/vnd.cyclonedx+json", b"{}")],
            },
        )

    def bend_schema1(self, path, _):
        return self.artifact(
            path,
            {"schemaVersion": 1, "name": "app", "tag": "1", "fsLayers": [], "history": []},
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
        )

    def bend_windows(self, path, _):
        entry = Image.descriptor(OCI_MANIFEST, self.server.owner.image.manifest)
        if path.path.endswith(entry["digest"]):
            return False  # the image itself
        entry["platform"] = {"os": "windows", "architecture": "amd64", "os.version": "10.0.20348.1"}
        return self.artifact(path, {"schemaVersion": 2, "manifests": [entry]}, OCI_INDEX)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


class Registry:
    def __init__(self, fault="", ranges=True, other=None, host="127.0.0.1", image=None):
        self.fault = fault
        self.ranges = ranges and fault != "cut-no-range"
        self.other = other
        self.image = image or Image()
        self.requests = []
        self.counts = {}
        self.tokens = self.token_left = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.owner = self
        self.host = f"{host}:{self.server.server_address[1]}"

    def name(self, rest):
        return f"{self.host}/{rest}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    import sys

    with Registry(sys.argv[1] if len(sys.argv) > 1 else "") as registry:
        print(registry.host, flush=True)
        while True:
            time.sleep(60)
