#!/usr/bin/env python3
"""The center at work, with Debian's docker-registry: pushes, indexes, polls, imports, new data, deletions, the clock's
triggers, a worker that is killed in the middle of a scan."""
import http.server
import json
import pathlib
import shutil
import socketserver
import threading
import time
import urllib.request

import center
import images
from center import Center, Registry, advisory, layout, update, wait_for

DAY = 86400
SEVERITIES = ("unknown", "negligible", "low", "medium", "high", "critical")


def with_data(*options):
    c = Center(*options)
    advisory(c.feeds, "npm", "left", "2.0.0", 1001)
    update(c.feeds, c.db)
    return c


def state_of(c, digest):
    return c.value("SELECT state FROM manifest WHERE digest = ?", digest)


def a_push_is_scanned_matched_and_billed_once():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host)
        digest = r.push(layout("push", ("left", "1.0.0"), ("right", "1.0.0")), "team/app:1")
        for _ in range(3):
            c.event(one, 1, "team/app", "1", digest)
        wait_for(lambda: c.findings(digest))
        c.idle()
        assert c.findings(digest) == {("left", "1.0.0", "CVE-2026-1001")}, c.findings(digest)
        assert c.rows("SELECT digest, repository FROM ledger") == [(digest, "team/app")]
        stages = json.loads(c.value("SELECT stages FROM scan WHERE state = 'done' ORDER BY id LIMIT 1"))
        assert {"accepted", "queued", "resolved", "read", "stored", "matched", "total"} == set(stages), stages
        # the same digest again, from another repository: nothing is read, nothing billed
        r.push(layout("push", ("left", "1.0.0"), ("right", "1.0.0")), "team/other:2")
        c.event(one, 1, "team/other", "2", digest)
        c.idle()
        last = json.loads(c.value("SELECT stages FROM scan ORDER BY id DESC LIMIT 1"))
        assert "read" not in last, last
        assert c.value("SELECT COUNT(*) FROM ledger") == 1
        assert c.value("SELECT COUNT(*) FROM tag WHERE until_at IS NULL") == 2
        wait_for(lambda: c.rows("SELECT code FROM posture WHERE assessment LIKE 'dbd0cb49%'") == [("Unhealthy",)], 10)
        assert c.stop() == [0]
    r.stop()


def an_index_is_billed_by_its_own_digest():
    r = Registry()
    folder = center.WORK / "layouts" / "index"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    images.save(folder, [images.npm("a", "left", "1.0.0")], arch="amd64")
    made = json.loads((folder / "index.json").read_text())["manifests"]
    images.save(folder, [images.npm("a", "left", "1.5.0")], arch="arm64")
    made += json.loads((folder / "index.json").read_text())["manifests"]
    for m in made:
        m.pop("annotations", None)
    inner = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                        "manifests": made}).encode()
    described = center.images.Layout(folder).blob(inner, "application/vnd.oci.image.index.v1+json")
    described["annotations"] = {"org.opencontainers.image.ref.name": "1"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [described]}))
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host)
        digest = r.push(f"oci:{folder}:1", "team/many:1")
        assert digest == described["digest"]
        for m in made:  # as docker pushes: the images by digest before the index
            c.event(one, 1, "team/many", "", m["digest"])
        c.event(one, 1, "team/many", "1", digest)
        c.idle()
        for m, version in zip(made, ("1.0.0", "1.5.0")):
            assert c.findings(m["digest"]) == {("left", version, "CVE-2026-1001")}, (m, c.findings(m["digest"]))
        assert c.rows("SELECT digest FROM ledger") == [(digest,)], c.rows("SELECT digest FROM ledger")
        assert sorted(c.rows("SELECT platform FROM manifest_child")) == [("linux/amd64",), ("linux/arm64",)]
        c.move_clock(2 * 3600)  # and none of its images later
        c.idle()
        time.sleep(2)
        c.idle()
        assert c.rows("SELECT digest FROM ledger") == [(digest,)], c.rows("SELECT digest FROM ledger")
    r.stop()


def an_image_pushed_by_digest_alone_is_billed_when_it_stays_alone():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        digest = r.push(layout("alone", ("left", "1.0.0")), "team/alone:1")
        c.event(one, 1, "team/alone", "", digest)
        wait_for(lambda: c.findings(digest))
        c.idle()
        assert not c.rows("SELECT * FROM ledger")
        c.move_clock(2 * 3600)
        wait_for(lambda: c.rows("SELECT digest FROM ledger") == [(digest,)], 20)
    r.stop()


def new_data_are_matched_without_a_pull():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        digest = r.push(layout("data", ("left", "1.0.0"), ("right", "1.0.0")), "team/app:1")
        c.event(one, 1, "team/app", "1", digest)
        wait_for(lambda: c.findings(digest))
        c.idle()
        r.stop()  # nobody is asked
        advisory(c.feeds, "npm", "right", "1.5.0", 1002)
        update(c.feeds, c.db)
        both = {("left", "1.0.0", "CVE-2026-1001"), ("right", "1.0.0", "CVE-2026-1002")}
        wait_for(lambda: c.findings(digest) == both, 10)
        wait_for(lambda: c.value("SELECT COUNT(*) FROM generation WHERE matched_at IS NOT NULL") == 2, 10)
        # what was withdrawn is closed, and its history stays
        (c.feeds / "osv/npm/GHSA-1001.json").unlink()
        update(c.feeds, c.db)
        wait_for(lambda: c.findings(digest) == {("right", "1.0.0", "CVE-2026-1002")}, 10)
        c.idle()
        assert c.value("SELECT COUNT(*) FROM matched") == 2
        log = c.log()
        assert log.count("rematch.done") >= 3 and "what=changes packages=1" in log, log
        assert c.value("SELECT COUNT(*) FROM scan") == 1


def data_that_come_after_the_scan_are_matched():
    r = Registry()
    with Center() as c:
        c.start()
        one = c.add_registry(r.host)
        digest = r.push(layout("late", ("left", "1.0.0")), "team/app:1")
        c.event(one, 1, "team/app", "1", digest)
        wait_for(lambda: state_of(c, digest) == "scanned")
        c.idle()
        # until then it is not assessed, and says why
        gaps, matters, judged = c.rows("SELECT gaps, matters, generation_id FROM profile")[0]
        assert matters and judged is None and json.loads(gaps)[0]["why"] == "no advisory data yet", gaps
        wait_for(lambda: c.rows("SELECT code FROM posture WHERE assessment LIKE 'dbd0cb49%'") == [("NotApplicable",)], 10)
        advisory(c.feeds, "npm", "left", "2.0.0", 1001)
        update(c.feeds, c.db)
        wait_for(lambda: c.findings(digest), 10)
        wait_for(lambda: c.rows("SELECT generation_id, matters, gaps FROM profile") == [(1, 0, "[]")], 10)
        wait_for(lambda: c.rows("SELECT code FROM posture WHERE assessment LIKE 'dbd0cb49%'") == [("Unhealthy",)], 10)
    r.stop()


def a_registry_without_webhooks_is_polled():
    r = Registry()
    with with_data() as c:
        c.start()
        c.add_registry(r.host, exclude="secret/*", poll_s=60)
        digest = r.push(layout("poll", ("left", "1.0.0")), "team/app:1")
        second = r.push(layout("poll2", ("left", "1.1.0")), "team/app:2")
        r.push(layout("poll3", ("left", "1.2.0")), "secret/app:1")
        c.move_clock(120)
        wait_for(lambda: c.findings(digest) and c.findings(second), 40)
        c.idle()
        assert c.rows("SELECT name FROM repository") == [("team/app",)]
        assert c.rows("SELECT state, has_catalog FROM registry") == [("ready", 1)]
        assert {x for x, in c.rows("SELECT reason FROM scan")} == {"sync"}
        before = c.value("SELECT COUNT(*) FROM event")
        c.move_clock(300)  # nothing changed: no event
        wait_for(lambda: c.log().count("sync.done") >= 2, 40)
        assert c.value("SELECT COUNT(*) FROM event") == before
        # a tag that moves, and an image that goes
        r.push(layout("poll4", ("left", "1.9.0")), "team/app:1")
        r.delete("team/app", second)
        c.move_clock(600)
        wait_for(lambda: c.rows("SELECT 1 FROM image WHERE deleted_at IS NOT NULL"), 40)
        wait_for(lambda: c.value("SELECT COUNT(*) FROM tag WHERE until_at IS NOT NULL") == 2, 40)
        assert c.value("SELECT COUNT(*) FROM tag WHERE until_at IS NULL") == 1
        # the old image of the tag has none, can still be pulled, and stays
        assert c.value("SELECT deleted_at FROM image i JOIN manifest m ON m.id = i.manifest_id WHERE m.digest = ?",
                       digest) is None
    r.stop()


def events_of_deletion_close_tags_images_and_repositories():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        at = int(time.time()) - 1000
        for i, name in enumerate(("a:1", "a:2", "b:1")):
            repository, tag = name.split(":")
            digest = r.push(layout(f"del{i}", ("left", f"1.{i}.0")), f"team/{name}")
            c.event(one, 1, f"team/{repository}", tag, digest, at=at)
            if name == "a:2":
                second = digest
        c.idle()
        c.event(one, 3, "team/a", tag="1", at=at + 10)
        c.event(one, 3, "team/a", digest=second, at=at + 10)
        c.event(one, 3, "team/b", at=at + 10)
        c.event(one, 1, "team/a", "2", second, at=at + 5, source="late")  # a push that was overtaken
        c.idle()
        assert not c.rows("SELECT 1 FROM tag WHERE until_at IS NULL")
        assert c.value("SELECT COUNT(*) FROM image WHERE deleted_at IS NOT NULL") == 2
        assert c.rows("SELECT name FROM repository WHERE deleted_at IS NOT NULL") == [("team/b",)]
        assert len(c.rows("SELECT 1 FROM matched")) == 3  # history stays
    r.stop()


def what_is_pulled_stays_assessed_for_thirty_days():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        digest = r.push(layout("pulled", ("left", "1.0.0")), "team/app:1")
        c.event(one, 1, "team/app", "1", digest)
        c.idle()
        c.event(one, 2, "team/app", "1", digest)
        wait_for(lambda: c.value("SELECT pulled_at FROM image"))
        c.run("UPDATE generation SET matched_at = matched_at - ?", 8 * DAY)  # no newer data for a week
        c.move_clock(8 * DAY)
        wait_for(lambda: c.rows("SELECT 1 FROM scan WHERE reason = 'pulled' AND state = 'done'"), 40)
        c.idle()
        c.move_clock(45 * DAY)
        time.sleep(3)
        c.idle()
        assert c.value("SELECT COUNT(*) FROM scan WHERE reason = 'pulled'") == 1
        assert c.value("SELECT COUNT(*) FROM ledger") == 1
    r.stop()


def an_import_copies_all_and_is_scanned():
    source, target = Registry(), Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(target.host, poll_s=10**9)
        digest = source.push(layout("import", layers=[images.npm("a", "left", "1.0.0"),
                                                      {"etc/large": b"\0" * 100 + bytes(range(256)) * 40000}]), "there/app:1")
        order = json.dumps({"source": f"{source.host}/there/app:1", "repository": "here/app", "tag": "2"})
        job = c.job("import", "1", one, order)
        wait_for(lambda: c.findings(digest), 20)
        c.idle()
        assert target.digest("here/app:2") == digest
        done = json.loads(c.value("SELECT why FROM job WHERE id = ?", job))
        assert done["digest"] == digest and done["blobs"] == 3, done
        assert c.value("SELECT reason FROM scan") == "import"
        # inside one registry blobs are mounted
        job = c.job("import", "2", one, json.dumps({"source": f"{target.host}/here/app:2", "repository": "other/app",
                                                    "tag": "1"}))
        wait_for(lambda: c.rows("SELECT 1 FROM job WHERE id = ? AND state = 'done'", job), 20)
        done = json.loads(c.value("SELECT why FROM job WHERE id = ?", job))
        assert done["mounted"] == 3 and done["bytes"] == 0, done
        # a tag that is another image is not moved
        other = source.push(layout("import2", ("left", "1.3.0")), "there/app:3")
        order = {"source": f"{source.host}/there/app@{other}", "repository": "here/app", "tag": "2"}
        job = c.job("import", "3", one, json.dumps(order))
        wait_for(lambda: c.rows("SELECT 1 FROM job WHERE id = ? AND state = 'dead'", job), 20)
        assert "is another image" in c.value("SELECT why FROM job WHERE id = ?", job)
        job = c.job("import", "4", one, json.dumps({**order, "force": True}))
        wait_for(lambda: c.rows("SELECT 1 FROM job WHERE id = ? AND state = 'done'", job), 20)
        assert target.digest("here/app:2") == other
    source.stop()
    target.stop()


def what_is_no_registry_is_neither_scanned_nor_billed():
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>a page")

        def log_message(self, *_):
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Page) as page, with_data() as c:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        c.start()
        one = c.add_registry(f"127.0.0.1:{page.server_address[1]}", poll_s=10**9)
        c.event(one, 1, "team/app", "1", "sha256:" + "a" * 64)
        wait_for(lambda: c.rows("SELECT 1 FROM registry WHERE state = 'unsupported'"), 20)
        c.idle()
        assert "not as Registry v2" in c.value("SELECT state_why FROM registry")
        assert not c.rows("SELECT 1 FROM ledger")
        page.shutdown()


def what_is_no_image_is_said_to_be_none():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        body = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                           "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "size": 2,
                                      "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
                           "layers": []}).encode()
        q = urllib.request.Request(f"http://{r.host}/v2/charts/c/blobs/uploads/", method="POST", data=b"")
        place = urllib.request.urlopen(q).headers["Location"]
        q = urllib.request.Request(place + "&digest=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                                   method="PUT", data=b"{}", headers={"Content-Type": "application/octet-stream"})
        urllib.request.urlopen(q)
        q = urllib.request.Request(f"http://{r.host}/v2/charts/c/manifests/1", method="PUT", data=body,
                                   headers={"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
        digest = urllib.request.urlopen(q).headers["Docker-Content-Digest"]
        c.event(one, 1, "charts/c", "1", digest)
        wait_for(lambda: state_of(c, digest) == "unsupported", 20)
        c.idle()
        assert not c.rows("SELECT 1 FROM ledger") and not c.rows("SELECT 1 FROM job WHERE state = 'dead'")
    r.stop()


def a_killed_worker_loses_nothing():
    r = Registry()
    with with_data() as c:
        first = c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        big = [{f"f{i}": bytes([i]) * 3_000_000 for i in range(40)}, images.npm("a", "left", "1.0.0")]
        digest = r.push(layout("kill", layers=big), "team/app:1")
        c.event(one, 1, "team/app", "1", digest)
        wait_for(lambda: c.rows("SELECT 1 FROM scan WHERE state = 'running'"), 20, 0.005)
        c.kill(first)
        assert c.rows("SELECT state FROM job WHERE kind = 'scan'") == [("leased",)]
        c.start()
        time.sleep(1.5)
        assert not c.findings(digest)  # the lease holds
        c.move_clock(61)
        wait_for(lambda: c.findings(digest), 30)
        c.idle()
        assert c.rows("SELECT state FROM scan ORDER BY id") == [("failed",), ("done",)]
        assert c.value("SELECT COUNT(*) FROM ledger") == 1
    r.stop()


def a_registry_that_is_away_is_asked_again():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        digest = r.push(layout("away", ("left", "1.0.0")), "team/app:1")
        r.stop()
        c.event(one, 1, "team/app", "1", digest)
        wait_for(lambda: c.rows("SELECT 1 FROM registry WHERE state = 'failing'"), 40)
        wait_for(lambda: c.rows("SELECT 1 FROM job WHERE kind = 'scan' AND state = 'ready' AND tries > 0"), 40)
        r.start()
        c.move_clock(3600)
        wait_for(lambda: c.findings(digest), 40)
        c.idle()
        assert c.value("SELECT state FROM registry") == "ready"
    r.stop()


def a_push_that_the_registry_does_not_have_yet_is_not_given_up():
    r = Registry()
    with with_data() as c:
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        late, never, gone = (f"sha256:{x * 64}" for x in "123")
        made = layout("absent", ("left", "1.0.0"))
        late = r.push(made, "team/elsewhere:1")
        c.event(one, 1, "team/app", "1", late)  # and the registry knows it there only later
        c.event(one, 1, "team/app", "2", never)
        c.event(one, 1, "team/app", "3", gone)
        wait_for(lambda: len(c.rows("SELECT 1 FROM job WHERE kind = 'scan' AND state = 'ready' AND tries > 0")) == 3, 20)
        c.event(one, 3, "team/app", digest=gone)
        wait_for(lambda: c.value("SELECT COUNT(*) FROM event WHERE done_at IS NULL") == 0)
        # as many tries later
        c.run("UPDATE job SET tries = 12 WHERE kind = 'scan'")
        c.move_clock(3600)
        wait_for(lambda: len(c.rows("SELECT 1 FROM job WHERE kind = 'scan' AND state = 'ready' AND tries >= 13")) == 2, 20)
        assert c.value("SELECT COUNT(*) FROM image WHERE deleted_at IS NULL") == 2
        assert r.push(made, "team/app:1") == late
        c.run("UPDATE job SET tries = 19 WHERE kind = 'scan'")
        c.move_clock(7200)
        wait_for(lambda: c.findings(late), 20)
        wait_for(lambda: c.rows("SELECT 1 FROM job WHERE kind = 'scan' AND state = 'dead'"), 20)
        why = c.value("SELECT why FROM job WHERE state = 'dead'")
        assert "has no such image" in why, why
        assert c.rows("SELECT state, state_why FROM manifest WHERE digest = ?", never) == [("failed", why)]
        assert c.rows("SELECT 1 FROM image i JOIN manifest m ON m.id = i.manifest_id WHERE m.digest = ? AND "
                      "i.deleted_at IS NULL", never)
        # it comes after all, and is told again
        c.event(one, 1, "team/app", "2", never)
        wait_for(lambda: c.rows("SELECT 1 FROM job WHERE kind = 'scan' AND state = 'ready' AND tries > 0"), 20)
    r.stop()


def a_scan_that_takes_long_is_reported():
    class Slow(socketserver.BaseRequestHandler):
        def handle(self):
            if b"/manifests/" in self.request.recv(65536):
                time.sleep(9)
            else:
                self.request.sendall(b"HTTP/1.1 200 OK\r\nDocker-Distribution-API-Version: registry/2.0\r\n"
                                     b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Slow) as server, with_data() as c:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        c.start()
        one = c.add_registry(f"127.0.0.1:{server.server_address[1]}", poll_s=10**9)
        c.event(one, 1, "team/app", "1", "sha256:" + "a" * 64)
        wait_for(lambda: c.rows("SELECT 1 FROM scan WHERE state = 'running'"), 20)
        assert "scan.late" not in c.log()
        c.move_clock(901)  # a clock that jumps makes no scan long
        time.sleep(1.5)
        assert "scan.late" not in c.log()
        c.run("INSERT INTO setting (name, value) VALUES ('scan.late', '1')")
        wait_for(lambda: "scan.late" in c.log(), 6)
        server.shutdown()


def metadata(name, version):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


DIST = "usr/lib/python3/dist-packages"
DEBIAN = {
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
    "var/lib/dpkg/status": "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: all\nSource: {source}\nVersion: {version}\n\n"
        for name, source, version in (("python3-django", "python-django", "3:3.2.19-1+deb12u1"), ("libssl3", "openssl", "3.0.9-1"),
                                      ("zlib1g", "zlib", "1:1.2.13.dfsg-1"))),
    "var/lib/dpkg/info/python3-django.list": f"/.\n/usr\n/{DIST}/Django-3.2.19.egg-info/PKG-INFO\n",
    f"{DIST}/Django-3.2.19.egg-info/PKG-INFO": metadata("Django", "3.2.19"),
}


def what_the_center_finds_is_what_a_scan_finds():
    """The same flaws, packages, severities, fixes and reasons to hide, of distribution and language packages, in two layers."""
    tracker = {source: {cve: {"description": "x", "releases": {"bookworm": {
        "status": "open" if fixed is None else "resolved", "urgency": urgency, "fixed_version": fixed or "",
        "repositories": {"bookworm": "1"}}}}} for source, cve, fixed, urgency in (
            ("python-django", "CVE-2026-2001", None, "not yet assigned"), ("openssl", "CVE-2026-2002", "3.0.11-1", "low"),
            ("zlib", "CVE-2026-2003", "1:1.2.12", "high"))}
    r = Registry()
    with Center() as c:
        (c.feeds / "debian").mkdir(parents=True)
        (c.feeds / "debian/tracker.json").write_text(json.dumps(tracker))
        advisory(c.feeds, "PyPI", "django", "4.2.1", 2001)
        advisory(c.feeds, "PyPI", "django", "4.2.2", 2004, "CRITICAL")
        advisory(c.feeds, "npm", "left", "2.0.0", 1001, "LOW")
        advisory(c.feeds, "npm", "left", "1.5.0", 1002)
        update(c.feeds, c.db)
        c.start()
        one = c.add_registry(r.host, poll_s=10**9)
        pip = "usr/local/lib/python3.11/dist-packages/Django-3.2.18.dist-info/METADATA"
        made = layout("same", layers=[DEBIAN, {pip: metadata("Django", "3.2.18"), **images.npm("srv", "left", "1.9.0")}])
        digest = r.push(made, "team/app:1")
        c.event(one, 1, "team/app", "1", digest)
        wait_for(lambda: c.findings(digest))
        c.idle()
        report = images.report(made, database=str(c.db))
        said = {(f["package"]["name"], f["package"]["version"], f["id"], f["severity"].lower(), f.get("fixed_version", ""),
                 f.get("hidden", {}).get("kind", "")) for k in ("findings", "suppressed") for f in report[k]}
        kept = {(n, v, cve, SEVERITIES[s], fixed, json.loads(detail).get("hidden", {}).get("kind", ""))
                for n, v, cve, s, fixed, detail in c.rows(
                    "SELECT p.name, p.version, v.name, x.severity, x.fixed_version, x.detail FROM matched x JOIN package p "
                    "ON p.id = x.package_id JOIN vulnerability v ON v.id = x.vulnerability_id")}
        assert said == kept, (said - kept, kept - said)
        assert len(said) >= 6 and {x[5] for x in said} == {"", "owned"}, said
    r.stop()


def a_plan_that_is_off_scans_nothing():
    r = Registry()
    with with_data() as c:
        c.start()
        c.run("INSERT INTO pricing (scope, name, tier, changed_at) VALUES (?, 'Containers', 'Free', 0)",
              f"/subscriptions/{center.SUBSCRIPTION}")
        one = c.add_registry(r.host, poll_s=10**9)
        digest = r.push(layout("off", ("left", "1.0.0")), "team/app:1")
        c.event(one, 1, "team/app", "1", digest)
        c.idle()
        time.sleep(0.5)
        assert c.value("SELECT COUNT(*) FROM image") == 1 and not c.rows("SELECT 1 FROM scan")
    r.stop()


def main():
    if not shutil.which("docker-registry") or not shutil.which("skopeo"):
        print("neither docker-registry nor skopeo")
        return 77
    pathlib.Path(center.WORK).mkdir(parents=True, exist_ok=True)
    images.run([(case.__name__, case) for case in (
        a_push_is_scanned_matched_and_billed_once,
        an_index_is_billed_by_its_own_digest,
        an_image_pushed_by_digest_alone_is_billed_when_it_stays_alone,
        new_data_are_matched_without_a_pull,
        data_that_come_after_the_scan_are_matched,
        a_registry_without_webhooks_is_polled,
        events_of_deletion_close_tags_images_and_repositories,
        what_is_pulled_stays_assessed_for_thirty_days,
        an_import_copies_all_and_is_scanned,
        what_is_no_registry_is_neither_scanned_nor_billed,
        what_is_no_image_is_said_to_be_none,
        a_killed_worker_loses_nothing,
        a_registry_that_is_away_is_asked_again,
        a_push_that_the_registry_does_not_have_yet_is_not_given_up,
        a_scan_that_takes_long_is_reported,
        what_the_center_finds_is_what_a_scan_finds,
        a_plan_that_is_off_scans_nothing,
    )])


if __name__ == "__main__":
    raise SystemExit(main())
