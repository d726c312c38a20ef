#!/usr/bin/env python3
"""The center's memory on SQLite and on PostgreSQL: the same cases on both; then under load, while PostgreSQL is
restarted, killed and frozen, while the program itself is killed, and while the disk is full. What was accepted is there
afterwards, once. Programs of the build that PLIMSOLL is of; WORK as tests/run gives it."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import postgres  # noqa: E402

BUILD = pathlib.Path(os.environ["PLIMSOLL"]).parents[2] / "tests/unit/store"
WORK = pathlib.Path(os.environ["WORK"])
passes = failures = skips = 0


def check(name, ok, why=""):
    global passes, failures
    passes, failures = passes + bool(ok), failures + (not ok)
    if not ok:
        print(f"FAIL {name}: {why}")


def skip(name, why):
    global skips
    skips += 1
    print(f"SKIP {name}: {why}")


def cases(name, url):
    """The unit tests of the room on this store."""
    done = subprocess.run([BUILD / "test_store"], env={**os.environ, "PLIMSOLL_TEST_STORE": url}, text=True,
                          capture_output=True, timeout=600)
    check(f"every case on {name}", done.returncode == 0, done.stdout + done.stderr)


class Load:
    """Keys accepted by so many threads for so long, while something happens."""

    def __init__(self, url, threads=4, seconds=6, **environment):
        self.url, self.folder = url, pathlib.Path(tempfile.mkdtemp(dir=WORK))
        with open(self.folder / "out", "a") as out, open(self.folder / "err", "a") as err:
            self.child = subprocess.Popen([BUILD / "store_load", url, "accept", str(threads), str(seconds)], stdout=out,
                                          stderr=err, env={**os.environ, **environment})

    def refusals(self):
        return (self.folder / "err").read_text()

    def accepted(self):
        return [l for l in (self.folder / "out").read_text().splitlines(keepends=True) if l.endswith("\n")]

    def wait_for(self, more, seconds=60):
        """Until that many more keys are accepted."""
        until, want = time.monotonic() + seconds, len(self.accepted()) + more
        while len(self.accepted()) < want and time.monotonic() < until and self.child.poll() is None:
            time.sleep(0.05)
        return len(self.accepted()) >= want

    def judge(self, name, told=None):
        self.child.send_signal(signal.SIGTERM)  # it ends what it began
        status = self.child.wait(timeout=300)
        check(f"{name}: it ends by itself", status == 0, f"status {status}: {self.refusals()[-2000:]}")
        keys = self.accepted()
        missing = subprocess.run([BUILD / "store_load", self.url, "has"], input="".join(keys), text=True, capture_output=True,
                                 timeout=120)
        check(f"{name}: keys were accepted", len(keys) > 20, f"{len(keys)}: {self.refusals()[-2000:]}")
        check(f"{name}: what was accepted is there", missing.returncode == 0 and not missing.stdout,
              f"{missing.stdout[:500]}{missing.stderr}")
        counts = subprocess.run([BUILD / "store_load", self.url, "count"], text=True, capture_output=True, timeout=120)
        rows, different, tally = map(int, counts.stdout.split())
        check(f"{name}: once each", rows == different == tally, counts.stdout)
        # each thread may have one whose answer was lost when it had to stop
        check(f"{name}: and nothing else", (told or len(keys)) <= rows <= (told or len(keys)) + 4, f"{len(keys)} {counts.stdout}")


def restarted(server):
    url = server.database("restarted")
    load = Load(url, seconds=120)
    check("restart: it runs before", load.wait_for(50))
    server.restart()
    check("restart: it goes on after a fast restart", load.wait_for(50), load.refusals())
    server.kill()
    time.sleep(1)
    server.start()
    check("restart: it goes on after kill -9", load.wait_for(50), load.refusals())
    load.judge("PostgreSQL restarted under load")
    wrong = [l for l in load.refusals().splitlines() if not l.startswith("UPSTREAM: ")]
    check("restart: only answers to commits were lost", not wrong, "\n".join(wrong[:5]))
    server.stop()
    began = time.monotonic()
    done = subprocess.run([BUILD / "store_load", url, "count"], env={**os.environ, "WAIT_MS": "1500"}, text=True,
                          capture_output=True, timeout=60)
    check("down: it says so in time", done.stderr.startswith("UPSTREAM: ") and time.monotonic() - began < 20, done.stderr)
    server.start()


def frozen(server):
    load = Load(server.database("frozen"), seconds=120, STATEMENT_MS="500", WAIT_MS="1000")
    check("frozen: it runs before", load.wait_for(50))
    server.freeze()
    time.sleep(7)
    refused = load.refusals()
    server.freeze(still=False)
    check("frozen: nobody waits without end", "no answer within" in refused, refused)
    check("frozen: it goes on after", load.wait_for(20), load.refusals())
    load.judge("PostgreSQL frozen under load")


def cut_off(server):
    """Every connection ended by the server, again and again."""
    load = Load(server.database("cut"), seconds=6)
    for _ in range(10):
        time.sleep(0.4)
        server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'cut'")
    load.judge("connections ended under load")


def denied():
    secret = "hunter2-and-more"
    with postgres.Server(password="right") as server:
        right = subprocess.run([BUILD / "store_load", server.url, "count"], text=True, capture_output=True, timeout=60)
        check("password: the right one", right.returncode == 0, right.stderr)
        for url in (server.url.replace(":right@", f":{secret}@"), f"postgresql://u:{secret}@127.0.0.1:notaport/d",
                    f"postgresql://u:{secret}@[::1/d", f"postgresql://plimsoll:{secret}@127.0.0.1:{server.port}/postgres?nonsense=1",
                    f"postgresql://plimsoll:{secret}@127.0.0.1:{server.port}/postgres?sslmode=require"):
            began = time.monotonic()
            wrong = subprocess.run([BUILD / "store_load", url, "count"], text=True, capture_output=True, timeout=60,
                                   env={**os.environ, "WAIT_MS": "1000"})
            check("password: a wrong one is not shown", wrong.returncode == 1 and secret not in wrong.stdout + wrong.stderr,
                  wrong.stderr)
            check("password: it is refused in time", time.monotonic() - began < 10, url.replace(secret, "***"))
        file = WORK / "pass"
        file.write_text(f"127.0.0.1:{server.port}:*:plimsoll:right\n")
        file.chmod(0o600)
        bare = server.url.replace(":right@", "@")
        for name, url, more in (("passfile", f"{bare}?passfile={file}", {}), ("PGPASSWORD", bare, {"PGPASSWORD": "right"})):
            done = subprocess.run([BUILD / "store_load", url, "count"], text=True, capture_output=True, timeout=60,
                                  env={**os.environ, **more})
            check(f"password: by {name}", done.returncode == 0, done.stderr)


def several_processes(name, url):
    loads = [Load(url, threads=2, seconds=5) for _ in range(3)]
    time.sleep(2)
    loads[0].child.send_signal(signal.SIGKILL)
    loads[0].child.wait()
    for load in loads[1:]:
        check(f"{name}: the others go on", load.child.wait(timeout=120) == 0, load.refusals())
    keys = [k for load in loads for k in load.accepted()]
    missing = subprocess.run([BUILD / "store_load", url, "has"], input="".join(keys), text=True, capture_output=True, timeout=120)
    check(f"{name}: one of three killed, nothing accepted is lost", keys and missing.returncode == 0 and not missing.stdout,
          missing.stdout[:500] + missing.stderr)
    counts = subprocess.run([BUILD / "store_load", url, "count"], text=True, capture_output=True, timeout=120).stdout.split()
    check(f"{name}: one of three killed, once each", len(set(counts)) == 1 and len(keys) <= int(counts[0]) <= len(keys) + 2, counts)
    check(f"{name}: all of them got through", all(len(l.accepted()) > 10 for l in loads), [len(l.accepted()) for l in loads])
    refused = "".join(l.refusals() for l in loads)
    check(f"{name}: nobody was refused", not refused, refused[:1000])


def one_row(server):
    """Three processes with eight threads each that all count in one row: nobody is turned away."""
    url = server.database("row")
    subprocess.run([BUILD / "store_load", url, "count"], check=True, capture_output=True)
    loads = [Load(url, threads=8, seconds=4, TALLY="1") for _ in range(3)]
    for load in loads:
        load.child.wait(timeout=120)
    refused = "".join(l.refusals() for l in loads)
    check("one row: nobody is turned away", not refused, refused[:500])
    check("one row: each gets through", all(len(l.accepted()) > 20 for l in loads), [len(l.accepted()) for l in loads])
    loads[0].judge("one row", sum(len(l.accepted()) for l in loads))


def full_disk():
    disk = WORK / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True).returncode:
        skip("full disk", "mounting a small file system needs root")
        return
    try:
        filler = disk / "filler"
        filler.write_bytes(b"x" * (5 << 20))
        load = Load(str(disk / "center.db"), threads=2, seconds=60)
        until = time.monotonic() + 50
        while "No space left on device" not in load.refusals() and time.monotonic() < until:
            time.sleep(0.1)
        refused = load.refusals()
        check("full disk: it is named, with its file", "SYSTEM: " in refused and f"{disk}/center.db" in refused
              and "No space left on device" in refused, refused[:500])
        filler.unlink()
        check("full disk: it goes on when there is room", load.wait_for(50), load.refusals()[-500:])
        load.judge("SQLite on a full disk")
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


def main():
    cases("SQLite", "")
    several_processes("SQLite", str(WORK / "several.db"))
    full_disk()
    if not postgres.programs():
        skip("PostgreSQL", "it is not installed")
    else:
        with postgres.Server(fsync=True) as server:
            cases("PostgreSQL", server.database("cases"))
            several_processes("PostgreSQL", server.database("several"))
            cut_off(server)
            one_row(server)
            restarted(server)
            frozen(server)
        denied()
    print(f"{passes} passed, {failures} failed, {skips} skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
