#!/usr/bin/env python3
"""Who may ask a center, and what: its first start, tokens and roles, browsers, OpenID Connect (a provider written for
this test, and one that PyPI has, where it can be fetched), limits, the audit log, and that secrets are nowhere else."""
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images  # noqa: E402
import postgres  # noqa: E402
import served  # noqa: E402
import fakeprovider  # noqa: E402

WORK = pathlib.Path(os.environ["WORK"])
PLIMSOLL = os.environ["PLIMSOLL"]
TOKEN = re.compile(r"plsl_[A-Za-z0-9_-]{43}")
SUB = "/subscriptions/11111111-2222-3333-4444-555555555555"


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def first_start():
    with served.Center(WORK / "first") as c:
        assert TOKEN.fullmatch(c.token), c.token
        assert c.token not in c.log() and "admin-token" in c.log()
        assert mode(c.folder) == 0o700
        for name in ("admin-token", "secrets.key", "center.db", "tls/key.pem"):
            assert mode(c.folder / name) == 0o600, name
        me = c.get("/api/v1/me").json
        assert {(r["role"], r["scope"]) for r in me["roles"]} == {("Owner", "/"), ("Security Admin", "/")}, me
        assert c.get("/healthz", token=None).json == {"status": "alive"}
        ready = c.get("/readyz", token=None)
        assert ready.status == 200 and ready.json["checks"]["store"]["status"] == "ok", ready
        first, subscription = c.token, c.subscription
        assert c.stop() == 0
        (c.folder / "admin-token").unlink()
        c.start()  # again: nothing is made anew
        assert not c.token and c.subscription == subscription
        c.token = first
        assert c.get("/api/v1/me").status == 200


def headers():
    with served.Center(WORK / "headers") as c:
        a = c.get("/api/v1/me")
        for name, value in {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}.items():
            assert a.headers[name] == value, name
        assert "max-age" in a.headers["Strict-Transport-Security"]
        assert "frame-ancestors 'none'" in a.headers["Content-Security-Policy"]
        assert re.fullmatch(r"[0-9a-f-]{36}", a.headers["x-ms-request-id"])
        own = "0f0f0f0f-1111-4222-8333-444444444444"
        assert c.get("/api/v1/me", headers={"x-ms-correlation-request-id": own}).headers["x-ms-correlation-request-id"] == own
        a = c.get("/api/v1/me", token=None)
        assert a.status == 401 and a.code == "AuthenticationFailed", a
        assert a.headers["WWW-Authenticate"].startswith('Bearer authorization_uri="https://'), a.headers
        a = c.get("/api/v1/me", token="plsl_" + 43 * "A")
        assert a.status == 401 and a.code == "InvalidAuthenticationToken", a
        assert 'error="invalid_token"' in a.headers["WWW-Authenticate"]
        assert c.get("/api/v1/me", headers={"Authorization": "Basic eDp5"}, token=None).status == 401
        a = c.ask("PATCH", "/api/v1/me")
        assert a.status == 405 and a.headers["Allow"] == "GET, HEAD", a
        assert c.get("/api/v1/nothing").status == 404
        a = c.get("/api/v1/tokens?ende=true")
        assert a.status == 400 and a.code == "InvalidQueryParameter", a
        a = c.post("/api/v1/tokens", {"name": "x", "role": []})
        assert a.status == 400 and '"role"' in a.json["error"]["message"], a
        assert c.ask("HEAD", "/api/v1/me").body == b""


def roles():
    """Nobody gives more than he has; what is not his is 403, naming action and scope."""
    with served.Center(WORK / "roles") as c:
        owner = c.make_token("owner-of-sub", ("Owner", SUB))
        reader = c.make_token("reader", ("Reader", SUB))
        for by, role, scope, status in ((owner, "Reader", SUB, 201), (owner, "Owner", SUB + "/resourceGroups/A", 201),
                                        (owner, "Reader", "/", 403), (owner, "Owner", "/subscriptions/" + 8 * "9" + SUB[23:], 403),
                                        (reader, "Reader", SUB, 403), (owner, "Agent", SUB, 409)):
            a = c.post("/api/v1/tokens", {"name": f"{role} {scope} {status}", "roles": [{"role": role, "scope": scope}]}, token=by)
            assert a.status == status, (role, scope, a)
        a = c.get("/api/v1/audit-log", token=reader)
        assert a.status == 403 and a.code == "AuthorizationFailed", a
        for word in ("token:reader", "Plimsoll.Center/auditLog/read", "'/'"):
            assert word in a.json["error"]["message"], a
        # a list holds what lies in his scope, and his own token
        names = {t["name"] for t in c.get("/api/v1/tokens", token=owner).json["value"]}
        assert names == {"owner-of-sub", "reader", f"Reader {SUB} 201", f"Owner {SUB}/resourceGroups/A 201"}, names
        assert {t["name"] for t in c.get("/api/v1/tokens", token=reader).json["value"]} == {"reader"}
        assert c.get("/api/v1/tokens/1", token=owner).status == 404
        assert c.ask("DELETE", "/api/v1/tokens/1", token=owner).status == 404
        # of the audit log he sees what was done in his scope
        log = c.get("/api/v1/audit-log", token=owner).json["value"]
        assert log and all(e["target"].startswith(SUB) for e in log), log
        assert c.post("/api/v1/tokens", {"name": "reader", "roles": [{"role": "Reader", "scope": "/"}]}).status == 409
        agent = c.make_token("node", ("Agent", SUB), kind="agent")
        assert c.get("/api/v1/me", token=agent).json["kind"] == "agent"
        assert c.get("/api/v1/tokens", token=agent).json["value"][0]["name"] == "node"
        assert c.post("/login", "token=" + agent, token=None).status == 401


def sight():
    """A role at one registry tells nothing of another: not its name, not what is said of it, not that it is there."""
    with served.Center(WORK / "sight") as c:
        made = {}
        for name, subscription, port in (("alpha", SUB, 11), ("bravo", SUB, 12), ("charlie", SUB[:-1] + "6", 13)):
            a = c.post("/api/v1/registries", {"name": name, "subscription": subscription[15:], "url": f"http://127.0.0.1:{port}"})
            assert a.status == 201, a
            made[name] = a.json
            digest = f"sha256:{port:064x}"
            a = c.post(f"/hooks/{a.json['id']}", {"events": [{"id": "1", "action": "push", "target": {
                "mediaType": "application/vnd.oci.image.manifest.v1+json", "repository": name, "tag": "1", "digest": digest}}]},
                token=None, headers={"Authorization": "Bearer " + a.json["hook"]["secret"]})
            assert a.status == 200, a
        one, two = made["alpha"]["resourceId"], made["bravo"]["resourceId"]
        until = time.monotonic() + 30
        while len(c.get("/api/v1/jobs?kind=scan").json["value"]) < 3 and time.monotonic() < until:
            time.sleep(0.1)
        both = c.make_token("both", ("Reader", one), ("AcrPull", two))
        shown = {j["registryId"] for j in c.get("/api/v1/jobs?kind=scan", token=both).json["value"]}
        assert shown == {made["alpha"]["id"]}, shown
        assessments = SUB + "/providers/Microsoft.Security/assessments?api-version=2021-06-01"
        while "bravo" not in c.get(assessments).text and time.monotonic() < until:
            time.sleep(0.1)
        said = c.get(assessments, token=both)
        assert "alpha" in said.text and "bravo" not in said.text, said
        other = next(j["id"] for j in c.get("/api/v1/jobs?kind=scan").json["value"] if j["registryId"] != made["alpha"]["id"])
        unseen, nothing = c.get(f"/api/v1/jobs/{other}", token=both), c.get("/api/v1/jobs/99999", token=both)
        assert (unseen.status, unseen.text.replace(str(other), "")) == (nothing.status, nothing.text.replace("99999", "")), unseen
        pusher = c.make_token("pusher", ("AcrPush", one))
        asked = {"registryId": made["alpha"]["id"], "repository": "r", "tag": "1"}
        a = c.post("/api/v1/imports", {**asked, "source": "127.0.0.1:12/bravo:1"}, token=pusher)
        assert a.status == 403 and "bravo" not in a.text and SUB not in a.text, a
        # elsewhere it is a stranger's registry, of which no credentials are used
        assert c.post("/api/v1/imports", {**asked, "source": "127.0.0.1:13/charlie:1"}, token=pusher).status == 202


def two_at_once():
    """Processes that start together in one empty folder have one key, its certificate, one admin."""
    for k in range(4):
        several = [served.Center(WORK / f"at-once-{k}") for _ in range(3)]
        for i, c in enumerate(several):
            c.log_file = WORK / f"at-once-{k}-{i}.log"
        threads = [threading.Thread(target=c.start) for c in several]
        try:
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            assert [c.get("/healthz", token=None).status for c in several] == [200] * 3
            assert sum("admin_token" in c.log() for c in several) == 1
        finally:
            for c in several:
                c.stop()


def endings():
    """A token ends when it is revoked and when its time is over; its use is stamped."""
    clock = WORK / "endings.clock"
    clock.write_text("+0\n")
    with served.Center(WORK / "endings", env={"PLIMSOLL_CLOCK": str(clock)}) as c:
        brief = c.make_token("brief", ("Reader", "/"), expiresIn=3600)
        long = c.make_token("long", ("Reader", "/"), expiresIn=0)
        usual = c.make_token("usual", ("Reader", "/"))
        shown = {t["name"]: t for t in c.get("/api/v1/tokens").json["value"]}
        assert shown["long"]["expiresAt"] is None and shown["usual"]["expiresAt"] and not shown["brief"]["usedAt"], shown
        assert c.get("/api/v1/me", token=brief).status == 200
        assert {t["name"]: t for t in c.get("/api/v1/tokens").json["value"]}["brief"]["usedAt"]
        clock.write_text("+3700\n")
        a = c.get("/api/v1/me", token=brief)
        assert a.status == 401 and a.code == "ExpiredAuthenticationToken", a
        assert c.get("/api/v1/me", token=long).status == 200
        assert c.ask("DELETE", f"/api/v1/tokens/{shown['long']['id']}").status == 204
        assert c.get("/api/v1/me", token=long).status == 401
        assert c.get("/api/v1/me", token=usual).status == 200
        clock.write_text(f"+{400 * 86400}\n")
        assert c.get("/api/v1/me", token=usual).status == 401
        assert c.post("/api/v1/tokens", {"name": "past", "roles": [{"role": "Reader"}], "expiresAt": "2020-01-01"}).status == 409


def sign_in(c, form, **more):
    a = c.post("/login", urllib.parse.urlencode(form), token=None, **more)
    return a, a.cookies()


def browsers():
    clock = WORK / "browsers.clock"
    clock.write_text("+0\n")
    with served.Center(WORK / "browsers", env={"PLIMSOLL_CLOCK": str(clock)}) as c:
        page = c.get("/login", token=None)
        assert page.status == 200 and "<form" in page.text and "script" not in page.text.lower(), page
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert sign_in(c, {"token": "plsl_" + 43 * "x"})[0].status == 401
        a, jar = sign_in(c, {"token": c.token})
        assert a.status == 303 and c.token not in str(a.headers), a
        cookie = a.headers["Set-Cookie"]
        assert cookie.startswith("__Host-") and all(w in cookie for w in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")), cookie
        me = c.get("/api/v1/me", token=None, cookies=jar).json
        assert me["kind"] == "session" and me["csrf"], me
        new = {"name": "by-browser", "roles": [{"role": "Reader", "scope": "/"}]}
        a = c.post("/api/v1/tokens", new, token=None, cookies=jar)
        assert a.status == 403 and a.code == "CsrfTokenInvalid", a
        assert c.post("/api/v1/tokens", new, token=None, cookies=jar, headers={"X-CSRF-Token": me["csrf"][:-1] + "!"}).status == 403
        assert c.post("/api/v1/tokens", new, token=None, cookies=jar, headers={"X-CSRF-Token": me["csrf"]}).status == 201
        # another site's form
        for h in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert sign_in(c, {"token": c.token}, headers=h)[0].status == 403, h
            assert c.post("/logout", "", token=None, cookies=jar, headers=h).status == 403, h
        assert sign_in(c, {"token": c.token}, headers={"Origin": c.url, "Sec-Fetch-Site": "same-origin"})[0].status == 303
        # out
        assert c.post("/logout", "", token=None, cookies=jar, headers={"Origin": c.url}).status == 303
        assert c.get("/api/v1/me", token=None, cookies=jar).status == 401
        # a link is good for one time, and looking at it is not using it
        url = c.post("/api/v1/login-links").json["url"]
        link = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["link"][0]
        assert c.get(url[len(c.url):], token=None).status == 200 and c.get(url[len(c.url):], token=None).status == 200
        a, jar = sign_in(c, {"link": link})
        assert a.status == 303 and c.get("/api/v1/me", token=None, cookies=jar).json["name"] == "token:admin"
        assert sign_in(c, {"link": link})[0].status == 401
        url = c.post("/api/v1/login-links").json["url"]
        clock.write_text("+601\n")
        assert sign_in(c, {"link": url.split("link=")[1]})[0].status == 401
        # idle, then old
        assert c.get("/api/v1/me", token=None, cookies=jar).status == 200
        clock.write_text("+7000\n")
        assert c.get("/api/v1/me", token=None, cookies=jar).status == 200
        clock.write_text("+15000\n")
        assert c.get("/api/v1/me", token=None, cookies=jar).status == 401
        _, jar = sign_in(c, {"token": c.token})
        for hour in range(1, 13):
            clock.write_text(f"+{15000 + hour * 3600 - 60}\n")
            assert c.get("/api/v1/me", token=None, cookies=jar).status == 200, hour
        clock.write_text(f"+{15000 + 12 * 3600 + 60}\n")
        assert c.get("/api/v1/me", token=None, cookies=jar).status == 401
        # with the token ends its session
        brief = c.make_token("brief", ("Reader", "/"))
        _, jar = sign_in(c, {"token": brief})
        assert c.get("/api/v1/me", token=None, cookies=jar).status == 200
        c.cli("token", "revoke", "brief")
        assert c.get("/api/v1/me", token=None, cookies=jar).status == 401
        assert not any(s in c.log() for s in (c.token, brief, link, *jar.values()))


def limits():
    with served.Center(WORK / "limits", "--rate", "60") as c:
        answers = [c.get("/api/v1/me") for _ in range(62)]
        last = answers[-1]
        assert last.status == 429 and last.code == "TooManyRequests" and int(last.headers["Retry-After"]) >= 1, last
        assert sum(a.status == 200 for a in answers) in (60, 61, 62), [a.status for a in answers]
        time.sleep(int(last.headers["Retry-After"]))
        assert c.get("/api/v1/me").status == 200
    with served.Center(WORK / "limits2") as c:
        a = c.post("/api/v1/tokens", "x" * (5 << 20), headers={"Content-Type": "application/json"})
        assert a.status == 413, a


def audit():
    with served.Center(WORK / "audit") as c:
        reader = c.make_token("reader", ("Reader", "/"))
        c.get("/api/v1/audit-log", token=reader)
        c.get("/api/v1/me", token="plsl_" + 43 * "B")
        sign_in(c, {"token": "wrong"})
        _, jar = sign_in(c, {"token": c.token})
        log = c.get("/api/v1/audit-log").json["value"]
        said = [(e["actor"], e["action"], e["outcome"]) for e in log]
        for wanted in (("system", "Plimsoll.Center/tokens/write", "done"), ("token:admin", "Plimsoll.Center/tokens/write", "done"),
                       ("token:reader", "Plimsoll.Center/auditLog/read", "refused"), ("", "GET /api/v1/me", "refused"),
                       ("", "POST /login", "refused"), ("token:admin", "Plimsoll.Center/sessions/write", "done")):
            assert wanted in said, (wanted, said)
        assert {e["outcome"] for e in c.get("/api/v1/audit-log?outcome=refused").json["value"]} == {"refused"}
        one = c.get("/api/v1/audit-log?limit=1").json
        two = c.get(one["nextLink"][len(c.url):]).json
        assert [one["value"][0]["id"], two["value"][0]["id"]] == [e["id"] for e in log[:2]]
        c.stop()
        # what was said once stands nowhere: not in the store, not in the log
        kept = b"".join(p.read_bytes() for p in c.folder.rglob("*") if p.is_file() and p.name != "admin-token")
        for secret in (c.token, reader, *jar.values()):
            assert secret.encode() not in kept and secret not in c.log()


def shell():
    with served.Center(WORK / "shell") as c:
        text = c.cli("token", "create", "ci", "--role", "Security Reader", "--role", f"AcrPull@{SUB}", "--expires", "90d").strip()
        assert TOKEN.fullmatch(text)
        listed = c.cli("token", "list")
        assert "ci" in listed and "AcrPull@" + SUB in listed and text not in listed
        c.cli("token", "list", token="plsl_" + 43 * "C", status=4)
        c.cli("token", "list", token="", status=2)
        c.cli("token", "create", "more", "--role", "Owner", token=text, status=4)
        c.cli("token", "revoke", "ci")
        c.cli("token", "revoke", "ci", status=4)
        assert "revoked" in c.cli("token", "list", "--all")
        rescue = c.cli("token", "create", "rescue", "--local", "--data-dir", c.folder, "--role", "Owner", token=None).strip()
        assert c.get("/api/v1/me", token=rescue).json["name"] == "token:rescue"
        assert c.get("/login?" + c.cli("token", "link").strip().split("?")[1], token=None).status == 200
        # neither with the wrong certificate nor without
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/CN=x", "-keyout", WORK / "x.key", "-out", WORK / "x.pem"], check=True, capture_output=True)
        c.cli("token", "list", PLIMSOLL_CA=str(WORK / "x.pem"), status=4)
    done = subprocess.run([PLIMSOLL, "token", "list", "--local", "--data-dir", WORK / "none"], capture_output=True, text=True)
    assert done.returncode == 4 and not (WORK / "none").exists(), done


def certificates():
    """Its own, read again on SIGHUP; plain http behind a proxy, on loopback only."""
    def make(name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", WORK / "own.key", "-out", WORK / "own.pem"],
                       check=True, capture_output=True)
    make("one")
    with served.Center(WORK / "certificates", "--cert", WORK / "own.pem", "--key", WORK / "own.key") as c:
        shutil.copy(WORK / "own.pem", WORK / "one.pem")
        c.ca = WORK / "one.pem"
        assert c.get("/healthz").status == 200
        make("two")
        c.signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while "serve.reload" not in c.log() and time.monotonic() < until:
            time.sleep(0.05)
        c.ca = WORK / "own.pem"
        assert c.get("/healthz").status == 200
        (WORK / "own.pem").write_text("nonsense\n")  # leaves the old one in place
        c.signal(signal.SIGHUP)
        while "level=error" not in c.log() and "error serve.reload" not in c.log() and time.monotonic() < until:
            time.sleep(0.05)
        c.ca = WORK / "own.pem"
        make("three")
        shutil.copy(WORK / "own.pem", WORK / "three.pem")
    with served.Center(WORK / "proxied", "--behind-proxy") as c:
        assert c.url.startswith("http://127.0.0.1:")
        a = c.get("/api/v1/me", token=None, headers={"X-Forwarded-Proto": "https"})
        assert 'authorization_uri="https://' in a.headers["WWW-Authenticate"], a.headers
    done = subprocess.run([PLIMSOLL, "serve", "--data-dir", WORK / "open", "--behind-proxy", "--listen", "0.0.0.0:0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done
    done = subprocess.run([PLIMSOLL, "serve", "--data-dir", WORK / "key", "--key", "x"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "--cert" in done.stderr, done


def graceful():
    """What was asked before SIGTERM is answered."""
    with served.Center(WORK / "graceful") as c:
        failures, stop = [], threading.Event()

        def ask():
            while not stop.is_set():
                try:
                    if c.get("/api/v1/tokens").status != 200:
                        failures.append("status")
                except ConnectionRefusedError:
                    return
                except Exception as e:  # a connection that was taken and then dropped
                    failures.append(repr(e))
                    return
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for t in threads:
            t.start()
        time.sleep(0.5)
        assert c.stop() == 0
        stop.set()
        for t in threads:
            t.join()
        cut = [f for f in failures if "Remote end closed" not in f and "reset" not in f and "EOF" not in f]
        assert not cut, failures


def several(url):
    """Two processes on one PostgreSQL that start at once: one admin token, one subscription, one key."""
    key = WORK / "shared.key"
    key.write_text("00112233445566ff " + 32 * "5a" + "\n")
    key.chmod(0o600)
    both = [served.Center(WORK / f"several{i}", "--role", "api", "--key-file", key, store=url) for i in range(2)]
    failed = []

    def start(c):
        try:
            c.start()
        except Exception as e:
            failed.append(e)
    threads = [threading.Thread(target=start, args=(c,)) for c in both]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    try:
        assert not failed, failed
        tokens = [c.token for c in both if c.token]
        assert len(tokens) == 1 and both[0].subscription == both[1].subscription, tokens
        for c in both:
            c.token = tokens[0]
            assert c.get("/api/v1/me").status == 200
        reader = both[0].make_token("reader", ("Reader", "/"))
        assert both[1].get("/api/v1/me", token=reader).status == 200
        _, jar = sign_in(both[0], {"token": reader})
        assert both[1].get("/api/v1/me", token=None, cookies=jar).status == 200
        both[1].cli("token", "revoke", "reader")
        assert both[0].get("/api/v1/me", token=reader).status == 401
        done = subprocess.run([PLIMSOLL, "serve", "--data-dir", WORK / "several2", "--store", url, "--listen", "127.0.0.1:0"],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 4 and "--key-file" in done.stderr, done  # with a key of its own
    finally:
        for c in both:
            c.stop()


def on_postgresql():
    if not postgres.programs():
        return "no PostgreSQL is installed"
    with postgres.Server() as server:
        unit = pathlib.Path(PLIMSOLL).parents[2] / "tests/unit/center/test_center_tokens"
        if unit.exists():
            done = subprocess.run([unit], env={**os.environ, "PLIMSOLL_TEST_STORE": server.url}, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stdout
        several(server.database("several"))


def provider_options(provider, folder, *rules):
    secret = folder / "client-secret"
    secret.write_text(fakeprovider.SECRET + "\n")
    options = ["--oidc-issuer", provider.issuer, "--oidc-client-id", fakeprovider.CLIENT, "--oidc-client-secret-file", secret]
    for rule in rules or ("groups=ops:Owner", f"realm.roles=reader:Security Reader@{SUB}"):
        options += ["--oidc-role", rule]
    return options


def through(c, provider, query=None, jar=None):
    """To the provider and back: the callback's answer, and all cookies."""
    a = c.get("/login/oidc", token=None)
    assert a.status == 303, a
    cookies = {**a.cookies(), **(jar or {})}
    ask, code = provider.authorize(a.headers["Location"])
    assert ask["redirect_uri"] == c.url + "/login/oidc/callback", ask
    back = {"code": code, "state": ask["state"], "iss": provider.issuer, **(query or {})}
    a = c.get("/login/oidc/callback?" + urllib.parse.urlencode({k: v for k, v in back.items() if v is not None}), token=None, cookies=cookies)
    return a, a.cookies(), cookies, back


def oidc():
    folder = WORK / "oidc-files"
    folder.mkdir()
    provider = fakeprovider.Provider(folder)
    other = fakeprovider.Key(folder, "RS256", "other")
    with served.Center(WORK / "oidc", *provider_options(provider, folder)) as c:
        provider.claims = {"groups": ["dev", "ops"]}
        a, jar, sent, back = through(c, provider)
        assert a.status == 303, (a, c.log()[-1500:])
        me = c.get("/api/v1/me", token=None, cookies=jar).json
        assert me["name"] == "user:ada" and me["roles"] == [{"role": "Owner", "scope": "/"}], me
        # the same answer a second time
        again = c.get("/login/oidc/callback?" + urllib.parse.urlencode(back), token=None, cookies=sent)
        assert again.status == 401 and "__Host-plimsoll" not in again.cookies(), again
        provider.claims = {"realm": {"roles": ["reader"]}, "preferred_username": None, "email": "ada@example.org"}
        a, jar, _, _ = through(c, provider)
        me = c.get("/api/v1/me", token=None, cookies=jar).json
        assert me["name"] == "user:ada@example.org" and me["roles"] == [{"role": "Security Reader", "scope": SUB}], me
        good = {"groups": "ops"}
        now = int(time.time())

        def flip(text):  # one character of the signature
            head, _, tail = text.rpartition(".")
            return head + "." + ("A" if tail[9] != "A" else "B").join((tail[:9], tail[10:]))

        def unsigned(text):
            return fakeprovider.b64(b'{"alg":"none"}') + "." + text.split(".")[1] + "."

        def hmac_of_public_key(text):
            import hashlib
            import hmac
            public = fakeprovider.openssl("pkey", "-in", str(provider.key.file), "-pubout")
            told = fakeprovider.b64(b'{"alg":"HS256","kid":"RS256-1"}') + "." + text.split(".")[1]
            return told + "." + fakeprovider.b64(hmac.new(public, told.encode(), hashlib.sha256).digest())

        def of_another_key(text):
            told = text.rpartition(".")[0]
            return told + "." + fakeprovider.b64(other.sign(told.encode()))
        for name, claims, query, spoil, header in (
                ("no role", {"groups": ["dev"]}, {}, None, {}), ("no groups", {}, {}, None, {}),
                ("state", good, {"state": "x"}, None, {}), ("no state", good, {"state": None}, None, {}),
                ("issuer of the answer", good, {"iss": "https://evil.example"}, None, {}),
                ("error", good, {"error": "access_denied", "code": None}, None, {}),
                ("wrong code", good, {"code": "x"}, None, {}),
                ("nonce", {**good, "nonce": "x"}, {}, None, {}), ("no nonce", {**good, "nonce": None}, {}, None, {}),
                ("audience", {**good, "aud": "somebody"}, {}, None, {}),
                ("party", {**good, "aud": [fakeprovider.CLIENT, "b"], "azp": "b"}, {}, None, {}),
                ("two audiences", {**good, "aud": [fakeprovider.CLIENT, "b"]}, {}, None, {}),
                ("issuer", {**good, "iss": "https://evil.example"}, {}, None, {}),
                ("ended", {**good, "exp": now - 120}, {}, None, {}), ("no end", {**good, "exp": None}, {}, None, {}),
                ("of tomorrow", {**good, "iat": now + 86400}, {}, None, {}), ("no subject", {**good, "sub": None}, {}, None, {}),
                ("signature", good, {}, flip, {}), ("no signature", good, {}, unsigned, {}),
                ("HS256 with the public key", good, {}, hmac_of_public_key, {}), ("another key", good, {}, of_another_key, {}),
                ("no token", good, {}, lambda t: "", {}), ("nonsense", good, {}, lambda t: "a.b.c", {}),
                ("critical", good, {}, None, {"crit": ["x"]}), ("key that is not published", good, {}, None, {"kid": "else"})):
            provider.claims, provider.spoil, provider.header = claims, spoil, header
            a, jar, _, _ = through(c, provider, query)
            assert a.status in (401, 403) and "__Host-plimsoll" not in jar, (name, a, jar)
        provider.claims, provider.spoil, provider.header = good, None, {}
        assert through(c, provider)[0].status == 303
        # the browser that began it, and no other
        a = c.get("/login/oidc", token=None)
        ask, code = provider.authorize(a.headers["Location"])
        assert c.get(f"/login/oidc/callback?code={code}&state={ask['state']}", token=None).status == 401
        # new keys at the provider, of another kind
        provider.key = fakeprovider.Key(folder, "ES256", "ES256-1")
        provider.keys = [provider.key]
        time.sleep(10.5)  # it is not asked again sooner
        a, jar, _, _ = through(c, provider)
        assert a.status == 303 and c.get("/api/v1/me", token=None, cookies=jar).json["name"] == "user:ada", (a, c.log()[-800:])
        provider.spoil = flip
        assert through(c, provider)[0].status == 401
        provider.spoil = None
        log = c.get("/api/v1/audit-log").json["value"]
        assert any(e["actor"] == "user:ada" and e["action"] == "Plimsoll.Center/sessions/write" for e in log)
        assert fakeprovider.SECRET not in c.log()
        provider.close()
        assert c.get("/login/oidc", token=None).status == 303  # what it published is known
    with served.Center(WORK / "oidc-away", *provider_options(provider, folder)) as c:
        a = c.get("/login/oidc", token=None)
        assert a.status == 502 and "does not answer" in a.text, a
        assert c.get("/healthz").status == 200
    done = subprocess.run([PLIMSOLL, "serve", "--data-dir", WORK / "oidc-wrong", "--oidc-issuer", "http://provider.example",
                           "--oidc-client-id", "x", "--oidc-role", "a=b:Owner"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "https" in done.stderr, done


def oidc_peer():
    """A provider that others wrote: oidc-provider-mock of PyPI, on Authlib."""
    kept = pathlib.Path(os.environ.get("CACHE") or WORK) / "oidc-provider-mock-0.3.4"
    if not (kept / "bin/oidc-provider-mock").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", kept], check=True, capture_output=True, timeout=120)
            subprocess.run([kept / "bin/pip", "install", "-q", "oidc-provider-mock==0.3.4"], check=True, capture_output=True, timeout=300)
        except (subprocess.SubprocessError, OSError):
            return "oidc-provider-mock cannot be had of PyPI"
    port = postgres.free_port()
    issuer = f"http://127.0.0.1:{port}"
    import http.client
    import json

    def ask(method, address, body=None, kind="application/x-www-form-urlencoded"):
        h = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        h.request(method, address[len(issuer):], body=body, headers={"Content-Type": kind, "Host": f"127.0.0.1:{port}"})
        return served.Answer(h.getresponse())
    with open(WORK / "peer.log", "w") as log:
        peer = subprocess.Popen([kept / "bin/oidc-provider-mock", "--port", str(port)], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                found = ask("GET", issuer + "/.well-known/openid-configuration").json
                break
            except OSError:
                time.sleep(0.1)
        secret = WORK / "peer-secret"
        secret.write_text("anything")
        with served.Center(WORK / "oidc-peer", "--oidc-issuer", found["issuer"], "--oidc-client-id", "me", "--oidc-client-secret-file", secret,
                           "--oidc-role", "email=ada@example.org:Reader", "--oidc-name-claim", "sub") as c:
            ask("PUT", issuer + "/users/ada", json.dumps({"email": "ada@example.org"}), "application/json")
            a = c.get("/login/oidc", token=None)
            begun = a.cookies()
            a = ask("POST", a.headers["Location"].replace(found["issuer"], issuer), "sub=ada")
            assert a.status == 302, a
            back = a.headers["Location"]
            assert back.startswith(c.url + "/login/oidc/callback?"), back
            a = c.get(back[len(c.url):], token=None, cookies=begun)
            assert a.status == 303, (a, c.log()[-1500:])
            me = c.get("/api/v1/me", token=None, cookies=a.cookies()).json
            assert me["name"] == "user:ada" and me["roles"] == [{"role": "Reader", "scope": "/"}], me
    finally:
        peer.terminate()
        peer.wait()


def keys():
    """--rotate-key puts a fresh key first; what was sealed before still opens."""
    with served.Center(WORK / "keys") as c:
        c.stop()
        before = (c.folder / "secrets.key").read_text()
        done = subprocess.run([PLIMSOLL, "serve", "--rotate-key", "--data-dir", c.folder], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done
        after = (c.folder / "secrets.key").read_text()
        assert after.endswith(before) and len(after) == 2 * len(before) and mode(c.folder / "secrets.key") == 0o600
        assert not any(k in done.stderr + done.stdout for k in after.split())
        token = c.token
        c.start()
        assert c.get("/api/v1/me", token=token).status == 200
        c.stop()
        (c.folder / "secrets.key").chmod(0o644)
        done = subprocess.run([PLIMSOLL, "serve", "--data-dir", c.folder], capture_output=True, text=True, timeout=60)
        assert done.returncode == 4 and "nobody else may read" in done.stderr, done


CASES = [first_start, headers, roles, sight, two_at_once, endings, browsers, limits, audit, shell, certificates, graceful, on_postgresql, oidc, oidc_peer, keys]
if __name__ == "__main__":
    wanted = sys.argv[1:]
    images.run([(f.__name__, f) for f in CASES if not wanted or f.__name__ in wanted])
