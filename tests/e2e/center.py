"""A center, its registries and its store, for tests: `plimsoll serve` in a folder of its own, Debian's docker-registry,
a database of a few hand-made advisories. What a test wants to know it reads from the store."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import images

PLIMSOLL = os.environ["PLIMSOLL"]
WORK = pathlib.Path(os.environ.get("WORK") or tempfile.mkdtemp())
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, seconds=30, every=0.05):
    """The first true value of what(), which may fail meanwhile."""
    end = time.monotonic() + seconds
    last = None
    while time.monotonic() < end:
        try:
            value = what()
            if value:
                return value
        except (sqlite3.OperationalError, OSError) as e:
            last = e
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {getattr(what, '__name__', what)} {last or ''}")


def advisory(feeds, ecosystem, name, fixed, number, severity="HIGH"):
    """One OSV record in a folder of feeds."""
    folder = pathlib.Path(feeds) / "osv" / ecosystem
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"GHSA-{number}.json").write_text(json.dumps({
        "id": f"GHSA-{number}", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
        "aliases": [f"CVE-2026-{number}"], "summary": f"flaw {number} of {name}",
        "database_specific": {"severity": severity},
        "affected": [{"package": {"ecosystem": ecosystem, "name": name},
                      "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}))


def update(feeds, db):
    subprocess.run([PLIMSOLL, "db", "update", "--from", str(feeds), "--db", str(db)], check=True, capture_output=True)


class Registry:
    """Debian's docker-registry on loopback."""

    def __init__(self, notify=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.notify = notify
        self.process = None
        self.start()

    def start(self):
        text = ("version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
                f"storage: {{filesystem: {{rootdirectory: \"{self.folder}/blobs\"}}, delete: {{enabled: true}}}}\n"
                f"http:\n  addr: {self.host}\n" + (self.notify or ""))
        (self.folder / "config.yml").write_text(text)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", str(self.folder / "config.yml")], stdout=log,
                                            stderr=log)
        wait_for(lambda: urllib.request.urlopen(f"http://{self.host}/v2/").status == 200, 10)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        self.process = None

    def push(self, layout, name):
        subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "--all", "--dest-tls-verify=false",
                        "--preserve-digests", layout, f"docker://{self.host}/{name}"], check=True, capture_output=True)
        return self.digest(name)

    def digest(self, name):
        repository, tag = name.rsplit(":", 1)
        accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"
        q = urllib.request.Request(f"http://{self.host}/v2/{repository}/manifests/{tag}", method="HEAD",
                                   headers={"Accept": accept})
        return urllib.request.urlopen(q).headers["Docker-Content-Digest"]

    def delete(self, repository, digest):
        q = urllib.request.Request(f"http://{self.host}/v2/{repository}/manifests/{digest}", method="DELETE")
        urllib.request.urlopen(q)


class Center:
    """`plimsoll serve` of all roles on SQLite."""

    def __init__(self, *options, env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.db = self.folder / "advisories.db"
        self.feeds = self.folder / "feeds"
        self.options = options
        self.clock = self.folder / "clock"
        self.clock.write_text("+0      \n")
        self.env = {**os.environ, "PLIMSOLL_CLOCK": str(self.clock), **(env or {})}
        self.port = free_port()
        self.processes = []

    def start(self, *more):
        log = open(self.folder / "log", "ab")
        p = subprocess.Popen([PLIMSOLL, "serve", "-v", "--data-dir", str(self.folder), "--listen",
                              f"127.0.0.1:{self.port}", "--subscription", SUBSCRIPTION, "--from", "none", *self.options,
                              *more], stdout=log, stderr=log, env=self.env)
        log.close()
        self.processes.append(p)
        try:
            wait_for(lambda: self.rows("SELECT id FROM subscription"), 20)
        except AssertionError:
            raise AssertionError(self.log())
        return p

    def stop(self):
        for p in self.processes:
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
        for p in self.processes:
            p.wait(60)
        codes = [p.returncode for p in self.processes]
        self.processes = []
        return codes

    def kill(self, p):
        p.kill()
        p.wait()
        self.processes.remove(p)

    def log(self):
        return (self.folder / "log").read_text()

    def connect(self):
        return contextlib.closing(sqlite3.connect(f"file:{self.folder}/center.db?mode=rw", uri=True, timeout=10))

    def rows(self, sql, *values):
        with self.connect() as c:
            return c.execute(sql, values).fetchall()

    def run(self, sql, *values):
        with self.connect() as c, c:
            return c.execute(sql, values).lastrowid

    def value(self, sql, *values):
        found = self.rows(sql, *values)
        return found[0][0] if found else None

    def move_clock(self, seconds):
        self.clock.write_text(f"{seconds:+d}      \n")

    def add_registry(self, host, name="one", triggers=31, poll_s=60, parallel=4, include="", exclude=""):
        now = int(time.time())
        return self.run("INSERT INTO registry (subscription_id, resource_group, name, url, triggers, include_patterns, "
                        "exclude_patterns, poll_s, parallel, state, state_at, created_at, created_by) VALUES "
                        "(?, 'g', ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?, 'test')", SUBSCRIPTION, name, f"http://{host}",
                        triggers, include, exclude, poll_s, parallel, now, now)

    def event(self, registry, kind, repository, tag="", digest="", source=None, at=None, media=""):
        """As a hook would accept it: 1 push, 2 pull, 3 delete."""
        now = time.time()
        self.run("INSERT INTO event (registry_id, source, kind, repository, tag, digest, media_type, happened_at, "
                 "accepted_at, accepted_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", registry,
                 source or os.urandom(8).hex(), kind, repository, tag, digest, media, int(at or now), int(now),
                 int(now * 1000))

    def job(self, kind, subject, registry=None, payload="{}", priority=25):
        now = int(time.time())
        return self.run("INSERT INTO job (kind, subject, registry_id, priority, state, run_at, payload, created_at, "
                        "changed_at) VALUES (?, ?, ?, ?, 'ready', 0, ?, ?, ?)", kind, subject, registry, priority,
                        payload, now, now)

    def idle(self, seconds=60):
        """Until nothing is open any more."""
        wait_for(lambda: not self.rows("SELECT 1 FROM event WHERE done_at IS NULL") and
                 not self.rows("SELECT 1 FROM job WHERE state IN ('ready', 'leased')"), seconds)

    def findings(self, digest):
        """(package, version, vulnerability) of an image, of all its parts"""
        return set(self.rows(
            "SELECT p.name, p.version, v.name FROM manifest m JOIN manifest_part mp ON mp.manifest_id = m.id "
            "JOIN part_package pp ON pp.part_id = mp.part_id JOIN package p ON p.id = pp.package_id "
            "JOIN matched x ON x.package_id = p.id AND x.until_gen > (SELECT MAX(id) FROM generation) AND x.hidden = 0 "
            "JOIN vulnerability v ON v.id = x.vulnerability_id WHERE m.digest = ?", digest))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.stop()
        if kind:
            print("\n".join(self.log().splitlines()[-40:]))


def layout(name, *packages, layers=None, **platform):
    """An OCI layout with npm packages (name, version) in one layer, made anew."""
    folder = WORK / "layouts" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    one = {}
    for n, v in packages:
        one.update(images.npm("app", n, v))
    return images.save(folder, layers or [one or {"etc/x": "x"}], **platform)
