#!/usr/bin/env python3
"""Findings beside osv-scanner, both fed with the same records: package, version and the set of records that match.

usage: test_osv_scanner.py [IMAGE-LAYOUT...]   (OSV_SCANNER=program, FEEDS=mirror, PLIMSOLL_RELEASE=program, WORK=folder,
CACHE=folder, PACKAGES=number an ecosystem)

1. A CycloneDX document of packages that the records name, with versions around their events, ecosystem by ecosystem.
2. The images of tools/accuracy-images that are in CACHE, and those given, scanned by both.

Only what the schema has is kept of a record, since osv-scanner drops those with more, and each goes into the archive of
every ecosystem that it names, as in OSV's bucket. Where the two may differ is in RULES and in docs/accuracy.md.
"""
import collections
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import urllib.parse
import zipfile

ENV = os.environ
WORK = pathlib.Path(ENV.get("WORK") or ".").resolve()
OURS = ENV.get("PLIMSOLL_RELEASE") or ENV.get("PLIMSOLL") or "plimsoll"
PURL = {"npm": "npm", "PyPI": "pypi", "Maven": "maven", "Go": "golang", "crates.io": "cargo", "RubyGems": "gem", "NuGet": "nuget",
        "Packagist": "composer", "Hex": "hex", "Pub": "pub", "CRAN": "cran"}
KEEP = {"": ("schema_version", "id", "modified", "published", "withdrawn", "aliases", "related", "upstream", "summary", "severity", "affected"),
        "affected": ("package", "severity", "ranges", "versions"), "ranges": ("type", "repo", "events"),
        "events": ("introduced", "fixed", "last_affected", "limit"), "package": ("ecosystem", "name"), "severity": ("type", "score")}


def only(value, key=""):
    if isinstance(value, dict):
        return {k: only(v, k) for k, v in value.items() if k in KEEP[key]}
    if isinstance(value, list):
        return [only(v, key) for v in value]
    return value


def gather(mirror, feed):
    """One feed folder for both; every record by id."""
    records, homes = {}, collections.defaultdict(set)
    for path in sorted(pathlib.Path(mirror).glob("osv/*/all.zip")):
        with zipfile.ZipFile(path) as z:
            for entry in z.infolist():
                r = json.loads(z.read(entry))
                for a in r.get("affected", []):
                    homes[r["id"]].add((a.get("package") or {}).get("ecosystem", "").partition(":")[0])
                if r["id"] not in records or r["modified"] > records[r["id"]]["modified"]:
                    records[r["id"]] = only(r)
    shutil.rmtree(feed, ignore_errors=True)
    for ecosystem in sorted(set().union(*homes.values()) - {""}):
        (feed / "osv" / ecosystem).mkdir(parents=True)
        with zipfile.ZipFile(feed / "osv" / ecosystem / "all.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
            for name in sorted(n for n, at in homes.items() if ecosystem in at):
                z.writestr(f"{name}.json", json.dumps(records[name]))
    return records


# --- packages around the events of the records ---

def candidates(records, ecosystem, rng):
    seen = collections.defaultdict(set)
    for r in records.values():
        for a in [] if r.get("withdrawn") else r["affected"] if "affected" in r else []:
            p = a.get("package") or {}
            if p.get("ecosystem") != ecosystem:
                continue
            into = seen[p["name"]]
            into.update((a.get("versions") or [])[:2] + (a.get("versions") or [])[-2:])
            for s in a.get("ranges") or []:
                if s["type"] != "GIT":
                    into.update(v for e in s["events"] for v in e.values())
    names = sorted(seen)
    most = int(ENV.get("PACKAGES", "400"))
    if len(names) > most:
        names = sorted(rng.sample(names, most))
    for name in names:
        versions = sorted(v for v in seen[name] if v not in ("0", "", "*") and re.fullmatch(r"[!-~]+", v))
        for v in versions if len(versions) <= 4 else sorted(rng.sample(versions, 4)):
            yield name, v


def purl(ecosystem, name, version):
    kind = PURL[ecosystem]
    if kind == "maven":
        name = name.replace(":", "/")
    if kind == "golang" and name != "stdlib" and not version.startswith("v"):
        version = "v" + version
    return f"pkg:{kind}/{urllib.parse.quote(name, safe='/')}@{urllib.parse.quote(version, safe='')}"


def document(path, listed):
    parts = [{"type": "library", "bom-ref": str(i), "name": name.rpartition(":")[2], "version": version,
              "purl": purl(ecosystem, name, version)} for i, (ecosystem, name, version) in enumerate(listed)]
    path.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": parts}))


# --- both programs: {(ecosystem, name, version): {record}} ---

def plain(ecosystem, name, version):
    ecosystem = ecosystem.partition(":")[0]
    if ecosystem == "PyPI":
        name = re.sub(r"[-_.]+", "-", name).lower()
    elif ecosystem in ("NuGet", "Packagist", "Hex", "Pub"):
        name = name.lower()
    elif ecosystem == "Go":
        version = re.sub(r"^(v|go)", "", version)
    return ecosystem, name, re.sub(r"^0:", "", version)


def theirs(scanner, database, *arguments):
    done = subprocess.run([scanner, "scan", *arguments, "--offline", "--local-db-path", database, "--all-vulns", "--all-packages",
                           "--format", "json", "--verbosity", "error"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1200)
    if done.returncode not in (0, 1):
        raise OSError(f"status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}")
    out, listed = collections.defaultdict(set), set()
    for result in json.loads(done.stdout)["results"]:
        for p in result["packages"]:
            key = plain(p["package"]["ecosystem"], p["package"]["name"], p["package"]["version"])
            listed.add(key)
            out[key] |= {v["id"] for v in p.get("vulnerabilities") or []}
    return {k: v for k, v in out.items() if v}, listed


def ours(database, target):
    done = subprocess.run([OURS, "scan", target, "-q", "--db", database, "-f", "json", "--max-data-age", "0"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1200)
    if done.returncode not in (0, 1, 3):
        raise OSError(f"status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}")
    report = json.loads(done.stdout)
    out = collections.defaultdict(set)
    for f in report["findings"] + report["suppressed"]:
        m = f["match"]
        if (f.get("hidden") or {}).get("kind") == "withdrawn":  # we list those, too, but they do not count
            continue
        out[plain(m["ecosystem"], m["compared_name"], m["compared_version"])] |= set(m["advisories"])
    return out


# --- the comparison ---

def about(record, key):
    """Its entries for the package, whatever the case."""
    return [a for a in record.get("affected", []) if plain(*[(a.get("package") or {}).get(k, "") for k in ("ecosystem", "name")], "")[:2] == key[:2]]


def git_first(record, key):
    return any(r["type"] == "GIT" for a in about(record, key) for r in a.get("ranges") or [])


def odd_event(record, key):
    return any(not re.fullmatch(r"[vV=]?[0-9][0-9A-Za-z.+_~!-]*", v) for a in about(record, key) for r in a.get("ranges") or []
               for e in r["events"] for v in e.values()) or (key[0] == "Packagist" and any(
        re.search(r"[0-9]r[0-9]", v) for a in about(record, key) for r in a.get("ranges") or [] for e in r["events"] for v in e.values()))


# Why a pair may be in one list only: a rule, and when it holds (who: "we" or "they"; seen: what they list).
RULES = {
    "osv-scanner 2.3 reads no package of this kind out of CycloneDX":
        lambda who, key, record, seen: who == "we" and key[0] in ("Pub", "CRAN") and key not in seen,
    "osv-scanner lowers the case of Go modules in package URLs; the module path has it":
        lambda who, key, record, seen: who == "we" and key[0] == "Go" and key[1] != key[1].lower() and key not in seen,
    "NuGet's names have no case; osv-scanner wants the record's":
        lambda who, key, record, seen: who == "we" and key[0] == "NuGet" and any(
            a["package"]["name"] not in SPELLED[key[1:]] for a in about(record, key)),
    "osv-scanner leaves an entry at its first range of the type GIT":
        lambda who, key, record, seen: who == "we" and git_first(record, key),
    "an event that is no version of the ecosystem is no bound":
        lambda who, key, record, seen: who == "they" and odd_event(record, key),
}
SPELLED = collections.defaultdict(set)  # NuGet: name in lower case and version -> as in the document


NOT_LISTED = {
    "a package of the image that osv-scanner does not list":
        lambda who, key, record, seen: who == "we" and key not in seen,
}


def compare(name, records, mine, other, keys, seen, allowed):
    """Both ways, record by record; what no rule explains fails."""
    rules, failed, pairs = collections.Counter(), 0, 0
    for key in sorted(keys):
        a, b = mine.get(key, set()), other.get(key, set())
        pairs += len(a & b)
        for r in sorted(a ^ b):
            who = "we" if r in a else "they"
            rule = next((t for t, holds in allowed.items() if holds(who, key, records.get(r) or {"id": r}, seen)), None)
            rules[rule] += 1
            if not rule:
                failed += 1
                if failed <= int(ENV.get("SHOWN", "20")):
                    print(f"FAIL {name}: only {who} find {r} in {' '.join(key)}")
    print(f"{name}: {len(keys)} packages, {pairs} pairs of package and record in both, {failed} unexplained")
    for rule, n in rules.items():
        if rule:
            print(f"  {n}: {rule}")
    return failed


def compare_image(scanner, layout, records, local, db):
    """An image as each of the two reads it: only packages that both list can differ in findings."""
    archive = WORK / f"{layout.name}.tar"
    subprocess.run(["skopeo", "copy", "-q", "--insecure-policy", f"oci:{layout}:1", f"docker-archive:{archive}:{layout.name}:1"], check=True)
    mine = ours(db, f"oci:{layout}:1")
    other, seen = theirs(scanner, local, "image", "--archive", archive)
    archive.unlink()
    return compare(layout.name, records, mine, other, set(mine) | set(other), seen, {**NOT_LISTED, **RULES})


def main():
    if "-h" in sys.argv or "--help" in sys.argv:
        sys.exit(__doc__)
    scanner = shutil.which(ENV.get("OSV_SCANNER") or "osv-scanner")
    if not scanner or not ENV.get("FEEDS"):
        print("no osv-scanner to compare with (set OSV_SCANNER)" if not scanner else "FEEDS is not set")
        sys.exit(77)
    feed, local, db = WORK / "feed", WORK / "local", WORK / "feed.db"
    records = gather(ENV["FEEDS"], feed)
    local.mkdir(exist_ok=True)
    if not (local / "osv-scanner").exists():
        (local / "osv-scanner").symlink_to(feed / "osv")
    subprocess.run([OURS, "db", "update", "-q", "--from", feed, "--db", db], check=True)
    passed = failed = 0
    rng = random.Random(7)
    for ecosystem in (ENV.get("ECOSYSTEMS") or ",".join(PURL)).split(","):
        listed = [(ecosystem, n, v) for n, v in candidates(records, ecosystem, rng)]
        if not listed:
            continue
        path = WORK / f"{ecosystem}.cdx.json"
        document(path, listed)
        mine = ours(db, f"sbom:{path}")
        other, seen = theirs(scanner, local, "source", "-L", path)
        for _, n, v in listed:
            SPELLED[n.lower(), v].add(n)
        bad = compare(ecosystem, records, mine, other, {plain(*k) for k in listed}, seen, RULES)
        passed, failed = passed + (not bad), failed + bool(bad)
    top = pathlib.Path(ENV.get("CACHE") or ".").resolve() / "accuracy"
    images = [pathlib.Path(a) for a in sys.argv[1:]] or [top / k for k in ("debian", "distroless", "scratch", "alpine")]
    images = [i for i in images if (i / "index.json").exists()] if shutil.which("skopeo") else []
    skipped = 0
    if not images:
        print("SKIP images: none of tools/accuracy-images is in CACHE, or no skopeo")
        skipped = 1
    for layout in images:
        bad = compare_image(scanner, layout, records, local, db)
        passed, failed = passed + (not bad), failed + bool(bad)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(failed > 0)


main()
