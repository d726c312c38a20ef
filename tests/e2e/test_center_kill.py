#!/usr/bin/env python3
"""The center keeps working: workers and APIs killed, PostgreSQL restarted and killed, a full disk, a registry that is away
for an hour, clocks that jump, a graceful stop. What a hook answered 200 to is assessed, once, and billed once."""
import collections
import concurrent.futures
import contextlib
import http.client
import os
import pathlib
import random
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import fleet  # noqa: E402

WORK = pathlib.Path(os.environ["WORK"])
BAD = fleet.npm_layer("lodash", "4.17.15")
SECONDS = 90


@contextlib.contextmanager
def center(kind, name, roles=("all",), fsync=True, poll=2592000, settings=None, **more):
    """An empty center and a registry that is watched, but tells nothing by itself."""
    folder = WORK / f"{name}-{kind}"
    with fleet.store_of(kind, folder, fsync=fsync) as (store, server):
        with fleet.Center(folder, store=store, roles=roles, **more) as c, fleet.Registry(folder) as r:
            c.server = server
            c.watch(r, pollSeconds=poll, **(settings or {}))
            r.notify([], None)
            yield c, r


def fill(r, count, repository="team/app", layer=BAD):
    """So many digests in it, whose layer is the same."""
    manifest = r.manifest(repository, layer, number="0")
    return [r.put(repository, f"t{i}", manifest.replace(b'"number": "0"', b'"number": "%d"' % i)) for i in range(count)]


class Teller:
    """Threads that tell of pushes until each was answered 200, as registries do; every other one is told twice."""

    def __init__(self, c, r, digests, threads=4):
        self.c, self.r, self.answered, self.refused = c, r, [], 0
        events = [fleet.event(r, "team/app", d, tag=f"t{i}") for i, d in enumerate(digests)]
        self.waiting = events + events[::2]
        random.shuffle(self.waiting)
        self.lock, self.total = threading.Lock(), len(self.waiting)
        self.threads = [threading.Thread(target=self.tell, daemon=True) for _ in range(threads)]
        for t in self.threads:
            t.start()

    def tell(self):
        while True:
            with self.lock:
                if not self.waiting:
                    return
                one = self.waiting.pop()
            try:
                p = random.choice(self.c.apis)
                ok = p.alive() and self.c.hook(self.r, [one], p, timeout=20)[0] == 200
            except (OSError, http.client.HTTPException):
                ok = False
            with self.lock:
                if ok:
                    self.answered.append(one["target"]["digest"])
                else:
                    self.refused += 1
                    self.waiting.insert(0, one)
            if not ok:
                time.sleep(0.1)

    def wait_for(self, part):
        fleet.wait_for(lambda: len(self.answered) >= self.total * part, SECONDS, 0.02, f"{part} of the events")

    def finish(self):
        for t in self.threads:
            t.join(timeout=SECONDS)
        assert not self.waiting, f"{len(self.waiting)} events were never taken"


def all_done(c, digests, seconds=SECONDS, leases=True):
    """Every digest is assessed, once, and billed once; nothing is left. Leases of what was killed end by the clock."""
    until = time.monotonic() + seconds

    def done():
        open_jobs = c.count("job", "kind IN ('scan', 'events') AND state <> 'dead'")
        if open_jobs and leases and time.monotonic() > done.next:
            done.next = time.monotonic() + 2
            c.move_clock(c.moved + 61)
        return not open_jobs and not c.count("event", "done_at IS NULL")
    done.next = time.monotonic() + 2
    fleet.wait_for(done, until - time.monotonic(), 0.2, "all jobs")
    judge(c, digests)


def judge(c, digests):
    digests = set(digests)
    listed = c.images()  # once a repository
    lost = digests - {i["digest"] for i in listed}
    assert not lost, f"{len(lost)} of {len(digests)} are not listed"
    states = collections.Counter(i["state"] for i in listed)
    assert set(states) == {"unhealthy"}, states
    billed = [row[0] for row in c.sql("SELECT digest FROM ledger")]
    assert sorted(billed) == sorted(digests), f"{len(billed)} billed of {len(digests)}, {len(set(billed))} different ones"
    dead = c.sql("SELECT kind, subject, why FROM job WHERE state = 'dead' AND kind IN ('scan', 'events')")
    assert not dead, dead[:3]


# --- killed ---


def worker_killed(kind):
    with center(kind, "worker", ("api", "worker")) as (c, r):
        worker = c.working[0]
        digests = fill(r, 120)
        teller = Teller(c, r, digests)
        for round_ in range(4):
            fleet.wait_for(lambda: c.count("scan", "state = 'running'") or not c.count("job", "kind = 'scan'"), SECONDS, 0.01)
            time.sleep(random.random() / 4)
            worker.kill()
            worker.start()
            c.move_clock(61 * (round_ + 1))
        teller.finish()
        all_done(c, digests)


def api_killed(kind):
    with center(kind, "api", ("api", "worker")) as (c, r):
        digests = fill(r, 150)
        teller = Teller(c, r, digests, threads=6)
        for part in (0.15, 0.4, 0.7):
            teller.wait_for(part)
            answered = set(teller.answered)
            c.apis[0].kill()
            kept = {row[0] for row in c.sql("SELECT digest FROM event")}
            assert answered <= kept, f"{len(answered - kept)} events were answered and are not there"
            time.sleep(0.3)
            c.apis[0].start()
        teller.finish()
        assert teller.refused, "it was not killed in the middle"
        all_done(c, digests)


def registry_sends_again(kind):
    """Docker's registry itself: what it could not tell while the center was down it tells afterwards."""
    with center(kind, "resend") as (c, r):
        c.watch_again(r)
        fill(r, 5)
        fleet.wait_for(lambda: c.count("event") == 5, SECONDS)
        c.processes[0].kill()
        digests = fill(r, 25)
        time.sleep(1)
        c.processes[0].start()
        fleet.wait_for(lambda: c.count("event") >= 25, SECONDS, why="events told again")
        all_done(c, digests)


# --- the store ---


def postgres_restarted():
    with center("postgresql", "pg", ("api", "worker")) as (c, r):
        digests = fill(r, 200)
        teller = Teller(c, r, digests)
        for part, how in ((0.1, "fast"), (0.3, "immediate"), (0.5, "kill")):
            teller.wait_for(part)
            answered = set(teller.answered)
            if how == "kill":
                c.server.kill()
            else:
                c.server.stop(how)
            assert all(p.alive() for p in c.processes)
            assert c.call("GET", "/healthz")[0] == 200
            time.sleep(0.5)
            c.server.start()
            kept = {row[0] for row in c.sql("SELECT digest FROM event")}
            assert answered <= kept, f"{how}: {len(answered - kept)} events were answered and are not there"
        teller.finish()
        all_done(c, digests)
        assert c.call("GET", "/readyz")[0] == 200


def disk_full():
    folder = WORK / "full"
    disk = folder / "disk"
    disk.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], capture_output=True).returncode:
        return "mounting a small file system needs root"
    try:
        fleet.advisories(folder)
        with fleet.Registry(folder) as r, fleet.Center(disk, database=folder / "advisories.db") as c:
            c.watch(r, pollSeconds=2592000)
            r.notify([], None)
            digests = fill(r, 60)
            for d in digests[:10]:
                assert c.hook(r, [fleet.event(r, "team/app", d)])[0] == 200
            fleet.wait_for(lambda: c.count("job") == 0, SECONDS)
            fill_up(disk / "filler")
            refused, answered = 0, list(digests[:10])
            for d in digests[10:]:
                many = [fleet.event(r, f"team/{'x' * 200}{i}", d) for i in range(100)]  # more than a page has room for
                status = c.hook(r, [fleet.event(r, "team/app", d), *many])[0]
                refused += status >= 500
                if status == 200:
                    answered.append(d)
                assert status == 200 or status >= 500, status
            assert refused, "the disk was not full"
            assert c.call("GET", "/healthz")[0] == 200 and c.processes[0].alive()
            (disk / "filler").unlink()
            for d in digests:
                fleet.wait_for(lambda d=d: c.hook(r, [fleet.event(r, "team/app", d)])[0] == 200, 30, why="room again")
            fleet.wait_for(lambda: {i["digest"] for i in c.images(query="&repository=team/app") if i["state"] == "unhealthy"}
                           >= set(digests), SECONDS, why="all to be assessed")
            assert set(answered) <= {row[0] for row in c.sql("SELECT digest FROM event")}
            assert c.processes[0].stop() == 0
    finally:
        subprocess.run(["umount", "-l", disk], check=False)
    return None


def fill_up(path):
    with open(path, "wb", buffering=0) as f:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while f.write(b"\0" * size):
                    pass


# --- registries and clocks ---


def registry_away(kind):
    with center(kind, "away", poll=600) as (c, r):
        digests = fill(r, 10)
        r.stop()
        Teller(c, r, digests).finish()
        for minute in range(1, 61):
            c.move_clock(60 * minute)
            time.sleep(0.15)
        assert c.count("job", "kind = 'scan' AND state = 'dead'") == 0
        fleet.wait_for(lambda: c.count("registry", "state = 'failing'"), SECONDS, why="the registry's state")
        assert c.images() and not c.count("ledger")
        r.start()
        manifest = r.manifest("team/untold", BAD, more="1")
        untold = r.put("team/untold", "1", manifest)  # nobody tells of it: the look through the registry goes on, too
        c.move_clock(3600 + 900)
        fleet.wait_for(lambda: c.state(untold) == "unhealthy", SECONDS, why="what was pushed meanwhile and not told")
        all_done(c, [*digests, untold])
        assert c.count("registry", "state = 'ready'") == 1


def clock_jumps(kind):
    with center(kind, "clock") as (c, r):
        digests = fill(r, 50)
        at = 0
        for jump in (0, 86400, -3600, 400 * 86400, 10, -86400 * 365, 0):
            c.move_clock(jump)
            part = digests[at:at + 7]
            Teller(c, r, part).finish()
            fleet.wait_for(lambda part=part: {i["digest"] for i in c.images() if i["state"] == "unhealthy"} >= set(part), 30,
                           why=f"images after a jump to {jump:+d} s")
            at += len(part)
        Teller(c, r, digests).finish()
        all_done(c, digests, leases=False)


# --- stopped ---


def stopped_gracefully(kind):
    with center(kind, "stop") as (c, r):
        p = c.processes[0]
        digests = fill(r, 80)
        context = ssl.create_default_context(cafile=str(p.certificate))
        slow = [http.client.HTTPSConnection("127.0.0.1", p.port, timeout=30, context=context) for _ in range(4)]
        body = fleet.json.dumps({"events": [fleet.event(r, "team/app", digests[0], tag="t0")]}).encode()
        for link in slow:  # requests under way: the last byte comes after the signal
            link.putrequest("POST", f"/hooks/{r.id}")
            for name, value in {"Authorization": f"Bearer {r.secret}", "Content-Length": str(len(body))}.items():
                link.putheader(name, value)
            link.endheaders()
            link.send(body[:-1])
        teller = Teller(c, r, digests)
        teller.wait_for(0.5)
        p.child.send_signal(fleet.signal.SIGTERM)
        time.sleep(0.3)
        for link in slow:
            link.send(body[-1:])
            assert link.getresponse().status == 200
        assert p.child.wait(timeout=60) == 0
        answered = set(teller.answered)
        assert answered <= {row[0] for row in c.sql("SELECT digest FROM event")}
        assert not c.count("job", "state = 'leased'"), "a lease was not given back"
        assert not c.count("scan", "state = 'running'")
        p.start()
        teller.finish()
        all_done(c, digests, leases=False)


def stopped_in_a_scan_that_does_not_end(kind):
    """The registry hangs: after the time of grace the job is back in the queue, and no try of it is lost."""
    with center(kind, "hang") as (c, r):
        digests = fill(r, 1)
        r.child.send_signal(fleet.signal.SIGSTOP)
        Teller(c, r, digests).finish()
        fleet.wait_for(lambda: c.count("job", "kind = 'scan' AND state = 'leased'"), SECONDS)
        began = time.monotonic()
        assert c.processes[0].stop() == 0
        assert time.monotonic() - began < 45
        assert c.sql("SELECT state, tries FROM job WHERE kind = 'scan'") == [["ready", "0"]]
        r.child.send_signal(fleet.signal.SIGCONT)
        c.processes[0].start()
        all_done(c, digests, leases=False)


# --- many ---


def many_processes():
    """3 APIs, 3 workers on PostgreSQL. The registry itself tells all three APIs of each image, and a crowd tells of more tags of
    them, a fifth of that twice; a worker and an API are killed in the middle."""
    pushes, distinct = int(os.environ.get("PUSHES", "10000")), int(os.environ.get("DISTINCT", "1000"))
    program = os.environ["PLIMSOLL_RELEASE"]
    with center("postgresql", "many", ["api"] * 3 + ["worker"] * 3, program=program, fsync=False,
                settings={"triggers": ["push"]}) as (c, r):  # a look through it would close tags that only the crowd knows of
        began = time.monotonic()
        r.untold = ["pull"]
        c.watch_again(r)
        manifest = r.manifest("team/app", BAD, number="0")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            digests = list(pool.map(lambda i: r.put("team/app", f"t{i}", manifest.replace(b'"number": "0"', b'"number": "%d"' % i)),
                                    range(distinct)))
        assert len(set(digests)) == distinct
        pushed = time.monotonic() - began
        events = [fleet.event(r, "team/app", digests[i % distinct], tag=f"t{i}") for i in range(distinct, pushes)]
        batches = [events[i:i + 20] for i in range(0, len(events), 20)]
        batches += batches[::5]
        random.shuffle(batches)

        def tell(batch):
            for _ in range(100):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    if c.hook(r, batch, random.choice(c.apis), timeout=60)[0] == 200:
                        return
                time.sleep(0.2)
            raise AssertionError("a hook was never answered")
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            telling = [pool.submit(tell, b) for b in batches]
            fleet.wait_for(lambda: sum(t.done() for t in telling) > len(telling) // 3, 300, 0.2, "a third of the events")
            c.working[0].kill()
            c.apis[1].kill()
            time.sleep(2)
            c.working[0].start()
            c.apis[1].start()
            for t in telling:
                t.result()
        fleet.wait_for(lambda: c.count("event", "kind = 1") == pushes, 300, 1, "all events to be told")
        taken = time.monotonic() - began
        fleet.wait_for(lambda: c.count("event", "done_at IS NULL") == 0 and
                       c.count("job", "kind IN ('scan', 'events') AND state <> 'dead'") == 0, 300, 1, "all jobs")
        took = time.monotonic() - began
        tags = {(i["repository"], t) for i in c.images() for t in i["tags"]}
        assert len(tags) == pushes, f"{len(tags)} tags of {pushes}"
        judge(c, digests)
        print(f"{pushes} pushes of {distinct} images, {c.count('scan')} scans: pushed in {pushed:.0f} s, all told in {taken:.0f} s, "
              f"all assessed after {took:.0f} s")


def cases():
    for kind in fleet.stores():
        yield f"a worker is killed, {kind}", lambda k=kind: worker_killed(k)
        yield f"an API is killed during hooks, {kind}", lambda k=kind: api_killed(k)
        yield f"a registry tells again what was not taken, {kind}", lambda k=kind: registry_sends_again(k)
        yield f"a registry is away for an hour, {kind}", lambda k=kind: registry_away(k)
        yield f"clocks jump, {kind}", lambda k=kind: clock_jumps(k)
        yield f"a graceful stop, {kind}", lambda k=kind: stopped_gracefully(k)
    yield "a stop while a registry hangs", lambda: stopped_in_a_scan_that_does_not_end("sqlite")
    yield "a full disk", disk_full
    if "postgresql" in fleet.stores():
        yield "PostgreSQL is restarted and killed", postgres_restarted
        yield "3 APIs, 3 workers, 10,000 pushes", many_processes


fleet.run(list(cases()))
