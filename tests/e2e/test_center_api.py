#!/usr/bin/env python3
"""The center's own routes and its verbs in the shell, on a center that has scanned: what is answered, what is cut by
sight, what is refused."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import center  # noqa: E402
import images  # noqa: E402
import served  # noqa: E402
from center import wait_for  # noqa: E402

OTHER = "99999999-2222-3333-4444-555555555555"


class House:
    """A center with advisories, a registry, and two images in it, one with a finding."""

    def __init__(self):
        feeds, db = center.WORK / "feeds", center.WORK / "advisories.db"
        center.advisory(feeds, "npm", "left", "2.0.0", 1001)
        center.update(feeds, db)
        self.r = center.Registry()
        self.c = served.Center(center.WORK / "center", "--db", db).start()
        self.bad = self.r.push(center.layout("bad", ("left", "1.0.0")), "team/app:1")
        self.good = self.r.push(center.layout("good", ("right", "1.0.0")), "team/clean:1")
        self.registry = self.c.post("/api/v1/registries", {"name": "main", "url": f"http://{self.r.host}"}).json
        assert self.c.post("/api/v1/registries/main/sync").status == 202
        wait_for(lambda: self.values("images?state=healthy,unhealthy", 2), 90)

    def values(self, path, n=None):
        a = self.c.get("/api/v1/" + path)
        assert a.status == 200, (path, a)
        found = a.json["value"]
        return found if n is None or len(found) == n else []


def images_and_findings():
    c = house.c
    bad, = house.values("images?state=unhealthy")
    assert bad["digest"] == house.bad and bad["findings"]["high"] == 1 and bad["tags"] == ["1"], bad
    assert [i["digest"] for i in house.values("images?repository=team/clean")] == [house.good]
    assert not house.values("images?running=true") and not house.values("images?severity=critical")
    finding, = house.values(f"findings?image={bad['id']}")
    assert (finding["vulnerability"], finding["package"], finding["fixedVersion"]) == ("CVE-2026-1001", "left", "2.0.0"), finding
    one = c.get(f"/api/v1/findings/{finding['id']}").json
    assert one["why"] and one["advisory"]["title"] == "flaw 1001 of left" and one["paths"], one
    assert not house.values("findings?at=2020-01-01T00:00:00Z")
    reach = c.get("/api/v1/vulnerabilities/CVE-2026-1001").json
    assert reach["images"] == 1 and len(reach["findings"]) == 1, reach
    details = c.get(f"/api/v1/images/{bad['id']}").json
    assert len(details["layers"]) == 1 and details["scanner"], details
    package, = house.values("packages?name=left")
    assert package["images"] == 1, package
    assert [t["name"] for t in house.values("tags?registry=main&repository=team/app")] == ["1"]
    summary = c.get("/api/v1/images/summary").json
    assert summary["states"]["unhealthy"] == 1 and summary["states"]["healthy"] == 1, summary
    assert c.get("/api/v1/data").json["current"]["number"] >= 1
    assert c.get("/api/v1/usage").json["total"] == 2
    scan = house.values("scans?state=done")[0]
    assert scan["stages"]["total"] >= 0 and scan["reason"] == "sync", scan


def pages_and_etags():
    c = house.c
    first = c.get("/api/v1/images?limit=1")
    assert len(first.json["value"]) == 1
    rest = c.get(first.json["nextLink"].split(c.host, 1)[1]).json
    assert len(rest["value"]) == 1 and "nextLink" not in rest and rest["value"] != first.json["value"]
    again = c.get("/api/v1/images?limit=1", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304 and not again.body, again
    for path, status in (("images?nosuch=1", 400), ("images?state=ill", 400), ("images?limit=0", 400), ("images?cursor=zz", 404),
                         ("findings?at=yesterday", 400), ("images/999999", 404), ("findings/none", 404), ("registries/none", 404),
                         ("tags?registry=main", 400), ("jobs?state=", 400)):
        assert c.get("/api/v1/" + path).status == status, (path, c.get("/api/v1/" + path))
    assert c.post("/api/v1/registries", {"name": "x", "url": "https://x", "nmae": 1}).json["error"]["message"].count("nmae")
    assert c.post("/api/v1/registries", {"name": "MAIN", "url": "https://x.example"}).status == 409


def sight():
    c, scope = house.c, house.registry["resourceId"]
    reader = c.make_token("reader", ("Reader", scope))
    security = c.make_token("security", ("Reader", scope), ("Security Reader", scope))
    puller = c.make_token("puller", ("AcrPull", scope))
    elsewhere = c.make_token("elsewhere", ("Owner", f"/subscriptions/{OTHER}"))
    get = lambda path, token: c.get("/api/v1/" + path, token=token)
    for token in (reader, puller):
        for image in get("images", token).json["value"]:
            assert image["findings"] is None and image["state"] is None, "how an image fares takes a security role"
        assert len(get("images", token).json["value"]) == 2
        assert get("images?state=unhealthy", token).json["value"] == [], "not by a filter either"
        assert get("findings", token).json.get("value", []) == []
    assert len(get("findings", security).json["value"]) == 1
    finding = house.values("findings")[0]["id"]
    assert get(f"findings/{finding}", reader).status in (403, 404)
    assert get(f"findings/{finding}", security).status == 200
    for path in ("images", "registries", "scans", "packages", "jobs", "places"):
        assert get(path, elsewhere).json["value"] == [], path
    image = house.values("images")[0]["id"]
    assert get(f"images/{image}", elsewhere).status == 404 and get("registries/main", elsewhere).status == 404
    for method, path, body in (("POST", "registries/main/sync", None), ("PATCH", "registries/main", {}), ("DELETE", "registries/main", None),
                               ("POST", "registries/main/secret", None), ("POST", "scans", {"imageId": image}),
                               ("PUT", "settings/scan.late", {"value": 5}), ("POST", "data/refresh", None)):
        assert c.ask(method, "/api/v1/" + path, body, token=reader).status == 403, (method, path)
    owner = c.make_token("owner", ("Owner", f"/subscriptions/{c.subscription}"))
    refers = {"name": "file", "url": "https://x.example", "credentialRef": "file:/etc/shadow"}
    assert c.post("/api/v1/registries", refers, token=owner).status == 403, "this machine's files are not his"
    kept = c.ask("PATCH", "/api/v1/registries/main", {"username": "u", "password": "p"}, token=owner).json
    assert kept["hasCredential"] and "p" not in kept
    moved = c.ask("PATCH", "/api/v1/registries/main", {"url": "http://elsewhere.example"}, token=owner).json
    assert not moved["hasCredential"], "a secret goes to no other address"
    assert c.ask("PATCH", "/api/v1/registries/main", {"url": f"http://{house.r.host}"}).status == 200


def what_runs_where():
    c = house.c
    agent = c.make_token("agent", ("Agent", f"/subscriptions/{c.subscription}"), kind="agent")
    body = {"kind": "cluster", "name": "prod", "running": [
        {"owner": "default/Deployment/web", "container": "web", "image": "team/app:1", "digest": house.bad},
        {"owner": "default/Deployment/db", "container": "db", "image": "postgres:16"}]}
    put = lambda b, token: c.ask("PUT", "/agent/v1/inventory", b, token=token)
    assert put(body, "admin").status == 403 and put(body, None).status == 401
    assert put(body, agent).json["running"] == 2
    place, = house.values("places?kind=cluster")
    assert place["running"] == 2
    running = {x["owner"]: x["imageId"] for x in house.values(f"places/{place['id']}/running")}
    assert running["default/Deployment/web"] and not running["default/Deployment/db"], running
    assert [i["digest"] for i in house.values("images?running=true")] == [house.bad]
    assert len(house.values(f"findings?place={place['id']}")) == 1
    assert put({**body, "running": []}, agent).status == 200
    assert not house.values(f"places/{place['id']}/running")
    assert put({**body, "subscription": OTHER}, agent).status in (403, 404)


def scans_go_on_live():
    c = house.c
    image = house.values("images?state=unhealthy")[0]["id"]
    listener = subprocess.Popen(["curl", "-sN", "-m", "30", "--cacert", str(c.ca), "-H", f"Authorization: Bearer {c.token}",
                                 f"{c.url}/api/v1/scans/events"], stdout=subprocess.PIPE, text=True)
    try:
        accepted = c.post("/api/v1/scans", {"imageId": image, "anew": True})
        assert accepted.status == 202 and accepted.headers["Location"], accepted
        for line in listener.stdout:
            if line.startswith("data: ") and json.loads(line[6:])["state"] == "done":
                return
        raise AssertionError("nobody said that the scan was done")
    finally:
        listener.kill()
        listener.wait()


def metrics():
    c = house.c
    assert c.get("/metrics", token=None).status == 401
    text = c.get("/metrics").text
    assert 'plimsoll_images{state="unhealthy"} 1' in text and "plimsoll_scan_stage_seconds_bucket" in text, text[:2000]
    assert c.token not in text
    assert c.ask("PUT", "/api/v1/settings/metrics.loopback", {"value": 1}).status == 200
    assert c.get("/metrics", token=None).status == 200
    tool = shutil.which("promtool") or promtool()
    if not tool:
        return "promtool is not to be had"
    done = subprocess.run([tool, "check", "metrics"], input=text, text=True, capture_output=True)
    assert done.returncode == 0 and not done.stdout + done.stderr, done
    return None


def promtool():
    folder = pathlib.Path(os.environ.get("CACHE", center.WORK)) / "prometheus"
    if not (folder / "usr/bin/promtool").exists():
        folder.mkdir(parents=True, exist_ok=True)
        if subprocess.run(["apt-get", "download", "prometheus"], cwd=folder, capture_output=True).returncode:
            return None
        for deb in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", deb, folder], check=True)
            deb.unlink()
    return str(folder / "usr/bin/promtool")


def the_shell():
    c = house.c
    assert "main" in c.cli("registry", "list")
    added = c.cli("registry", "add", "second", f"http://{house.r.host}", "--trigger", "push,import", "--exclude", "cache/**", "--poll", "1h")
    assert "shown this once" in added and "notifications:" in added
    assert json.loads(c.cli("registry", "show", "second"))["triggers"] == ["push", "import"]
    assert "is there and knows us" in c.cli("registry", "test", "second")
    assert "plsh_" in c.cli("registry", "secret", "second")
    c.cli("registry", "set", "second", "--parallel", "2")
    done = c.cli("import", f"{house.r.host}/team/clean:1", "second/copied/clean:1", "--wait")
    assert "second/copied/clean:1" in done and house.r.digest("copied/clean:1") == house.good
    wait_for(lambda: house.values("images?repository=copied/clean"), 30)
    c.cli("registry", "sync", "second")
    c.cli("registry", "remove", "second")
    assert "second" not in c.cli("registry", "list")
    assert "Containers" in c.cli("plan", "list")
    assert "off" in c.cli("plan", "set", "Containers", "off") and "on" in c.cli("plan", "set", "Containers", "on")
    assert isinstance(json.loads(c.cli("plan", "list", "-f", "json")), list)
    c.cli("registry", "show", "nosuch", status=4)
    c.cli("registry", "fetch", status=2)
    c.cli("registry", "list", status=4, token="plsl_wrong")
    c.cli("plan", "set", "Containers", "perhaps", status=2)
    c.cli("import", "a:1", "nowhere", status=2)


house = House()
try:
    images.run([(f.__name__.replace("_", " "), f) for f in (images_and_findings, pages_and_etags, sight, what_runs_where,
                                                            scans_go_on_live, metrics, the_shell)])
finally:
    house.c.stop()
    house.r.stop()
