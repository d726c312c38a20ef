"""A center as its clients have it, for tests: `plimsoll serve` in a folder, asked over its own TLS.

    with served.Center(folder, "--rate", "60") as c:
        c.get("/api/v1/me").json        # as its admin
        c.ask("GET", "/healthz", token=None)
"""
import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import time
import urllib.parse

PLIMSOLL = os.environ.get("PLIMSOLL", "plimsoll")


class Answer:
    def __init__(self, r):
        self.status, self.headers, self.body = r.status, r.headers, r.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]

    def cookies(self):
        return {c.split("=", 1)[0]: c.split("=", 1)[1].split(";")[0] for c in self.headers.get_all("Set-Cookie") or []}

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Center:
    def __init__(self, folder, *options, store=None, env=None, listen="127.0.0.1:0", program=None):
        self.folder, self.options, self.store = pathlib.Path(folder), list(map(str, options)), store
        self.env, self.listen, self.child, self.program = dict(env or {}), listen, None, program or PLIMSOLL
        self.log_file = self.folder.parent / (self.folder.name + ".log")

    def start(self, wait=60):
        command = [self.program, "serve", "--data-dir", self.folder, "--listen", self.listen, "--from", "none", *self.options]
        if self.store:
            command += ["--store", self.store]
        env = {k: v for k, v in os.environ.items() if k not in ("PLIMSOLL_SERVER", "PLIMSOLL_TOKEN", "PLIMSOLL_CA")}
        before = len(self.log()) if self.log_file.exists() else 0
        with open(self.log_file, "ab") as log, open(os.devnull, "rb") as null:
            self.child = subprocess.Popen(list(map(str, command)), stdin=null, stdout=log, stderr=log, env={**env, **self.env})
        until = time.monotonic() + wait
        while True:
            said = self.log()[before:]
            ready = [l for l in said.splitlines() if " serve.ready " in l]
            if ready:
                break
            if self.child.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the center does not start: {said[-2000:]}")
            time.sleep(0.02)
        fields = dict(f.split("=", 1) for f in ready[-1].split() if "=" in f)
        self.url, self.subscription = fields["url"], fields["subscription"]
        self.host = urllib.parse.urlsplit(self.url).netloc
        secret = self.folder / "admin-token"
        self.token = secret.read_text().strip() if secret.exists() else None
        self.ca = self.folder / "tls/cert.pem"
        return self

    def log(self):
        return self.log_file.read_text(errors="replace")

    def stop(self, how=signal.SIGTERM, wait=60):
        if self.child and self.child.poll() is None:
            self.child.send_signal(how)
            self.child.wait(timeout=wait)
        return self.child.returncode if self.child else None

    def signal(self, how):
        self.child.send_signal(how)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def ask(self, method, path, body=None, token="admin", headers=None, cookies=None):
        """One request; token None: nobody. A dict as body is JSON, text a form."""
        h = {"Host": self.host, **(headers or {})}
        if token is not None:
            h["Authorization"] = "Bearer " + (self.token if token == "admin" else token)
        if cookies:
            h["Cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
        if isinstance(body, (dict, list)):
            body, h = json.dumps(body), {"Content-Type": "application/json", **h}
        elif isinstance(body, str):
            h = {"Content-Type": "application/x-www-form-urlencoded", **h}
        if self.url.startswith("https:"):
            context = ssl.create_default_context(cafile=str(self.ca))
            c = http.client.HTTPSConnection(self.host, context=context, timeout=60)
        else:
            c = http.client.HTTPConnection(self.host, timeout=60)
        try:
            c.request(method, path, body=body, headers=h)
            return Answer(c.getresponse())
        finally:
            c.close()

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more)

    def make_token(self, name, *roles, by="admin", **more):
        """The text of a new token with ("Role", "/scope") pairs."""
        made = self.post("/api/v1/tokens", {"name": name, "roles": [{"role": r, "scope": s} for r, s in roles], **more}, token=by)
        assert made.status == 201, made
        return made.json["token"]

    def cli(self, *words, status=0, token="admin", **env):
        done = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, timeout=120, env={
            **os.environ, "PLIMSOLL_SERVER": self.url, "PLIMSOLL_CA": str(self.ca),
            "PLIMSOLL_TOKEN": self.token if token == "admin" else token or "", **env})
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout
