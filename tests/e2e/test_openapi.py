#!/usr/bin/env python3
"""The OpenAPI document: the saved copy is what the server says, and schemathesis, which reads it, finds nothing to
complain of: neither with data that fit it nor with data that do not."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import center  # noqa: E402
import images  # noqa: E402
import served  # noqa: E402

SCHEMATHESIS = "schemathesis==4.32.5"
SAVED = pathlib.Path(os.environ["ROOT"]) / "docs/openapi.json"
# streams do not end; tokens by number would be the one that asks
LEFT_OUT = r"events$|tokens/\{"


def schemathesis():
    folder = pathlib.Path(os.environ.get("CACHE", center.WORK)) / "schemathesis-4.32.5"
    program = folder / "bin/schemathesis"
    if not program.exists():
        done = subprocess.run(f"python3 -m venv {folder} && {folder}/bin/pip install -q {SCHEMATHESIS}", shell=True,
                              capture_output=True, text=True)
        if done.returncode:
            return None, done.stderr.strip().splitlines()[-1:]
    return program, None


def the_saved_copy_is_what_the_server_says():
    said = c.get("/api/v1/openapi.json").text
    if os.environ.get("SAVE_OPENAPI"):
        SAVED.write_text(said)
    assert said == SAVED.read_text(), "docs/openapi.json is another one: SAVE_OPENAPI=1 writes it anew"


def every_reference_leads_somewhere():
    document = c.get("/api/v1/openapi.json").json
    names = set(document["components"]["schemas"])
    wanted = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert wanted <= names, wanted - names
    assert names - wanted <= {"Error"}, names - wanted
    ids = [o["operationId"] for p in document["paths"].values() for o in p.values()]
    assert len(ids) == len(set(ids)), "two operations have one name"


def schemathesis_finds_nothing():
    program, why = schemathesis()
    if not program:
        return f"{SCHEMATHESIS} cannot be installed: {why}"
    r = center.Registry()
    try:
        c.post("/api/v1/registries", {"name": "main", "url": f"http://{r.host}"})
        r.push(center.layout("one", ("left", "1.0.0")), "team/app:1")
        c.post("/api/v1/registries/main/sync")
        center.wait_for(lambda: c.get("/api/v1/scans?state=done").json["value"], 60)
        settings = center.WORK / "schemathesis.toml"
        settings.write_text("[generation]\nallow-x00 = false\n")  # the server refuses NUL everywhere
        words = [program, "--config-file", settings, "run", f"{c.url}/api/v1/openapi.json", f"--tls-verify={c.ca}",
                 "-H", f"Authorization: Bearer {c.token}", "--phases=examples,coverage,fuzzing", "-n", "10", "--seed", "1",
                 "--exclude-path-regex", LEFT_OUT, "--no-color"]
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, cwd=center.WORK, timeout=1200)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]
    finally:
        r.stop()
    return None


with served.Center(center.WORK / "center", "--rate", "1000000") as c:
    images.run([(f.__name__.replace("_", " "), f) for f in (the_saved_copy_is_what_the_server_says, every_reference_leads_somewhere,
                                                            schemathesis_finds_nothing)])
