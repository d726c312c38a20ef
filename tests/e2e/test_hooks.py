#!/usr/bin/env python3
"""Hooks of a running center: who is let in, what counts, what is left out, and Debian's docker-registry telling it all
by itself."""
import base64
import json
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import center  # noqa: E402
import images  # noqa: E402
import served  # noqa: E402
from center import wait_for  # noqa: E402

IMAGE = "application/vnd.oci.image.manifest.v1+json"
DIGEST = "sha256:" + "a" * 64


def notification(*events):
    return json.dumps({"events": list(events)})


def event(source, action="push", kind=IMAGE, agent="docker/27", digest=DIGEST, tag="1"):
    return {"id": source, "action": action, "timestamp": "2026-11-20T10:00:00Z", "request": {"useragent": agent},
            "target": {"mediaType": kind, "digest": digest, "repository": "team/app", "tag": tag, "size": 7}}


def events(c):
    with sqlite3.connect(f"file:{c.folder}/center.db?mode=ro", uri=True, timeout=10) as d:
        return d.execute("SELECT source, kind, repository, tag, digest FROM event ORDER BY id").fetchall()


def start(name, *options):
    c = served.Center(center.WORK / name, "--role", "api", *options)
    c.start()
    made = c.post("/api/v1/registries", {"name": "one", "url": "http://127.0.0.1:1", "username": "robot", "password": "p"})
    assert made.status == 201, made
    return c, made.json


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def who_is_let_in():
    c, registry = start("let-in")
    secret, path = registry["hook"]["secret"], f"/hooks/{registry['id']}"
    basic = base64.b64encode(f"x:{secret}".encode()).decode()
    named = f"/hooks/{registry['subscription']}/one"
    ways = [(path, bearer(secret)), (path, {"Authorization": f"Basic {basic}"}), (path, {"Authorization": secret}),
            (path, {"X-Plimsoll-Secret": secret}), ("/hooks/one", bearer(secret)), (named, bearer(secret)),
            (f"{named}/{secret}", {})]
    for i, (where, headers) in enumerate(ways):
        a = c.ask("POST", where, notification(event(f"way-{i}")), token=None, headers=headers)
        assert a.status == 200 and a.json["new"] == 1, (where, headers, a)
    assert len(events(c)) == len(ways)
    wrong = [(path, {}), (path, bearer("plsh_wrong")), (path, bearer(c.token)), ("/hooks/99", bearer(secret)),
             ("/hooks/none", bearer(secret)), (f"{named}/plsh_in-the-path", {})]
    for where, headers in wrong:
        a = c.ask("POST", where, notification(event("wrong")), token=None, headers=headers)
        assert a.status == 401, (where, headers, a)
    assert len(events(c)) == len(ways), "what is refused is not kept"
    refused = [e for e in c.get("/api/v1/audit-log?outcome=refused&limit=1000").json["value"]]
    assert len(refused) == len(wrong), refused
    everything = json.dumps(refused) + c.log()
    assert secret not in everything and "in-the-path" not in everything, "a secret is told"
    fresh = c.post(f"/api/v1/registries/{registry['id']}/secret").json["secret"]
    assert c.ask("POST", path, notification(event("old")), token=None, headers=bearer(secret)).status == 401
    assert c.ask("POST", path, notification(event("new")), token=None, headers=bearer(fresh)).status == 200
    c.stop()


def what_counts():
    c, registry = start("counts")
    hook = lambda body: c.ask("POST", f"/hooks/{registry['id']}", body, token=None, headers=bearer(registry["hook"]["secret"]))
    a = hook(notification(event("1"), event("2", kind="application/octet-stream"), event("3", action="mount"), event("4", "pull"),
                          event("5", "pull", agent="plimsoll/0.1"), event("6", digest="nothing"), 7)).json
    assert (a["accepted"], a["new"], a["leftOut"], a["damaged"]) == (3, 2, 2, 2), a
    assert hook(notification(event("1"), event("4", "pull"))).json["new"] == 0, "repeats are harmless"
    assert [e[:2] for e in events(c)] == [("1", 1), ("4", 2)], events(c)
    ping = hook(json.dumps({"id": "p", "action": "ping", "timestamp": "2026-11-20T10:00:00Z"}))
    assert ping.status == 200 and ping.json["accepted"] == 0
    grid = hook(json.dumps([{"id": "v", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "c0de"}}]))
    assert grid.json["validationResponse"] == "c0de"
    harbor = {"type": "PULL_ARTIFACT", "occur_at": 1763632800, "operator": "robot", "event_data": {
        "resources": [{"digest": DIGEST, "tag": "1"}], "repository": {"repo_full_name": "team/app"}}}
    assert hook(json.dumps(harbor)).json["new"] == 0, "pulls by the user that we are there are ours"
    assert hook(json.dumps({**harbor, "operator": "ada"})).json["new"] == 1
    assert hook(json.dumps({**harbor, "operator": "ada"})).json["new"] == 0, "repeats without an id are harmless too"
    for body, status in (("", 400), ("{", 400), ("{}", 400), (notification(*[event(str(i)) for i in range(1001)]), 413),
                         (notification(event("x" * (1 << 20))), 413)):
        assert hook(body).status == status, (body[:40], hook(body))
    c.stop()
    assert len(events(c)) == 3


def a_real_registry_tells():
    with served.Center(center.WORK / "real", "--behind-proxy") as c:
        made = c.post("/api/v1/registries", {"name": "real", "url": "http://127.0.0.1:1", "triggers": ["push"]}).json
        hook = made["hook"]
        lines = hook["distribution"].replace("backoff: 5s", "backoff: 100ms")
        r = center.Registry(lines)
        try:
            changed = c.ask("PATCH", "/api/v1/registries/real", {"url": f"http://{r.host}"})
            assert changed.json["url"] == f"http://{r.host}", changed
            digest = r.push(center.layout("real", ("left", "1.0.0")), "team/app:1")
            found = wait_for(lambda: c.get(f"/api/v1/images?digest={digest}").json["value"], 20)
            assert [(i["repository"], i["tags"]) for i in found] == [("team/app", ["1"])], found
            wait_for(lambda: c.get(f"/api/v1/scans?digest={digest}&state=done").json["value"], 60)
            image = c.get(f"/api/v1/images/{found[0]['id']}").json
            assert image["state"] in ("waiting", "not_assessed"), "there are no advisories yet"
            names = [p["name"] for p in c.get(f"/api/v1/packages?image={image['id']}").json["value"]]
            assert names == ["left"], names
            r.delete("team/app", digest)
            wait_for(lambda: not c.get(f"/api/v1/images?digest={digest}").json["value"], 20)
            gone = c.get(f"/api/v1/images?digest={digest}&deleted=true").json["value"]
            assert gone[0]["deletedAt"], gone
            pulled = [e for e in events(c) if e[1] == 2]
            assert not pulled, "our own pulls are not told"
        finally:
            r.stop()


images.run([(f.__name__.replace("_", " "), f) for f in (who_is_let_in, what_counts, a_real_registry_tells)])
