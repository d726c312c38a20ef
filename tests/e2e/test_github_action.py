#!/usr/bin/env python3
"""The GitHub Action's steps as a runner calls them: its files, its environment, a server of ours in place of
GitHub's REST API (which cannot run here). action.yml itself is read as a runner reads it."""
import base64, gzip, http.server, json, os, pathlib, re, subprocess, sys, threading

import yaml

ROOT, WORK = pathlib.Path(os.environ["ROOT"]), pathlib.Path(os.environ["WORK"])
sys.path.insert(0, str(ROOT / "tests/e2e"))
import images  # noqa: E402

failures = passes = 0
action = yaml.safe_load((ROOT / "action.yml").read_text())
steps = action["runs"]["steps"]


def check(name, ok, why=""):
    global failures, passes
    passes, failures = passes + bool(ok), failures + (not ok)
    if not ok:
        print(f"FAIL {name}: {why}")


class Api(http.server.BaseHTTPRequestHandler):
    uploads = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Api.uploads.append((self.path, self.headers, json.loads(body)))
        self.send_response(202)
        self.end_headers()
        self.wfile.write(b'{"id": "1"}')

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()


def run(**inputs):
    """Both steps with these inputs; exit status, outputs, the job's summary, what they print."""
    runner = WORK / f"runner{len(list(WORK.glob('runner*')))}"
    runner.mkdir()
    env = {**os.environ, "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(runner / "output"), "RUNNER_TEMP": str(runner),
           "GITHUB_STEP_SUMMARY": str(runner / "summary"), "GITHUB_SHA": "a" * 40, "GITHUB_REF": "refs/heads/main",
           "GITHUB_REPOSITORY": "octo/app", "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
           "PLIMSOLL_DB": str(WORK / "action.db"), "PLIMSOLL_CACHE_DIR": str(WORK / "cache")}
    values = {name: str(row.get("default", "")) for name, row in action["inputs"].items()}
    values.update({name.replace("_", "-"): value for name, value in inputs.items()})
    values["token"] = "s3cret-token"
    status, said = 0, ""
    for step in steps:
        outputs = dict(line.split("=", 1) for line in (runner / "output").read_text().splitlines()) if (runner / "output").exists() else {}

        def evaluate(text):
            text = re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: values[m[1]], text)
            return re.sub(r"\$\{\{ steps\.[a-z]+\.outputs\.([a-z]+) \}\}", lambda m: outputs[m[1]], text)
        done = subprocess.run(["bash", "-c", step["run"]], text=True, capture_output=True,
                              env={**env, **{k: evaluate(v) for k, v in step.get("env", {}).items()}})
        said, status = said + done.stdout + done.stderr, done.returncode
        if status:
            break
    outputs = dict(line.split("=", 1) for line in (runner / "output").read_text().splitlines())
    summary = (runner / "summary").read_text() if (runner / "summary").exists() else ""
    return status, outputs, summary, said


used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(steps)))
check("every input reaches a step", used == set(action["inputs"]), used ^ set(action["inputs"]))
scripts = (ROOT / "packaging/github/scan").read_text() + (ROOT / "packaging/github/build").read_text()
given = {name for step in steps for name in step["env"] if name.startswith("INPUT_")}
check("the scripts read every input", given == set(re.findall(r"INPUT_[A-Z_]+", scripts)), given)
check("no input is pasted into a command", not any("${{" in step["run"] for step in steps))
check("outputs come from the scan", all("steps.scan.outputs" in row["value"] for row in action["outputs"].values()))

debian = {"etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
          "var/lib/dpkg/status": "Package: sudo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.9.13p3-1+deb12u9\n\n"}
sick = images.save("sick", [{**debian, **images.npm("app", "lodash", "4.17.15")}])
sound = images.save("sound", [debian])
common = {"program": os.environ["PLIMSOLL_RELEASE"], "db_from": os.environ["SAMPLE"] if "SAMPLE" in os.environ else str(ROOT / "data/sample-feed")}

status, outputs, summary, said = run(image_ref=sick, fail_on="high", upload_sarif="true", category="nightly", **common)
check("a finding at the bar fails the step", status == 1 and outputs["status"] == "1", said)
check("outputs count findings", int(outputs["findings"]) > 0 and int(outputs["high"]) > 0, outputs)
check("the JSON report is there", json.loads(pathlib.Path(outputs["json"]).read_text())["image"]["kind"] == "oci")
check("the summary is Markdown and names the package", "lodash" in summary and summary.lstrip().startswith("#"), summary[:200])
check("one upload", len(Api.uploads) == 1, len(Api.uploads))
path, headers, body = Api.uploads[0]
sarif = json.loads(gzip.decompress(base64.b64decode(body["sarif"])))
check("upload as the REST API has it", path == "/repos/octo/app/code-scanning/sarifs" and body["commit_sha"] == "a" * 40
      and body["ref"] == "refs/heads/main", (path, sorted(body)))
check("upload carries findings and category", sarif["runs"][0]["results"] and
      sarif["runs"][0]["automationDetails"]["id"] == "nightly/", sarif["runs"][0].get("automationDetails"))
check("the token is in the header only", headers["Authorization"] == "Bearer s3cret-token" and "s3cret-token" not in said
      and not any(b"s3cret-token" in f.read_bytes() for f in WORK.rglob("*") if f.is_file()))

status, outputs, summary, said = run(image_ref=sick, severity="critical", **common)
check("without a bar the step passes", status == 0 and outputs["status"] == "0", said)
status, outputs, _, said = run(image_ref=sound, fail_on="low", output=str(WORK / "clean.csv"), format="csv", **common)
check("a sound image passes", status == 0 and outputs["findings"] == "0" and outputs["assessed"] == "true", said)
check("output has the report", (WORK / "clean.csv").exists())
strange = images.save("strange", [{"etc/os-release": "ID=nothing\nVERSION_ID=1\n", "var/lib/dpkg/status": debian["var/lib/dpkg/status"]}])
status, outputs, _, said = run(image_ref=strange, **common)
check("what could not be assessed fails the step", status == 3 and outputs["assessed"] == "false" and "::warning::" in said, said)
check("unless gaps are allowed", run(image_ref=strange, allow_gaps="true", **common)[0] == 0)
check("a missing image fails", run(image_ref="oci:nowhere", **common)[0] == 4)
hostile = run(image_ref="x; touch pwned $(touch pwned)", db_update="false", **common)
check("a hostile name is a name", hostile[0] in (2, 4) and not pathlib.Path("pwned").exists(), hostile)
check("no image is wrong use", run(**common)[0] == 2)
print(f"{passes} passed, {failures} failed, 0 skipped")
sys.exit(failures > 0)
