#!/usr/bin/env python3
"""A registry that stalls, cuts, lies, asks to wait, sends elsewhere or serves what is no image."""
import concurrent.futures
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import badregistry  # noqa: E402

PROGRAM = os.environ["PLIMSOLL"]
IMAGE = badregistry.Image()
FINE, REFUSED, FAILED = 0, 3, 4  # exit statuses

# name, fault, arguments, status, words that must be said, most seconds
ROWS = [
    ("good", "", [], FINE, [], 30),
    ("good-index", "", ["TARGET:all"], FINE, [], 30),
    ("good-digest", "", ["TARGET@" + badregistry.digest(IMAGE.manifest)], FINE, [], 30),
    ("absent-tag", "", ["TARGET:2"], FAILED, ["no such image"], 30),
    ("absent-platform", "", ["TARGET:all", "--platform", "linux/s390x"], FAILED, ["linux/s390x", "linux/amd64"], 30),
    ("cut-resumes", "cut", ["-v"], FINE, ["resumed at byte"], 60),
    ("cut-without-range", "cut-no-range", ["-v"], FINE, ["resumed at byte"], 60),
    ("cut-forever", "cut-forever", ["--timeout", "3s"], FAILED, ["layer 1", "at byte"], 120),
    ("stall", "stall", ["--timeout", "2s"], FAILED, ["no byte for 2 s"], 60),
    ("mute", "mute", ["--timeout", "2s"], FAILED, ["no byte for 2 s"], 60),
    ("drip", "drip-headers", ["--timeout", "1s"], FAILED, ["too long"], 60),
    ("drip-layer", "drip-layer", ["--timeout", "2s"], FAILED, ["hardly a byte for 2 s"], 60),
    ("busy", "busy", ["-v"], FINE, ["status 429", "again in"], 60),
    ("busy-for-an-hour", "busy-for-an-hour", [], FAILED, ["429", "3600"], 30),
    ("layer-lies", "layer-lies", [], FAILED, ["layer 1", "digest"], 60),
    ("layer-longer", "layer-longer", [], FAILED, ["layer 1", "promised"], 60),
    ("layer-shorter", "layer-shorter", [], FAILED, ["layer 1", "promised"], 60),
    ("manifest-lies", "manifest-lies", [], FAILED, ["manifest sha256:"], 30),
    ("config-lies", "config-lies", [], FAILED, ["configuration sha256:", "another digest"], 30),
    ("no-head", "no-head", [], FINE, [], 30),
    ("bearer", "bearer", [], FINE, [], 60),
    ("basic", "basic", ["--username", "me", "--password-stdin"], FINE, [], 30),
    ("basic-wrong", "basic", ["--username", "you", "--password-stdin"], FAILED, ["denies access"], 30),
    ("basic-none", "basic", [], FAILED, ["wants credentials"], 30),
    ("redirect", "redirect", ["--username", "me", "--password-stdin", "-v"], FINE, [], 30),
    ("redirect-loop", "redirect-loop", [], FAILED, ["redirects"], 30),
    ("redirect-file", "redirect-file", [], FAILED, ["redirect"], 30),
    ("huge-headers", "huge-headers", [], REFUSED, ["headers"], 30),
    ("huge-manifest", "huge-manifest", [], REFUSED, ["bytes are more than"], 60),
    ("deep-manifest", "deep-manifest", [], FAILED, ["manifest"], 60),
    ("many-layers", "many-layers", [], REFUSED, ["1000 layers"], 60),
    ("index-chain", "index-circle", [], REFUSED, ["nested"], 60),
    ("chart", "chart", [], REFUSED, ["Helm chart"], 30),
    ("signature", "signature", [], REFUSED, ["cosign signature"], 30),
    ("sbom", "sbom", [], REFUSED, ["SBOM"], 30),
    ("schema1", "schema1", [], REFUSED, ["schema 1"], 30),
    ("windows", "windows", [], FINE, [], 30),
    ("offline", "", ["--offline"], FAILED, ["offline"], 30),
]


def scan(registry, args, home):
    args = [a.replace("TARGET", registry.name("app")) for a in args]
    if not args or not args[0].startswith(registry.host):
        args.insert(0, registry.name("app:1"))
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    env.update(HOME=home, DOCKER_CONFIG=home)
    env.pop("REGISTRY_AUTH_FILE", None)
    return subprocess.run(
        [PROGRAM, "sbom", *args], input="s#cret\n", capture_output=True, text=True, env=env, timeout=150
    )


def check(row):
    name, fault, args, status, words, seconds = row
    wrong = []
    with tempfile.TemporaryDirectory() as home, badregistry.Registry(image=IMAGE) as other:
        with badregistry.Registry(fault, other=other, image=IMAGE) as registry:
            # another origin, as its port is another one
            start = time.monotonic()
            done = scan(registry, list(args), home)
            took = time.monotonic() - start
            said = done.stdout + done.stderr
            if done.returncode != status:
                wrong.append(f"status {done.returncode}, not {status}")
            if status == FINE and '"openssl"' not in done.stdout:
                wrong.append("the package is not in the report")
            wrong += [f"says nothing of {w!r}" for w in words if w not in said]
            if took > seconds:
                wrong.append(f"took {took:.0f} s")
            for secret in ("s#cret", "s%23cret", "bWU6cyNjcmV0", "signature="):
                if secret in said:
                    wrong.append(f"shows the secret {secret}")
            wrong += extra(name, registry, other)
            if wrong:
                wrong.append(said[-1500:])
    return name, wrong


def extra(name, registry, other):
    """What the registries saw."""
    agents = {h.get("User-Agent", "") for _, _, h in registry.requests}
    if agents and not all(a.startswith("plimsoll/") for a in agents):
        return [f"User-Agent {agents}"]
    manifests = [(m, p) for m, p, _ in registry.requests if "/manifests/" in p]
    if name == "good" and [m for m, _ in manifests] != ["HEAD", "GET"]:
        return [f"manifests asked by {manifests}"]
    if name == "good" and any("Authorization" in h for _, _, h in registry.requests):
        return ["Authorization without need"]
    if name.startswith("cut") and not any("Range" in h for _, _, h in registry.requests):
        return ["no Range"]
    if name == "offline" and registry.requests:
        return [f"asked {registry.requests}"]
    if name == "bearer" and registry.tokens < 2:
        return [f"{registry.tokens} tokens"]
    if name == "redirect":
        if not other.requests:
            return ["the other host was not asked"]
        if any("Authorization" in h for _, _, h in other.requests):
            return ["Authorization travelled to another host"]
    return []


def main():
    failed = 0
    wanted = [r for r in ROWS if len(sys.argv) < 2 or r[0] in sys.argv[1:]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, wrong in pool.map(check, wanted):
            if wrong:
                failed += 1
                print(f"FAIL {name}: " + "\n  ".join(wrong))
    print(f"{len(wanted) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
