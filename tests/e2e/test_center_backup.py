#!/usr/bin/env python3
"""A center is backed up while it is used, restored elsewhere, and goes on; a store of a later version is refused; processes
that meet an empty store at once agree on it."""
import os
import pathlib
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import fleet  # noqa: E402
import postgres  # noqa: E402

WORK = pathlib.Path(os.environ["WORK"])
SECONDS = 180  # a sanitized program on a busy machine
BAD = fleet.npm_layer("lodash", "4.17.15")


def assessed(c):
    return {i["digest"] for i in c.images() if i["state"] == "unhealthy"}


def tell(c, r, digests, start=0):
    for i, d in enumerate(digests):
        assert c.hook(r, [fleet.event(r, "team/app", d, tag=f"t{start + i}")])[0] == 200


def images(r, count):
    manifest = r.manifest("team/app", BAD, number="0")
    return [r.put("team/app", f"t{i}", manifest.replace(b'"number": "0"', b'"number": "%d"' % i)) for i in range(count)]


def watched(c, r):
    """With a password, which only the key file opens."""
    c.watch(r, pollSeconds=2592000, username="scanner", password="a secret of this test")
    r.notify([], None)


def in_use(c, r, digests, back_up):
    """A backup while pushes come in; what was assessed before it began."""
    tell(c, r, digests[:30])
    fleet.wait_for(lambda: len(assessed(c)) >= 20, seconds=SECONDS, why="the first images")
    before = assessed(c)
    tell(c, r, digests[30:60], 30)  # some of these are events, some are jobs, some are done in the copy
    back_up()
    tell(c, r, digests[60:], 60)
    fleet.wait_for(lambda: len(assessed(c)) == len(digests), seconds=SECONDS, why="all images")
    return before


def goes_on(c, r, digests, before):
    """The restored center has what it had, works off what was waiting, and takes what was pushed since."""
    first = assessed(c)
    assert before <= first, f"{len(before - first)} of {len(before)} are not assessed any more"
    assert c.findings(next(iter(before)))
    c.move_clock(61)  # leases of those who had jobs when it was copied
    fleet.wait_for(lambda: len(assessed(c)) >= 60, seconds=SECONDS, why="what waited in the copy")
    tell(c, r, digests)  # or by a poll
    fleet.wait_for(lambda: assessed(c) == set(digests) and not c.count("job", "kind = 'scan'"), seconds=SECONDS,
                   why="what came since")
    billed = [row[0] for row in c.sql("SELECT digest FROM ledger")]
    assert sorted(billed) == sorted(digests)


def sqlite():
    folder = WORK / "sqlite"
    copy = folder / "backup.db"
    with fleet.Registry(folder) as r:
        digests = images(r, 80)
        with fleet.Center(folder / "old") as c:
            watched(c, r)
            data = c.processes[0].folder

            def back_up():
                subprocess.run([c.program, "backup", "-q", "--data-dir", data, "--store", c.store, copy], env=c.environment, check=True)
                assert stat.S_IMODE(copy.stat().st_mode) == 0o600
                shutil.copy(data / "secrets.key", folder / "secrets.key")
            before = in_use(c, r, digests, back_up)
            token = c.token
            c.processes[0].kill()
        new = fleet.Center(folder / "new")
        new.processes[0].folder.mkdir(mode=0o700)
        shutil.copy(copy, new.store)
        shutil.copy(folder / "secrets.key", new.processes[0].folder / "secrets.key")
        with new as c:
            assert not c.token, "a restored center has its tokens"
            c.token = token
            goes_on(c, r, digests, before)
        done = subprocess.run([c.program, "backup", "--data-dir", new.processes[0].folder, "--store", new.store,
                               folder / "no/such/folder/x.db"], env=c.environment, text=True, capture_output=True)
        assert done.returncode == 4 and "no/such/folder" in done.stderr, done


def postgresql():
    folder = WORK / "postgresql"
    with postgres.Server(fsync=False) as server, fleet.Registry(folder) as r:
        digests = images(r, 80)
        dump = server.folder / "center.dump"
        with fleet.Center(folder / "old", store=server.database("old"), roles=["api", "worker"]) as c:
            watched(c, r)

            def back_up():
                dump.write_bytes(subprocess.run([server.bin / "pg_dump", "-Fc", c.store], check=True, capture_output=True).stdout)
                refused = subprocess.run([c.program, "backup", "--data-dir", c.processes[0].folder, "--store", c.store, "--key-file",
                                          c.shared_key, folder / "x"], env=c.environment, text=True, capture_output=True)
                assert refused.returncode == 3 and "pg_dump" in refused.stderr, refused
            before = in_use(c, r, digests, back_up)
            token, key = c.token, c.shared_key
        store = server.database("new")
        subprocess.run([server.bin / "pg_restore", "--no-owner", "-d", store, dump], check=True)
        new = fleet.Center(folder / "new", store=store, roles=["api", "worker"])
        shutil.copy(key, new.shared_key)
        with new as c:
            c.token = token
            goes_on(c, r, digests, before)


def a_later_version(kind):
    folder = WORK / f"later-{kind}"
    with fleet.store_of(kind, folder, fsync=False) as (store, server):
        with fleet.Center(folder, store=store) as c:
            assert c.processes[0].stop() == 0
            if kind == "sqlite":
                names = [row[1] for row in c.sql("PRAGMA table_info(schema_version)")]
            else:
                names = [row[0] for row in c.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'schema_version' "
                                                 "ORDER BY ordinal_position")]
            rest = ", ".join(n for n in names if n != "version")
            newer = f"INSERT INTO schema_version (version, {rest}) SELECT 99, {rest} FROM schema_version WHERE version = 1"
            if kind == "sqlite":
                subprocess.run(["sqlite3", c.store, newer], check=True)
            else:
                c.sql(newer)
            p = c.processes[0]
            began = p.size()
            p.start(wait=False)
            assert p.child.wait(timeout=60) == 3, p.text(began)
            assert "a later plimsoll has used it" in p.text(began), p.text(began)


def six_at_once():
    folder = WORK / "six"
    with postgres.Server(fsync=False) as server:
        c = fleet.Center(folder, store=server.url, roles=["api"] * 3 + ["worker"] * 3)
        c.make_key()
        try:
            for p in c.processes:
                p.start(wait=False)
            for p in c.processes:
                p.wait_log("serve.ready")
            tokens = [p for p in c.processes if (p.folder / "admin-token").exists()]
            assert len(tokens) == 1, f"{len(tokens)} admin tokens were made"
            assert c.count("subscription") == 1
            assert all(p.stop() == 0 for p in c.processes)
        finally:
            c.stop()


def cases():
    yield "backup and restore in use, sqlite", sqlite
    for kind in fleet.stores():
        yield f"a store of a later version is refused, {kind}", lambda k=kind: a_later_version(k)
    if "postgresql" in fleet.stores():
        yield "backup and restore in use, postgresql", postgresql
        yield "six processes meet an empty store at once", six_at_once


fleet.run(list(cases()))
