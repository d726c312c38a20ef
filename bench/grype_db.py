#!/usr/bin/env python3
"""bench/grype_db.py MIRROR FOLDER - a database that Grype of schema 5 reads, made of the OSV feeds of a mirror (Debian, npm, PyPI,
Maven), as its own cannot be had without its publisher. For times beside each other, not for what it finds: Grype's own has NVD and
GitHub's records too."""
import hashlib
import json
import pathlib
import sqlite3
import sys
import zipfile

FEEDS = {  # feed: namespace, format of versions
    "Debian": ("debian:distro:debian:{}", "dpkg"), "npm": ("github:language:javascript", "semver"),
    "PyPI": ("github:language:python", "python"), "Maven": ("github:language:java", "maven")}
TABLES = """
create table id (build_timestamp text, schema_version integer);
create table vulnerability (pk integer primary key autoincrement, id text, package_name text, namespace text, package_qualifiers text,
 version_constraint text, version_format text, cpes text, related_vulnerabilities text, fixed_in_versions text, fix_state text, advisories text);
create table vulnerability_metadata (id text, namespace text, data_source text, record_source text, severity text, urls text, description text,
 cvss text, primary key (id, namespace));
create table vulnerability_match_exclusion (pk integer primary key autoincrement, id text, constraints text, justification text);
"""
BUILT = "2026-11-22T00:00:00Z"


def constraints(affected):
    """("< 2", "2") for each stretch of versions, as Grype writes them."""
    for each in affected.get("ranges", []):
        if not isinstance(each, dict) or each.get("type") == "GIT":
            continue
        start = None
        for event in each.get("events", []):
            if "introduced" in event:
                start = event["introduced"]
            end = event.get("fixed") or event.get("last_affected")
            if end and start is not None:
                low = "" if start == "0" else f">= {start}, "
                yield f"{low}{'<' if 'fixed' in event else '<='} {end}", event.get("fixed")
                start = None
        if start is not None:
            yield "" if start == "0" else f">= {start}", None


def rows_of(record, feed):
    space, form = FEEDS[feed]
    name = record["id"].removeprefix("DEBIAN-")
    for affected in record.get("affected", []):
        package = affected.get("package", {})
        eco, _, release = package.get("ecosystem", "").partition(":")
        if eco != feed or (feed == "Debian" and not release):
            continue
        for constraint, fixed in constraints(affected):
            yield (name, package["name"], space.format(release), constraint, form, json.dumps([fixed]) if fixed else None,
                   "fixed" if fixed else "not-fixed")


def main(mirror, folder):
    to = pathlib.Path(folder, "5")
    to.mkdir(parents=True, exist_ok=True)
    path = to / "vulnerability.db"
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.executescript("pragma journal_mode = off; pragma synchronous = off;" + TABLES)
    db.execute("insert into id values (?, 5)", [BUILT])
    for feed in FEEDS:
        with zipfile.ZipFile(next(pathlib.Path(mirror, "osv", feed).glob("*.zip"))) as all_of:
            for member in all_of.namelist():
                record = json.loads(all_of.read(member))
                if record.get("withdrawn"):
                    continue
                rows = list(rows_of(record, feed))
                db.executemany("insert into vulnerability (id, package_name, namespace, version_constraint, version_format,"
                               " fixed_in_versions, fix_state) values (?, ?, ?, ?, ?, ?, ?)", rows)
                db.executemany("insert or ignore into vulnerability_metadata values (?, ?, '', '', 'Unknown', null, ?, null)",
                               [(row[0], row[2], record.get("summary", "")) for row in rows])
    db.executescript("create index get_vulnerability_index on vulnerability (package_name, namespace);"
                     "create index get_vulnerability_match_exclusion_index on vulnerability_match_exclusion (id);")
    count = db.execute("select count(*) from vulnerability").fetchone()[0]
    db.commit()
    db.close()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (to / "metadata.json").write_text(json.dumps({"built": BUILT, "version": 5, "checksum": "sha256:" + digest}))
    print(f"{count} rows, {path.stat().st_size >> 20} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
