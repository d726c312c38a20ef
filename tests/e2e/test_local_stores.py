#!/usr/bin/env python3
"""podman: and containerd: read the stores of the real programs from their folders and show what the same image shows as a layout:
packages, layers and gaps, with files that an upper layer removed, replaced, or hid behind an opaque folder."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402

PROGRAM, WORK = os.environ["PLIMSOLL"], pathlib.Path(os.environ["WORK"])
SHORT = tempfile.TemporaryDirectory(prefix="plimsoll")  # podman's runroot has 50 characters at most, a socket 108
passed = failed = skipped = 0


def expect(name, fine, detail=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    if not fine:
        print(f"FAIL {name}: {str(detail)[-1500:]}")


def skip(name, why):
    global skipped
    skipped += 1
    print(f"SKIP {name}: {why}")


def sbom(*arguments):
    done = subprocess.run([PROGRAM, "sbom", "-q", "-f", "json", *arguments], capture_output=True,
                          env={**os.environ, "PLIMSOLL_NO_CACHE": "1"})
    report = json.loads(done.stdout or b"{}")
    shown = sorted((p["name"], p["version"], p["path"], p.get("layer", {}).get("index")) for p in report.get("packages", []))
    return done, report, shown


OS_RELEASE = 'ID=debian\nVERSION_ID="12"\n'
STATUS = "Package: sudo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.9\n\n"
layers = [
    {"etc/os-release": OS_RELEASE, "usr/lib/dpkg-db/status": STATUS, "var/lib/dpkg": images.link("../../usr/lib/dpkg-db"),
     **images.npm("srv", "gone", "1.0.0"), **images.npm("srv", "kept", "1.0.0"), **images.npm("opt", "hidden", "1.0.0")},
    {"srv/node_modules/.wh.gone": "", "opt/.wh..wh..opq": "", **images.npm("opt", "fresh", "2.0.0")},
]
images.save(WORK / "image", layers)
_, _, WANTED = sbom(f"oci:{WORK}/image")
expect("the layout", [n for n, *_ in WANTED] == ["fresh", "kept", "sudo"], WANTED)
with tarfile.open(WORK / "image.tar", "w") as tar:
    tar.add(WORK / "image", ".")


def podman():
    if not shutil.which("podman"):
        return skip("podman", "podman is not installed")
    root = f"{WORK}/podman"
    load = subprocess.run(["podman", "--root", root, "--runroot", f"{SHORT.name}/run", "--storage-driver", "overlay", "load", "-i",
                           f"{WORK}/image.tar"], capture_output=True, text=True)
    if load.returncode:
        return skip("podman", "no overlay here: " + load.stderr.strip().splitlines()[-1])
    name = load.stdout.split()[-1]
    if ":" not in name.rsplit("/", 1)[-1]:
        name = name.removeprefix("sha256:")
    done, report, shown = sbom(f"podman:{name}", "--podman-root", root)
    expect("podman", done.returncode == 0 and shown == WANTED, (done.stderr, shown))
    expect("podman's image", report.get("image", {}).get("kind") == "podman", report.get("image"))
    done, _, _ = sbom("podman:nobody/has:this", "--podman-root", root)
    expect("an image that is not there", done.returncode == 4 and b"podman has no image" in done.stderr, done.stderr)
    layer = next(pathlib.Path(root, "overlay").glob("*/diff"))
    shutil.rmtree(layer)
    done, _, _ = sbom(f"podman:{name}", "--podman-root", root)
    expect("a layer that is gone", done.returncode == 4, done.stderr)


def containerd():
    if not shutil.which("containerd") or not shutil.which("ctr"):
        return skip("containerd", "containerd is not installed")
    root, socket = f"{WORK}/containerd", f"{SHORT.name}/c.sock"
    (WORK / "config.toml").write_text(
        f'version = 2\nroot = "{root}"\nstate = "{WORK}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
        f'[grpc]\n  address = "{socket}"\n')
    server = subprocess.Popen(["containerd", "-c", f"{WORK}/config.toml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if os.path.exists(socket):
                break
            time.sleep(0.1)
        for space in ("default", "k8s.io"):
            done = subprocess.run(["ctr", "-a", socket, "-n", space, "images", "import", "--no-unpack", "--index-name",
                                   f"docker.io/library/{space.replace('.', '')}:1", f"{WORK}/image.tar"], capture_output=True, text=True)
            if done.returncode:
                return skip("containerd", "it does not import here: " + done.stderr.strip()[-200:])
    finally:
        server.terminate()
        server.wait()
    for name in ("docker.io/library/default:1", "default:1", "default/default:1", "k8sio:1", "k8s.io/k8sio:1"):
        done, report, shown = sbom(f"containerd:{name}", "--containerd-root", root)
        expect(f"containerd:{name}", done.returncode == 0 and shown == WANTED and report["image"]["kind"] == "containerd",
               (done.stderr, shown))
    done, _, _ = sbom("containerd:default/k8sio:1", "--containerd-root", root)
    expect("an image of another namespace", done.returncode == 4 and b"containerd has no image" in done.stderr
           and b", k8s.io/docker.io/library/k8sio:1" in done.stderr, done.stderr)
    database = next(pathlib.Path(root).glob("*bolt/meta.db"))
    data = bytearray(database.read_bytes())
    for name, damage in (("cut", data[:9000]), ("no database", b"hello" * 3000), ("nothing", b"")):
        database.write_bytes(damage)
        done, _, _ = sbom("containerd:default:1", "--containerd-root", root)
        expect(f"a database that is {name}", done.returncode == 4 and b"meta.db" in done.stderr, done.stderr)


podman()
containerd()
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(bool(failed))
