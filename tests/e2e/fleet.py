"""A center under test, as it runs for people: `plimsoll serve` processes by role on one store, and real registries
(Debian's docker-registry) that notify it.

    with fleet.Center(folder) as c:                 # SQLite, one process that is all
    with fleet.Center(folder, store=server.url, roles=["api", "api", "worker"]) as c:
        with fleet.Registry(folder) as r:
            c.watch(r)                               # registered, and its notifications point at every API process
            digest = r.push("app", "1", fleet.npm_layer("lodash", "4.17.15"))
            c.wait_for(lambda: c.findings(digest))

`clock` of a center moves its time (PLIMSOLL_CLOCK). Processes are killed and started again through c.processes.
"""
import contextlib
import functools
import hashlib
import http.client
import json
import os
import pathlib
import random
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
import traceback

import images
import postgres

ROOT = pathlib.Path(os.environ["ROOT"])
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
ASSESSMENT = "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5"  # images of registries should have no vulnerabilities
FORMER_ASSESSMENT = "dbd0cb49-b563-45e7-9724-889e799fa648"  # the same as it was before, which lists clean images too


def advisories(folder, source=None):
    """An advisory database in a folder, of the sample or of a mirror."""
    path = pathlib.Path(folder) / "advisories.db"
    if not path.exists():
        subprocess.run([os.environ.get("PLIMSOLL_RELEASE", os.environ["PLIMSOLL"]), "db", "update", "--from",
                        str(source or ROOT / "data/sample-feed"), "--db", path], check=True, capture_output=True)
    return path


def npm_layer(name, version):
    return images.tar_bytes(images.npm("srv", name, version))


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def wait_for(what, seconds=60, every=0.1, why=""):
    """What it gives as soon as that is true; a test that waits too long says for what."""
    until = time.monotonic() + seconds
    while True:
        last = None
        try:
            if last := what():
                return last
        except (OSError, http.client.HTTPException) as e:
            last = e
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s for {why or what}: {last}")
        time.sleep(every)


class Registry:
    """docker-registry on loopback, over a folder that outlives it."""

    def __init__(self, folder, name="registry"):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name, self.endpoints, self.child, self.ca, self.untold = name, [], None, None, []
        self.port = postgres.free_port()
        self.local = threading.local()

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        config = {"version": 0.1, "log": {"level": "warn", "accesslog": {"disabled": True}},
                  "storage": {"filesystem": {"rootdirectory": str(self.folder / "blobs")}, "delete": {"enabled": True}},
                  "http": {"addr": self.host, "secret": "a test's"},
                  "notifications": {"endpoints": [
                      {"name": f"plimsoll{i}", "url": url, "timeout": "5s", "threshold": 3, "backoff": "1s",
                       "ignore": {"actions": self.untold}, "headers": {"Authorization": [f"Bearer {secret}"]}} for i, (url, secret) in enumerate(self.endpoints)]}}
        (self.folder / "config.json").write_text(json.dumps(config))  # JSON is YAML
        env = dict(os.environ, **({"SSL_CERT_FILE": str(self.ca)} if self.ca else {}))
        with open(self.folder / "log", "ab") as log:
            self.child = subprocess.Popen(["docker-registry", "serve", self.folder / "config.json"], env=env, stdout=log,
                                          stderr=log, stdin=subprocess.DEVNULL)
        wait_for(lambda: self.call("GET", "/v2/")[0] == 200, 30, 0.05, "docker-registry")
        return self

    def stop(self):
        if self.child:
            self.child.kill()
            self.child.wait()
        self.child = None

    def notify(self, endpoints, ca):
        """Where its events go from now on: (URL, secret) pairs."""
        self.endpoints, self.ca = list(endpoints), ca
        if self.child:
            self.stop()
            self.start()

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def call(self, method, path, body=None, **headers):
        link = getattr(self.local, "link", None)
        if link is None:
            link = self.local.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            return answer.status, answer.read(), answer.headers
        except (OSError, http.client.HTTPException):
            self.local.link = None
            raise

    def blob(self, repository, data, media):
        digest = digest_of(data)
        if self.call("HEAD", f"/v2/{repository}/blobs/{digest}")[0] != 200:
            place = self.call("POST", f"/v2/{repository}/blobs/uploads/")[2]["Location"].split(self.host, 1)[-1]
            mark = "&" if "?" in place else "?"
            status, said, _ = self.call("PUT", f"{place}{mark}digest={digest}", data,
                                        **{"Content-Type": "application/octet-stream"})
            assert status == 201, said
        return {"mediaType": media, "digest": digest, "size": len(data)}

    def manifest(self, repository, layer, **notes):
        """The bytes of an image's manifest; its blobs are there when this returns. Each set of notes is another digest."""
        config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]}}
        return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "annotations": notes,
                           "config": self.blob(repository, json.dumps(config).encode(), CONFIG),
                           "layers": [self.blob(repository, layer, LAYER)]}).encode()

    def put(self, repository, tag, manifest):
        status, said, _ = self.call("PUT", f"/v2/{repository}/manifests/{tag}", manifest, **{"Content-Type": MANIFEST})
        assert status == 201, said
        return digest_of(manifest)

    def push(self, repository, tag, layer, **notes):
        return self.put(repository, tag, self.manifest(repository, layer, **notes))

    def skopeo(self, layout, name):
        """Pushes an OCI layout's image as people do; its digest."""
        subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", "--preserve-digests",
                        layout, f"docker://{self.host}/{name}"], check=True, capture_output=True)
        repository, _, tag = name.rpartition(":")
        return self.call("HEAD", f"/v2/{repository}/manifests/{tag}", Accept=MANIFEST)[2]["Docker-Content-Digest"]


class Process:
    """One `plimsoll serve`; what it logs is kept over its lives."""

    def __init__(self, center, number, role):
        self.center, self.number, self.role, self.child = center, number, role, None
        self.folder = center.folder / f"{role}{number}"
        self.port = postgres.free_port()
        self.log = center.folder / f"{role}{number}.log"
        self.environment, self.limits = {}, None

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self):
        return self.folder / "tls/cert.pem"

    def start(self, wait=True):
        c = self.center
        words = [c.program, "serve", "--role", self.role, "--data-dir", self.folder, "--store", c.store, "--db", c.database,
                 "--cache-dir", c.folder / "cache", "--from", c.feeds, "--listen", f"127.0.0.1:{self.port}",
                 "--subscription", SUBSCRIPTION, "--rate", "1000000", "--workers", str(c.workers)]
        if c.shared_key:
            words += ["--key-file", c.shared_key]
        began = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen([str(w) for w in words], env={**c.environment, **self.environment},
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=self.limits,
                                          start_new_session=True)
        if wait:
            self.wait_log("serve.ready", began)
        return self

    def text(self, since=0):
        with open(self.log, "rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")

    def size(self):
        return self.log.stat().st_size

    def wait_log(self, words, since=0, seconds=60):
        def there():
            if words in self.text(since):
                return True
            assert self.child.poll() is None, f"{self.role}{self.number} ended: {self.text(since)[-2000:]}"
            return False
        return wait_for(there, seconds, 0.05, f"{words} in {self.log.name}")

    def alive(self):
        return self.child is not None and self.child.poll() is None

    def kill(self):
        """kill -9 of it and of what it has started, as the kernel does when memory is gone or a machine falls."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def stop(self, seconds=90):
        """SIGTERM; its exit status."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=seconds)


class Center:
    def __init__(self, folder, store=None, roles=("all",), program=None, feeds="none", database=None, workers=2):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.program = program or os.environ["PLIMSOLL"]
        self.workers, self.feeds = workers, feeds
        self.store = store or str(self.folder / "center.db")
        self.database = database or advisories(self.folder)
        self.clock = self.folder / "clock"
        self.clock.write_text("+0")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PLIMSOLL_")}
        self.environment.update(PLIMSOLL_CLOCK=str(self.clock), PLIMSOLL_MAX_DATA_AGE="0")
        self.shared_key = None
        if len(roles) > 1:
            self.shared_key = self.folder / "secrets.key"
        self.processes = [Process(self, i, role) for i, role in enumerate(roles)]
        self.token, self.moved = None, 0
        self.local = threading.local()

    @property
    def apis(self):
        return [p for p in self.processes if p.role != "worker"]

    @property
    def working(self):
        return [p for p in self.processes if p.role != "api"]

    def make_key(self):
        """An operator brings it to all machines."""
        if self.shared_key and not self.shared_key.exists():
            self.shared_key.write_text(f"{os.urandom(8).hex()} {os.urandom(32).hex()}\n")
            self.shared_key.chmod(0o600)

    def start(self):
        self.make_key()
        for p in self.processes:
            p.start()
        for p in self.processes:
            if (p.folder / "admin-token").exists() and not self.token:
                self.token = (p.folder / "admin-token").read_text().strip()
        return self

    def move_clock(self, seconds):
        """All its processes see a time that is so far from the machine's, at once."""
        self.moved = seconds
        with open(self.clock, "r+") as f:
            f.write(f"{seconds:+d}      \n")

    def stop(self):
        for p in self.processes:
            if p.alive():
                p.kill()

    __enter__ = start

    def __exit__(self, kind, *_):
        self.stop()
        said = [f"{p.log.name}: {l}" for p in self.processes if p.log.exists() for l in p.text().splitlines()
                if "AddressSanitizer" in l or "runtime error" in l or "LeakSanitizer" in l]
        if kind:
            for p in self.processes:
                print(f"--- {p.log.name}\n" + "\n".join(p.text().splitlines()[-25:]))
        assert not said, said

    # --- its API

    def call(self, method, path, body=None, process=None, token=None, timeout=60, headers=()):
        """(status, JSON or bytes, headers) of a call, over a connection of this thread's own."""
        p = process or next(p for p in self.apis if p.alive())
        links = self.local.__dict__.setdefault("links", {})
        link = links.pop((p.port, p.child.pid), None)
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        wanted = (method, path, data, {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json",
                                       **dict(headers)})
        try:
            if not link:
                raise http.client.RemoteDisconnected
            link.request(*wanted)
            answer = link.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):  # none yet, or one that was idle for too long
            link = http.client.HTTPSConnection("127.0.0.1", p.port, timeout=timeout,
                                               context=ssl.create_default_context(cafile=str(p.certificate)))
            link.request(*wanted)
            answer = link.getresponse()
        said = answer.read()
        links[(p.port, p.child.pid)] = link
        if "json" in answer.headers.get("Content-Type", ""):
            said = json.loads(said)
        return answer.status, said, answer.headers

    def get(self, path, **more):
        status, said, _ = self.call("GET", path, **more)
        assert status == 200, f"GET {path}: {status} {said}"
        return said

    def pages(self, path):
        """All values of a list, however many pages."""
        found = []
        while path:
            page = self.get(path)
            found += page["value"]
            path = (page.get("nextLink") or "").partition("://")[2].partition("/")[2]
            path = path and "/" + path
        return found

    def watch(self, registry, **settings):
        """Registers it; its notifications go to every API process."""
        status, said, _ = self.call("POST", "/api/v1/registries", {"name": registry.name, "url": f"http://{registry.host}",
                                                                  "parallel": 8, **settings})
        assert status == 201, said
        registry.id, registry.secret = said["id"], said["hook"]["secret"]
        return self.watch_again(registry)

    def watch_again(self, registry):
        """Its notifications go to every API process."""
        bundle = self.folder / "certificates.pem"
        bundle.write_text("".join(p.certificate.read_text() for p in self.apis))
        registry.notify([(f"{p.url}/hooks/{registry.id}", registry.secret) for p in self.apis], bundle)
        return registry

    def hook(self, registry, events, process=None, **more):
        return self.call("POST", f"/hooks/{registry.id}", {"events": events}, process, token=registry.secret, **more)

    def images(self, registry=None, query=""):
        where = f"registry={registry.name}&" if registry else ""
        return self.pages(f"/api/v1/images?{where}limit=1000{query}")

    def state(self, digest):
        """State of an image, or nothing."""
        found = self.pages(f"/api/v1/images?digest={digest}")
        return found[0]["state"] if found else None

    def rows(self, digest, assessment=ASSESSMENT):
        """What Azure's route of sub-assessments lists of an image: its findings, or the one row that says why there is none."""
        path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/assessments/{assessment}/subAssessments?api-version=2019-01-01-preview"
        return [f for f in self.pages(path) if digest in json.dumps(f)]

    def findings(self, digest):
        return [f for f in self.rows(digest) if f["properties"]["status"]["code"] == "Unhealthy"]

    # --- its store, where only that tells

    def sql(self, text):
        """Rows of it, as strings."""
        if str(self.store).startswith("postgresql://"):
            done = subprocess.run([postgres.programs() / "psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.store,
                                   "-c", text], check=True, capture_output=True, text=True, timeout=60).stdout
            return [line.split("\t") for line in done.splitlines()]
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=60)) as db:
            return [[str(v) for v in row] for row in db.execute(text)]

    def count(self, table, where="1 = 1"):
        return int(self.sql(f"SELECT COUNT(*) FROM {table} WHERE {where}")[0][0])


def event(registry, repository, digest, tag="1", action="push", media=MANIFEST, source=None):
    """One of Docker distribution's notifications."""
    return {"id": source or "%032x" % random.getrandbits(128), "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "action": action, "target": {"mediaType": media, "digest": digest, "repository": repository, "tag": tag},
            "request": {"host": registry.host, "useragent": "test/1"}, "actor": {}, "source": {}}


@contextlib.contextmanager
def store_of(kind, folder, **more):
    """The address of an empty store: "sqlite", or "postgresql" with a server of its own (given beside it)."""
    if kind == "sqlite":
        yield None, None
        return
    with postgres.Server(**more) as server:
        yield server.url, server


def stores():
    """What can be tested here."""
    return ["sqlite", *(["postgresql"] if postgres.programs() else [])]


def run(cases):
    """(name, function) pairs; with ONLY_CASE=text those whose name holds it."""
    only = os.environ.get("ONLY_CASE", "")
    if not postgres.programs():
        cases = [*cases, ("PostgreSQL", lambda: "no PostgreSQL is installed")]

    def told(case):
        try:
            return case()
        except Exception:
            traceback.print_exc(file=sys.stdout)
            raise

    sys.stdout.reconfigure(line_buffering=True)
    images.run([(name, functools.partial(told, case)) for name, case in cases if only in name])
