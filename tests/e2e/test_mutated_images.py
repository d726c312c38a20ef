#!/usr/bin/env python3
"""A thousand images, each damaged in one place (mutants.py), scanned several at a time by the program with sanitizers.

Of each: no crash, of the parent or of a reader in the jail; an end in time; a report that fits the schema, or a sentence that
says why there is none. And never a false "healthy": every package of the base image has an advisory, so that what a whole file
holds is found, or the image is not assessed. Damage inside one file may change what that file says, where its truth is not
known, but never what the others do; where nothing of a file can be read any more, its packages are missed with a gap.

MUTATED_IMAGES=1000 and MUTATED_SEED=1 may be set. The same seed makes the same images; what fails is kept by its number.
"""
import concurrent.futures
import gzip
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.dirname(__file__))
import images  # noqa: E402
import mutants as m  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None

os.environ["PLIMSOLL_NO_CACHE"] = "1"  # a layer kept from before would hide what a reader does now
os.environ["SOURCE_DATE_EPOCH"] = "1704067200"  # the releases of the images are kept up then
PROGRAM = os.environ["PLIMSOLL"] = os.path.abspath(os.environ["PLIMSOLL"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
if "WORK" in os.environ:
    os.chdir(os.environ["WORK"])
else:  # by hand
    os.chdir(tempfile.mkdtemp(prefix="mutated-images-"))
    print(f"in {os.getcwd()}")
CORPUS = ROOT / "fuzz/corpus"
COUNT, SEED = int(os.environ.get("MUTATED_IMAGES", "1000")), int(os.environ.get("MUTATED_SEED", "1"))
BATCH, SECONDS = 16, 60  # images of one run; each may take this long, sanitizers and a busy machine in it
REPORTS = json.loads((ROOT / "data/schema/plimsoll-report.schema.json").read_text())
ECOSYSTEMS = {"npm": "npm", "pypi": "PyPI", "maven": "Maven", "golang": "Go", "cargo": "crates.io", "gem": "RubyGems",
              "nuget": "NuGet", "composer": "Packagist", "hex": "Hex", "pub": "Pub", "swift": "SwiftURL", "cran": "CRAN",
              "hackage": "Hackage"}


# --- the images before ---

def seed(name, skip=0):
    return (CORPUS / name).read_bytes()[skip:]


def jar(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(zipfile.ZipInfo(name.replace("__", "/")), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def pom(name):
    return f"groupId=com.{name}\nartifactId={name}\nversion=1.0\n"


def stanza(name):
    return f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n"


INNER = jar(**{"META-INF__maven__com.inner__inner__pom.properties": pom("inner")})
LANGUAGES = {  # path: bytes, mutators
    "app/node_modules/one/package.json": (b'{"name":"one","version":"1.0.0","license":"MIT"}', m.JSON),
    "app/v/two-1.0.dist-info/METADATA": (b"Metadata-Version: 2.1\nName: two\nVersion: 1.0\nLicense: MIT\n\nText\n", m.LINES),
    "app/outer.jar": (jar(**{"META-INF__maven__com.outer__outer__pom.properties": pom("outer"), "lib__inner.jar": INNER}), m.ZIP),
    "usr/bin/go": (seed("golang/inline"), m.ELF),
    "usr/bin/go64": (seed("golang/pointers-64"), m.ELF),
    "usr/bin/rust": (seed("program/rust_list", 0), m.ELF),
    "opt/a/package-lock.json": (seed("languages/a", 1), m.JSON),
    "opt/a1/npm-shrinkwrap.json": (seed("languages/a1", 1), m.JSON),
    "opt/b/bun.lock": (seed("languages/b", 1), m.LINES),
    "opt/c/yarn.lock": (seed("languages/c", 1), m.LINES),
    "opt/d/pnpm-lock.yaml": (seed("languages/d", 1), m.LINES),
    "opt/e/specifications/a-1.0.gemspec": (seed("languages/e", 1), m.LINES),
    "opt/f/Gemfile.lock": (seed("languages/f", 1).replace(b" a (", b" rack ("), m.LINES),
    "opt/g/a.deps.json": (seed("languages/g", 1), m.JSON),
    "opt/h/packages.lock.json": (seed("languages/h", 1), m.JSON),
    "opt/i/packages.config": (seed("languages/i", 1), m.LINES),
    "opt/j/vendor/composer/installed.json": (seed("languages/j", 1), m.JSON),
    "opt/k/composer.lock": (seed("languages/k", 1), m.JSON),
    "opt/l/Cargo.lock": (seed("locks/rustlock_1", 1), m.LINES),
    "opt/m/poetry.lock": (seed("locks/pylock-poetry_1", 1), m.LINES),
    "opt/n/pdm.lock": (seed("locks/pylock-pdm_1", 1), m.LINES),
    "opt/o/pylock.toml": (seed("locks/pylock-standard_1", 1), m.LINES),
    "opt/p/Pipfile.lock": (seed("locks/pylock-pipfile_1", 1), m.JSON),
    "opt/q/uv.lock": (seed("locks/uvlock_1", 1), m.LINES),
    "opt/r/requirements.txt": (seed("locks/requirements_1", 1), m.LINES),
    "opt/s/pubspec.lock": (seed("locks/dartlock_1", 1), m.LINES),
    "opt/t/Package.resolved": (seed("locks/swiftlock_2", 1), m.JSON),
    "opt/u/mix.lock": (seed("locks/hexlock_1", 1), m.LINES),
    "opt/v/rebar.lock": (seed("locks/hexlock_2", 1), m.LINES),
    "opt/w/renv.lock": (seed("locks/rproject-renv_1", 1).replace(b"jsonlite", b"renvlite"), m.JSON),
    "opt/x/stack.yaml.lock": (seed("locks/haskell-stack_1", 1), m.LINES),
    "opt/y/cabal.project.freeze": (seed("locks/haskell-freeze_1", 1), m.LINES),
    "usr/lib/R/library/jsonlite/DESCRIPTION": (seed("locks/rproject-description_1", 1), m.LINES),
    "usr/share/doc/alpha/copyright": (seed("languages/l", 1), m.LINES),
    "var/lib/dpkg/info/alpha.list": (seed("languages/m", 1), m.LINES),
}
DEBIAN = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nNAME="Debian GNU/Linux"\n'
ROCKY = 'ID="rocky"\nVERSION_ID="9.2"\nNAME="Rocky Linux"\n'
ALPINE = 'ID=alpine\nVERSION_ID=3.18.4\nNAME="Alpine Linux"\n'
BASES = {
    "debian": {"etc/os-release": (DEBIAN, m.LINES),
               "var/lib/dpkg/status": ("".join(map(stanza, ("alpha", "beta", "omega"))), m.LINES), **LANGUAGES},
    "distroless": {"etc/os-release": (DEBIAN, m.LINES), **{
        f"var/lib/dpkg/status.d/{n}": (stanza(n).rstrip() + "\n", m.LINES) for n in ("alpha", "omega")}},
    "alpine": {"etc/os-release": (ALPINE, m.LINES), "lib/apk/db/installed": (
        "".join(f"P:{n}\nV:1.2.4-r2\nA:x86_64\no:{n}\nF:lib\nR:{n}.so\n\n" for n in ("musl", "zlib")), m.LINES)},
    "sqlite": {"etc/os-release": (ROCKY, m.LINES), "var/lib/rpm/rpmdb.sqlite": (seed("rpmdb/sqlite"), m.PAGES)},
    "ndb": {"etc/os-release": (ROCKY, m.LINES), "usr/lib/sysimage/rpm/Packages.db": (seed("rpmdb/ndb"), m.PAGES)},
    "bdb": {"etc/os-release": (ROCKY, m.LINES), "var/lib/rpm/Packages": (seed("rpmdb/bdb"), m.PAGES)},
}
UNIQUE = [p for p in LANGUAGES if not p.startswith(("usr/share", "var/lib"))]  # that packages are known by


def plain_tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, data in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mode, member.mtime = len(data), 0o755 if "/bin/" in path else 0o644, 1700000000
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


FILES = {base: {p: d.encode() if isinstance(d, str) else d for p, (d, _) in files.items()} for base, files in BASES.items()}


def pack(data):
    return gzip.compress(data, 1, mtime=0)


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c", "--check"], input=data, capture_output=True, check=True).stdout


def write(folder, blob, media="gzip"):
    """An OCI layout whose one layer are these bytes."""
    layout = images.Layout(folder)
    layer = layout.blob(blob, f"application/vnd.oci.image.layer.v1.tar+{media}")
    layout.image("1", [(layer, "sha256:" + "0" * 64)])
    return f"oci:{folder}:1"


# --- what is damaged: each makes (target, findings that must be there or a gap; None: nothing is known) ---

class Case:
    def __init__(self, number, kind, r):
        self.number, self.kind, self.r = number, kind, r
        self.folder = f"image-{number}"
        self.must = None
        self.whole = False  # its report must say that it is not assessed, or there is none


def content(c, base, path, mutate):
    files = dict(FILES[base])
    files[path] = mutate(c.r, files[path])
    c.must = None if path.startswith("etc/") else {f for f in known[base] if f[0] != path}
    return write(c.folder, pack(plain_tar(files)))


def a_file(base, paths=None):
    def make(c):
        path = c.r.choice(list(paths or BASES[base]))
        return content(c, base, path, c.r.choice(BASES[base][path][1]))
    return make


def unreadable(c):
    """Noise under the name of a file that is read; half a document of the kinds that end with a bracket or a table."""
    nothing = lambda r, d: b""  # noqa: E731
    base, path, mutate = c.r.choice(
        [("debian", p, m.half) for p in UNIQUE if p.endswith((".json", ".jar", "Pipfile.lock", "renv.lock", ".resolved", "composer.lock"))] +
        [("debian", p, m.noise) for p in UNIQUE if "/bin/" not in p] +
        [(b, p, w) for b in ("sqlite", "ndb", "bdb") for p in BASES[b] if "rpm" in p for w in (m.noise, m.half, nothing)] +
        [(b, p, w) for b, p in (("debian", "var/lib/dpkg/status"), ("alpine", "lib/apk/db/installed"), ("debian", "etc/os-release"),
                                ("alpine", "etc/os-release")) for w in (m.noise, nothing)])
    target = content(c, base, path, mutate)
    c.must = known[base]
    return target


def last_stanza(c):
    """The package database is cut inside its last record."""
    base, path = c.r.choice((("debian", "var/lib/dpkg/status"), ("alpine", "lib/apk/db/installed")))
    data = FILES[base][path]
    begin = data.rfind(b"\n\n", 0, len(data) - 2) + 2
    at = c.r.randrange(begin + 1, len(data) - 2)
    target = content(c, base, path, lambda r, d: d[:at])
    c.must = known[base]
    return target


def tar_layer(c):
    base = c.r.choice(("debian", "debian", "alpine", "sqlite"))
    return write(c.folder, pack(c.r.choice(m.TAR)(c.r, plain_tar(FILES[base]))))


def tar_inside(c):
    """Cut inside a member, a head with a wrong checksum, an extended head of no grammar: whatever unpacks it fails."""
    base = c.r.choice(("debian", "alpine", "bdb"))
    data = plain_tar(FILES[base])
    parts = [p for p in m.split_tar(data) if p[1]]
    head, body = c.r.choice(parts)
    at = data.index(head)
    c.must = known[base]
    way = c.r.randrange(3)
    if way == 0:
        body = c.r.choice((b"zz path=srv/x\n", b"0 path=x\n", b"14 path=srv/x", b"99 path=x\n", b" path=x\n"))
        return write(c.folder, pack(data[:at] + m.plain_head(b"pax", b"x", len(body)) + m.padded(body) + data[at:]))
    if way == 1:
        size = int(head[124:135], 8)
        return write(c.folder, pack(data[:at + 512 + c.r.randrange(1, size)]))
    spot = at + c.r.randrange(148)
    return write(c.folder, pack(data[:spot] + bytes([data[spot] ^ 0x20]) + data[spot + 1:]))


def reads(data):
    try:
        return gzip.decompress(data)
    except Exception:  # it says so in many ways
        return None


def gzip_layer(c):
    """Where Python's gzip reads the same tar there is nothing to say; where it reads none, it is not assessed."""
    plain = plain_tar(FILES["debian"])
    data = c.r.choice(m.GZIP)(c.r, pack(plain))
    got = reads(data)
    c.must = known["debian"] if got is None or got.startswith(plain) else None
    return write(c.folder, data)


def gzip_checks(c):
    """A CRC or length that is wrong, a stream that is cut."""
    data = pack(plain_tar(FILES["debian"]))
    c.must, c.whole = known["debian"], True
    return write(c.folder, m.gzip_tail(c.r, data) if c.r.random() < 0.5 else data[:c.r.randrange(1, len(data) - 1)])


def bomb(c):
    body = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, body, 0) as z:
        z.write(m.plain_head(c.r.choice((b"srv/zeros", b"var/lib/dpkg/status", b"app/package.json", b"app/x.jar")), b"0", 64 << 20))
        for _ in range(64):
            z.write(bytes(1 << 20))
    return write(c.folder, body.getvalue() + pack(plain_tar(FILES["alpine"])))


def zstd_layer(c):
    return write(c.folder, c.r.choice(m.ZSTD)(c.r, packed_zstd), "zstd")


def zstd_checks(c):
    c.must, c.whole = known["debian"], True
    at = c.r.randrange(8, len(packed_zstd) - 1)
    return write(c.folder, packed_zstd[:at], "zstd")


def not_its_digest(c):
    """The bytes are not those that the manifest names: nothing of them counts."""
    target = write(c.folder, pack(plain_tar(FILES["debian"])))
    blobs = sorted(pathlib.Path(c.folder, "blobs/sha256").iterdir(), key=lambda p: p.stat().st_size)
    blob = c.r.choice(blobs)
    data = blob.read_bytes()
    changed = c.r.choice((m.flip_bits, m.cut, m.extend))(c.r, data)
    blob.write_bytes(changed if changed != data else data + b"x")
    c.must, c.whole = known["debian"], True
    return target


def document(which):
    """index.json, an index in an index, manifest or configuration is changed; every digest above it is right."""
    types = "application/vnd.oci.image."

    def make(c):
        layout = images.Layout(c.folder)

        def put(what, value, media):
            text = json.dumps(value).encode()
            return layout.blob(c.r.choice(m.JSON)(c.r, text) if what == which else text, types + media)

        platform = {"os": "linux", "architecture": "amd64"}
        layer = layout.blob(pack(plain_tar(FILES["alpine"])), types + "layer.v1.tar+gzip")
        config = put("config", {**platform, "config": {"Labels": {"a": "b"}, "Env": ["A=b"]}, "history": [{"created_by": "x"}],
                                "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64]}}, "config.v1+json")
        top = put("manifest", {"schemaVersion": 2, "mediaType": types + "manifest.v1+json", "config": config, "layers": [layer]},
                  "manifest.v1+json")
        for _ in range(c.r.choice((1, 1, 3, 40)) if which == "inner" else 0):
            top = put("inner", {"schemaVersion": 2, "mediaType": types + "index.v1+json",
                                "manifests": [{**top, "platform": platform}] * c.r.choice((1, 2))}, "index.v1+json")
        top = {**top, "platform": platform, "annotations": {"org.opencontainers.image.ref.name": "1"}}
        index = json.dumps({"schemaVersion": 2, "manifests": [top] * (c.r.choice((1, 1, 3, 5000)) if which == "index" else 1)}).encode()
        pathlib.Path(c.folder, "index.json").write_bytes(c.r.choice(m.JSON)(c.r, index) if which == "index" else index)
        return f"oci:{c.folder}:1"
    return make


def archive(form):
    def make(c):
        write(c.folder + ".d", pack(plain_tar(FILES["alpine"])))
        layer = plain_tar(FILES["alpine"])
        if form == "oci-archive":
            inside = {str(p.relative_to(c.folder + ".d")): p.read_bytes() for p in sorted(pathlib.Path(c.folder + ".d").rglob("*")) if p.is_file()}
        else:
            config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()
            listed = json.dumps([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l/layer.tar"]}]).encode()
            inside = {"c.json": config, "l/layer.tar": layer, "manifest.json": c.r.choice(m.JSON)(c.r, listed) if c.r.random() < 0.5 else listed}
        shutil.rmtree(c.folder + ".d")
        data = plain_tar(inside)
        pathlib.Path(c.folder).write_bytes(c.r.choice(m.TAR)(c.r, data) if c.r.random() < 0.8 else c.r.choice(m.GZIP)(c.r, pack(data)))
        return f"{form}:{c.folder}"
    return make


def sbom(c):
    name = c.r.choice(("cyclonedx", "dsse", "spdx", "tags"))
    mutate = c.r.choice(m.LINES if name == "tags" else m.JSON)
    pathlib.Path(c.folder).write_bytes(mutate(c.r, seed(f"sbom/{name}")))
    return f"sbom:{c.folder}"


def half_sbom(c):
    """A document that breaks off is no SBOM."""
    pathlib.Path(c.folder).write_bytes(m.half(c.r, seed(f"sbom/{c.r.choice(('cyclonedx', 'spdx'))}")))
    c.must, c.whole = set(), True
    return f"sbom:{c.folder}"


ONLY = os.environ.get("MUTATED_KIND", "")  # part of a name: a thousand of these alone
KINDS = [  # share of a thousand, name, maker
    (230, "tar: heads, pax, long names, sparse, links, whiteouts, order", tar_layer),
    (40, "tar: cut in a member, a wrong checksum or extended head", tar_inside),
    (70, "gzip: heads, members, flipped bits, right digests", gzip_layer),
    (30, "gzip: wrong CRC or length, cut, right digests", gzip_checks),
    (40, "zstd: frames, skippable frames, flipped bits, right digests", zstd_layer),
    (15, "zstd: cut, right digests", zstd_checks),
    (5, "gzip: bombs", bomb),
    (30, "blobs that are not their digest", not_its_digest),
    (40, "documents: index.json", document("index")),
    (30, "documents: an index in an index", document("inner")),
    (50, "documents: manifest", document("manifest")),
    (30, "documents: configuration", document("config")),
    (40, "archives: docker save", archive("docker-archive")),
    (30, "archives: OCI", archive("oci-archive")),
    (40, "packages: dpkg", a_file("debian", ["var/lib/dpkg/status", "etc/os-release", "var/lib/dpkg/info/alpha.list",
                                             "usr/share/doc/alpha/copyright"])),
    (10, "packages: dpkg's status.d", a_file("distroless")),
    (20, "packages: apk", a_file("alpine")),
    (30, "packages: rpm's SQLite", a_file("sqlite", ["var/lib/rpm/rpmdb.sqlite"])),
    (25, "packages: rpm's ndb", a_file("ndb", ["usr/lib/sysimage/rpm/Packages.db"])),
    (25, "packages: rpm's Berkeley DB", a_file("bdb", ["var/lib/rpm/Packages"])),
    (20, "packages: a database cut in its last record", last_stanza),
    (80, "languages: lock files and installed packages", a_file("debian", [p for p in UNIQUE if not p.endswith("jar") and "/bin/" not in p])),
    (40, "languages: jars", a_file("debian", ["app/outer.jar"])),
    (40, "programs: ELF, Go, Rust", a_file("debian", [p for p in UNIQUE if "/bin/" in p])),
    (50, "files that cannot be read any more", unreadable),
    (35, "SBOMs: CycloneDX, SPDX, in-toto", sbom),
    (15, "SBOMs: cut", half_sbom),
]


# --- scanning, judging ---

def feed_of(folder):
    """An advisory for every package of the base images, of any version."""
    tracker, records = {}, {}
    for n in ("alpha", "beta", "omega"):
        tracker[n] = {"CVE-2024-1": {"releases": {"bookworm": {"status": "open", "urgency": "high", "repositories": {"bookworm": "1.0-1"}}}}}
    for base, release in (("alpine", "Alpine:v3.18"), ("sqlite", "Rocky Linux:9")):
        for n in ("musl", "zlib") if base == "alpine" else ("keel", "mast"):
            records[release, n] = release.split(":")[0]
    target = write("before", pack(plain_tar(FILES["debian"])))
    for p in images.report(target)["packages"]:
        if p["type"] in ECOSYSTEMS:
            records[ECOSYSTEMS[p["type"]], p["name"]] = ECOSYSTEMS[p["type"]]
    for i, ((ecosystem, name), place) in enumerate(sorted(records.items())):
        path = pathlib.Path(folder, "osv", place)
        path.mkdir(parents=True, exist_ok=True)
        kind = "SEMVER" if place in ("npm", "Go", "crates.io") else "ECOSYSTEM"
        (path / f"T-{i}.json").write_text(json.dumps({"id": f"T-{i}", "modified": "2024-05-06T07:08:09Z", "affected": [
            {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": kind, "events": [{"introduced": "0"}]}]}]}))
    pathlib.Path(folder, "debian").mkdir()
    pathlib.Path(folder, "debian/tracker.json").write_text(json.dumps(tracker))
    subprocess.run([PROGRAM, "db", "update", "-q", "--from", folder, "--db", "x.db"], check=True, stdout=subprocess.DEVNULL)


def findings(report):
    return {(f["package"]["path"], f["package"]["name"]) for f in report["findings"]}


def scan(targets):
    """(status, reports by target, what it said); status None when it did not end."""
    try:
        done = subprocess.run([PROGRAM, "scan", *targets, "--db", "x.db", "--jobs", "1", "-q", "-f", "json", "--max-data-age", "0"],
                              capture_output=True, timeout=SECONDS * (1 + len(targets) / 4))
    except subprocess.TimeoutExpired:
        return None, {}, "no end"
    said = done.stderr.decode(errors="replace")
    try:
        reports = json.loads(done.stdout or b"[]")
        reports = reports if isinstance(reports, list) else [reports]
        return done.returncode, {r["image"]["target"]: r for r in reports}, said
    except (ValueError, KeyError) as e:
        return -1, {}, f"no JSON: {e}: {said}"


def is_crash(said):
    return "Sanitizer" in said or "runtime error" in said


def is_answer(status, said):
    """2 is for a document that holds several images, where nobody said which."""
    return status in (0, 1, 3, 4) or (status == 2 and "name one" in said)


def fault(c, target, status, report, said):
    """What is wrong with the answer, or None."""
    if not is_answer(status, said):
        return f"status {status}: {said[-3000:]}"
    if is_crash(said):
        return said[:4000]
    if not report:
        return None if target in said or c.folder in said else f"neither a report nor a reason: {said[-600:]}"
    for gap in report["gaps"]:
        if gap["kind"] == "reader-died":
            return f"a reader died: {gap}"
    if validator and (wrong := next(validator.iter_errors(report), None)):
        return f"not of the schema: {wrong.message[:300]}"
    if c.whole and report["assessed"]:
        return "it calls itself assessed"
    if c.must is not None and report["assessed"] and not c.must <= findings(report):
        return f"called healthy without {sorted(c.must - findings(report))}"
    return None


def judge(cases):
    """Makes and scans a batch. When the run itself went wrong each is scanned alone, so that the right one is named."""
    made = [(c, c.make(c)) for c in cases]
    status, reports, said = scan([t for _, t in made])
    wrong = None if is_answer(status, said) and not is_crash(said) else f"together they end with status {status}: {said[-2000:]}"
    out = []
    for c, target in made:
        answer = scan([target]) if wrong else (status, reports, said)
        report = answer[1].get(target)
        why = fault(c, target, answer[0], report, answer[2])
        state = "failed" if why else "refused" if not report else "assessed" if report["assessed"] else "not assessed"
        out.append((c, state, why))
        if not why and not wrong:
            shutil.rmtree(c.folder) if os.path.isdir(c.folder) else os.unlink(c.folder)
    if wrong and not any(why for _, _, why in out):
        out[0] = (out[0][0], "failed", wrong)
    return out


def base_images():
    """Each before any damage: assessed, and every package found."""
    for base in BASES:
        status, reports, said = scan([write(f"base-{base}", pack(plain_tar(FILES[base])))])
        report = next(iter(reports.values()), None)
        if status != 0 or not report["assessed"] or not report["findings"]:
            print(f"FAIL {base}: status {status}: {said} {report and report['gaps']}")
            sys.exit(1)
        known[base] = findings(report)
    missing = [p for p in UNIQUE if p not in {path for path, _ in known["debian"]}]
    if missing:
        print(f"FAIL nothing is found in {missing}")
        sys.exit(1)


known = {}
validator = jsonschema.Draft202012Validator(REPORTS) if jsonschema else None
began = time.monotonic()
feed_of("feed")
base_images()
packed_zstd = zstd(plain_tar(FILES["debian"]))
cases = []
KINDS = [(share, kind, make) for share, kind, make in KINDS if ONLY in kind]
whole = sum(share for share, _, _ in KINDS) if ONLY else 1000
for share, kind, make in KINDS:
    for i in range(max(1, share * COUNT // whole)):
        c = Case(len(cases), kind, random.Random(f"{SEED}/{kind}/{i}"))
        c.make = make
        cases.append(c)
with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
    results = [row for rows in pool.map(judge, (cases[i:i + BATCH] for i in range(0, len(cases), BATCH))) for row in rows]
failed = [(c, why) for c, _, why in results if why]
for c, why in failed:
    print(f"FAIL {c.folder} ({c.kind}): {why}")
print(f"{'images':>6} {'assessed':>9} {'with gaps':>9} {'refused':>8}")
for _, kind, _ in KINDS:
    states = [s for c, s, _ in results if c.kind == kind]
    print(f"{len(states):>6} {states.count('assessed'):>9} {states.count('not assessed'):>9} {states.count('refused'):>8}  {kind}")
print(f"{len(results)} images in {time.monotonic() - began:.0f} s")
print(f"{len(results) - len(failed)} passed, {len(failed)} failed, 0 skipped")
sys.exit(1 if failed else 0)
