"""A center with 5,000 findings and more in its store (tests/unit/api/azure_fill.c), served for the Azure SDKs; and the
SDKs themselves, installed unmodified into CACHE from their registries at pinned versions."""
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

PLIMSOLL = os.environ["PLIMSOLL"]
FILL = pathlib.Path(PLIMSOLL).resolve().parents[2] / "tests/unit/api/azure_fill"
WORK = pathlib.Path(os.environ.get("WORK") or tempfile.mkdtemp())
CACHE = pathlib.Path(os.environ.get("CACHE") or tempfile.mkdtemp())
SUB = "11111111-2222-3333-4444-555555555555"
FRESH = "22222222-2222-3333-4444-555555555555"  # a subscription that nobody used yet
AT = f"/subscriptions/{SUB}"
REG1 = f"{AT}/resourceGroups/rg1/providers/Microsoft.ContainerRegistry/registries/reg1"
REG2 = f"{AT}/resourceGroups/rg2/providers/Microsoft.ContainerRegistry/registries/reg2"
K8S1 = f"{AT}/resourceGroups/rg2/providers/Microsoft.Kubernetes/connectedClusters/k8s1"
QUALYS, MDVM = "dbd0cb49-b563-45e7-9724-889e799fa648", "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5"
RUNNING, RUNNING_MDVM = "41503391-efa5-47ee-9282-4eff6131462c", "c609cf0f-71ab-41e9-a3c6-9a1f7fe1b8d5"


class Center:
    """with Center() as c: c.ask("GET", path) gives (status, JSON, headers)."""

    def __init__(self, store=None):
        self.store = store

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.folder.chmod(0o700)
        store = self.store or str(self.folder / "center.db")
        subprocess.run([FILL, store, SUB], check=True)
        self.log = self.folder / "log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.child = subprocess.Popen(
                [PLIMSOLL, "serve", "--role", "api", "--data-dir", self.folder, "--listen", "127.0.0.1:0",
                 "--subscription", SUB, "--store", store], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 60
        while not (ready := [l for l in self.log.read_text().splitlines() if " serve.ready " in l]):
            if self.child.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the center does not start: {self.log.read_text()}")
            time.sleep(0.05)
        self.url = dict(f.split("=", 1) for f in ready[0].split() if "=" in f)["url"]
        self.ca = self.folder / "tls/cert.pem"
        self.token = (self.folder / "admin-token").read_text().strip()
        self.tls = ssl.create_default_context(cafile=str(self.ca))
        return self

    def __exit__(self, *_):
        self.child.terminate()
        assert self.child.wait(60) == 0, f"the center ended with {self.child.returncode}: {self.log.read_text()[-2000:]}"

    def ask(self, method, path, body=None, token=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            path if path.startswith("https://") else self.url + path, method=method, data=data,
            headers={"Content-Type": "application/json", **(headers or {}),
                     **({} if token == "" else {"Authorization": f"Bearer {token or self.token}"})})
        try:
            answer = urllib.request.urlopen(request, context=self.tls, timeout=60)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None, answer.headers

    def token_of(self, *grants):
        """A token with (role, scope) pairs."""
        status, made, _ = self.ask("POST", "/api/v1/tokens", {
            "name": f"t{time.monotonic_ns()}", "roles": [{"role": r, "scope": s} for r, s in grants]})
        assert status == 201, made
        return made["token"]


def python_sdk():
    """The interpreter of a venv with azure-mgmt-security, or the reason why there is none."""
    folder = CACHE / "azure-python-7.0.0"
    python = folder / "bin/python"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True, check=False)
        if made.returncode == 0:
            made = subprocess.run([python, "-m", "pip", "install", "-q", "azure-mgmt-security==7.0.0",
                                   "azure-core==1.41.0"], capture_output=True, text=True, check=False)
        if made.returncode:
            return None, f"azure-mgmt-security is not to be had from PyPI: {(made.stderr or made.stdout).strip()[-200:]}"
        (folder / "ready").touch()
    return python, ""


def js_sdk():
    """The folder of node_modules with @azure/arm-security, or the reason why there is none."""
    folder = CACHE / "azure-js-5.0.0"
    if not shutil.which("npm"):
        return None, "npm is not installed"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"name":"t","version":"1.0.0","private":true}')
        made = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts",
                               "@azure/arm-security@5.0.0"], cwd=folder, capture_output=True, text=True, check=False)
        if made.returncode:
            return None, f"@azure/arm-security is not to be had from npm: {made.stderr.strip()[-200:]}"
        (folder / "ready").touch()
    return folder, ""


def count(cases, *arguments):
    """Each case by its name; how many failed."""
    failed = 0
    for case in cases:
        try:
            case(*arguments)
            print(f"ok   {case.__name__}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAIL {case.__name__}\n{traceback.format_exc()}", flush=True)
    return failed


def run(cases, *arguments):
    """The same, and the closing line that tests/run counts."""
    failed = count(cases, *arguments)
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)
