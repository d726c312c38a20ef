#!/usr/bin/env python3
"""Compare plimsoll's version orders with the programs that define them.

usage: test_version_orders.py [SCHEME...]   (PLIMSOLL_RELEASE=program, FEEDS=mirror folder, PAIRS=number,
                                             SEED=number, MAVEN_ARTIFACT_JAR=file)

Pairs are drawn from the versions that the advisories under FEEDS speak of, from a few awkward
ones, and from both with pieces changed. A peer that is not installed is skipped with a word.
"""
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

PAIRS = int(os.environ.get("PAIRS", "8000"))
AWKWARD = {
    "deb": "1.0 1.0-1 1:0.1 0:1.0 1.0~rc1 1.0~~ 1.0~ 1.0+b1 1.0a 1.0-1+deb12u1 1.0-1~deb12u1 1.0.0 1.00 1.0-0 2:1-1-1".split(),
    "rpm": "1.0 1.0-1 1:0.1-1 0:1.0-1 1.0~rc1-1 1.0^git1-1 1.0^-1 1.0.1-1 1.a-1 a.1-1 10-1.el9 1.0-1.el9_2 1.0-1.el9 1.0^1~2-1".split(),
    "apk": "1.0 1.0-r0 1.0a 1.0_alpha 1.0_alpha1 1.0_p1 1.0_rc1-r1 1.01 1.1 1.10 1.010 1.0~abc 1.0_git20200101 0 00 1a_p1~0f-r2 1..2 a1 1.0-1 1.0_foo".split(),
    "semver": "1.0.0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.11 1.0.0-beta.2 1.0.0-rc.1 1.0.0+b v1.0.0 1.0.0-0 1.0.0--".split(),
    "pep440": "1.0 1.0.0 1!0 1.0a1 1.0.dev1 1.0a1.dev1 1.0.post1 1.0.post1.dev2 1.0-1 1.0+l 1.0+1 1.0+l.2 v1.0-ALPHA_3 1.0c1 1.0rc 1.0pre2 1.0.r4 foo 1.0a. 2004d 1.0-".split(),
    "maven": "1 1.0 1-0 1-ga 1.0.0-final 1-a1 1-alpha-1 1-beta 1-m3 1-cr1 1-rc1 1-SNAPSHOT 1-sp 1-sp-1 1.foo 1-foo 1.0.0.X1 1-1 1.1 1..1 1.-1 1--1 1x 1.0.0-jre 31.1-android 1.0.RELEASE 1.0.Final a.1 1-1.foo-bar1baz-.1".split(),
    "go": "v1.0.0 v1.0.0-pre v0.0.0-20200101000000-abcdefabcdef v2.0.0+incompatible v1.2 v1 v1.0.0-0.20200101000000-abcdefabcdef v1.0.0-rc.1 bad v01.2.3".split(),
    "gem": "1 1.0 1.0.0 1.0.a 1.a 1.0.a.0 1-2 1.pre.2 1.0.pre1 1.0.0.rc1 1.0.0.rc.1 1.A 1.b10 1.b9 0 0.0 1.10 1.9 1..2 a 1.0- 1-a-b 1.0.0.beta.0.0".split(),
    "crates.io": "1.0.0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.01 1.0.0-0 1.0.0+b 1.0.0-rc.1+x 01.0.0 v1.0.0 1.0.0-- 1.0.0-a.b 1.0.0-A".split(),
    "composer": "1 1.0 v1.0.0 1.0.0.0 1.0-alpha 1.0-a1 1.0alpha2 1.0-beta.1 1.0b1 1.0RC1 1.0-rc.2 1.0-p1 1.0-patch2 1.0pl3 1.0-stable 1.0-Stable 1.0-dev 1.0-beta-dev 1.x-dev 1.0.x-dev 1.0.*-dev 2010.01.02 20100102 2010-01-02-10 20100102-203040-p1 201903.0 1.0+b 1.0@beta dev-main 1.0. 100000 1.2.3.4.5 1-2 1.0-alpha-2-dev".split(),
    "cran": "1 1.0 1.0.0 1-0 1.0-1 0.9 1.10 1.9 01.2 1.. 1.a -1 2.3-10".split(),
    "bitnami": "1.2.3 1.2.3-0 1.2.3-1 1.2.3-10 1.2.3-2 1.2.4 1.2 1.2.3-rc.1 1.2.3-rc.1-2 v1.2.3-4 2024.1.1-3".split(),
}
ECOSYSTEMS = {
    "deb": ["Debian", "Ubuntu"],
    "rpm": ["AlmaLinux", "Rocky Linux", "SUSE", "openSUSE"],
    "apk": ["Alpine"],
    "semver": ["npm"],
    "pep440": ["PyPI"],
    "maven": ["Maven"],
    "go": ["Go"],
    "gem": ["RubyGems"],
    "crates.io": ["crates.io"],
    "composer": ["Packagist"],
    "cran": ["CRAN"],
    "bitnami": ["Bitnami"],
}


class Missing(Exception):
    pass


def run(args, text=None, **more):
    try:
        done = subprocess.run(args, input=text, capture_output=True, text=True, **more)
    except FileNotFoundError:
        raise Missing(args[0])
    return done


def sign(n):
    return "<" if n < 0 else ">" if n > 0 else "="


def dpkg(pairs):
    if not shutil.which("dpkg"):
        raise Missing("dpkg")
    for a, b in pairs[: PAIRS // 4]:  # a process a question
        for op, s in (("lt", "<"), ("eq", "="), ("gt", ">")):
            r = subprocess.run(["dpkg", "--compare-versions", a, op, b], stderr=subprocess.DEVNULL).returncode
            if r == 0:
                yield s
                break
        else:
            yield "?"


def rpm(pairs):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write("".join(f"{a}\t{b}\n" for a, b in pairs))
        f.flush()
        script = (
            '%%{lua: for l in io.lines("%s") do local a, b = l:match("^([^\\t]*)\\t(.*)$")'
            " print(rpm.vercmp(a, b) .. string.char(10)) end}" % f.name
        )
        done = run(["rpm", "--eval", script])
        if done.returncode:
            raise Missing("rpm with Lua")
        for line in done.stdout.split():
            yield sign(int(line))


def apk(pairs):
    if not shutil.which("apk"):
        raise Missing("apk")
    for a, b in pairs[: PAIRS // 4]:
        if any(run(["apk", "version", "--check", "--quiet", v]).returncode for v in (a, b)):
            yield "?"
        else:
            yield run(["apk", "version", "-t", a, b]).stdout.strip()


def semver(pairs):
    script = """
const semver = require(process.argv[1]);
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').slice(0, -1)) {
  const [a, b] = line.split('\\t');
  const ok = semver.valid(a, true) && semver.valid(b, true);
  const c = ok ? semver.compare(a, b, true) : 0;
  console.log(!ok ? '?' : c < 0 ? '<' : c > 0 ? '>' : '=');
}"""
    for where in ("/usr/share/nodejs/semver", "/usr/lib/node_modules/npm/node_modules/semver"):
        if os.path.isdir(where):
            break
    else:
        raise Missing("npm's semver")
    done = run(["node", "-e", script, where], "".join(f"{a}\t{b}\n" for a, b in pairs))
    if done.returncode:
        raise Missing("node: " + done.stderr[-200:])
    yield from done.stdout.split()


def pep440(pairs):
    try:
        from packaging.version import InvalidVersion, Version
    except ImportError:
        try:
            from pip._vendor.packaging.version import InvalidVersion, Version
        except ImportError:
            raise Missing("python3 packaging")
    for a, b in pairs:
        try:
            x, y = Version(a), Version(b)
            yield "<" if x < y else ">" if x > y else "="
        except InvalidVersion:
            yield "?"


def maven(pairs):
    jars = [os.environ.get("MAVEN_ARTIFACT_JAR", "")]
    jars += sorted(glob.glob(os.path.expanduser("~/.m2/repository/org/apache/maven/maven-artifact/3.*/*.jar")))
    jars += ["/usr/share/maven/lib/maven-artifact-3.x.jar", "/usr/share/java/maven-artifact-3.x.jar"]
    jars = [j for j in jars if os.path.exists(j)]
    if not jars:
        raise Missing("maven-artifact 3 (set MAVEN_ARTIFACT_JAR)")
    main = "org.apache.maven.artifact.versioning.ComparableVersion"
    jars = [j for j in jars if run(["java", "-cp", j, main, "1", "2"]).returncode == 0]  # 3.0 has no main
    if not jars:
        raise Missing("java that runs its ComparableVersion")
    for at in range(0, len(pairs), 1000):
        flat = [v for pair in pairs[at : at + 1000] for v in pair]
        done = run(["java", "-cp", jars[0], main] + flat)
        if done.returncode:
            raise Missing("java: " + done.stderr[-200:])
        found = re.findall(r"^   \S+ (<|==|>) \S+$", done.stdout, re.M)
        yield from (s[0] for s in found[::2])


def go(pairs):
    program = """package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		a, b, _ := strings.Cut(in.Text(), "\\t")
		switch {
		case !semver.IsValid(a) || !semver.IsValid(b):
			fmt.Println("?")
		default:
			fmt.Println([]string{"<", "=", ">"}[semver.Compare(a, b)+1])
		}
	}
}
"""
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/main.go", "w") as f:
            f.write(program)
        with open(d + "/go.mod", "w") as f:
            f.write("module peer\n\ngo 1.21\n\nrequire golang.org/x/mod v0.14.0\n")
        env = dict(os.environ, GOFLAGS="-mod=mod", GONOSUMCHECK="1")
        done = run(["go", "run", "."], "".join(f"{a}\t{b}\n" for a, b in pairs), cwd=d, env=env)
        if done.returncode:
            raise Missing("go with golang.org/x/mod: " + done.stderr[-200:])
        yield from done.stdout.split()


def lines(pairs):
    return "".join(f"{a}\t{b}\n" for a, b in pairs)


def gem(pairs):
    script = """
STDIN.each_line do |line|
  a, b = line.chomp.split("\\t")
  ok = Gem::Version.correct?(a) && Gem::Version.correct?(b)
  puts ok ? %w[= > <][Gem::Version.new(a) <=> Gem::Version.new(b)] : "?"
end
"""
    done = run(["ruby", "-e", script], lines(pairs))
    if done.returncode:
        raise Missing("ruby: " + done.stderr[-200:])
    yield from done.stdout.split()


def composer(pairs):
    script = r"""
require "Composer/Semver/autoload.php";
$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    [$a, $b] = explode("\t", rtrim($line, "\n"));
    try {
        $a = $parser->normalize($a);
        $b = $parser->normalize($b);
        $named = strpos($a, "dev-") === 0 || strpos($b, "dev-") === 0;
        $c = Composer\Semver\Comparator::lessThan($a, $b) ? "<"
            : (Composer\Semver\Comparator::greaterThan($a, $b) ? ">" : "=");
        echo $named ? "?" : $c, "\n";
    } catch (UnexpectedValueException $e) {
        echo "?\n";
    }
}
"""
    done = run(["php", "-d", "include_path=/usr/share/php", "-r", script], lines(pairs))
    if done.returncode:
        raise Missing("php with Composer's semver: " + (done.stderr + done.stdout)[-200:])
    yield from done.stdout.split()


def cran(pairs):
    script = """
for (line in readLines(file("stdin"))) {
  v <- strsplit(line, "\\t")[[1]]
  a <- numeric_version(v[1], strict = FALSE)
  b <- numeric_version(v[2], strict = FALSE)
  cat(if (is.na(a) || is.na(b)) "?" else if (a < b) "<" else if (a > b) ">" else "=", "\n")
}
"""
    done = run(["Rscript", "-e", script], lines(pairs))
    if done.returncode:
        raise Missing("R: " + done.stderr[-200:])
    yield from done.stdout.split()


def crates(pairs):
    program = """
use std::io::BufRead;
fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (a, b) = line.split_once('\\t').unwrap();
        println!("{}", match (semver::Version::parse(a), semver::Version::parse(b)) {
            (Ok(a), Ok(b)) => match a.cmp_precedence(&b) {
                std::cmp::Ordering::Less => "<",
                std::cmp::Ordering::Equal => "=",
                std::cmp::Ordering::Greater => ">",
            },
            _ => "?",
        });
    }
}
""".replace("\\\\", "\\")
    with tempfile.TemporaryDirectory() as d:
        os.mkdir(d + "/src")
        with open(d + "/src/main.rs", "w") as f:
            f.write(program)
        with open(d + "/Cargo.toml", "w") as f:
            f.write('[package]\nname = "peer"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nsemver = "=1.0.20"\n')
        done = run(["cargo", "run", "-q"], lines(pairs), cwd=d)
        if done.returncode:
            raise Missing("cargo with semver: " + done.stderr[-200:])
        yield from done.stdout.split()


def bitnami(pairs):
    program = """package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/bitnami/go-version/pkg/version"
)

// Where plimsoll differs by design (semver.h): "-0" is no revision, "-rc1" a pre-release.
func odd(v version.Version) bool {
	_, rest, found := strings.Cut(v.Original(), "-")
	return found && (rest == "0" || strings.Trim(rest, "0123456789") != "")
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		a, b, _ := strings.Cut(in.Text(), "\\t")
		x, e := version.Parse(a)
		y, f := version.Parse(b)
		if e != nil || f != nil || odd(x) || odd(y) {
			fmt.Println("?")
			continue
		}
		fmt.Println([]string{"<", "=", ">"}[x.Compare(y)+1])
	}
}
"""
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/main.go", "w") as f:
            f.write(program)
        with open(d + "/go.mod", "w") as f:
            f.write("module peer\n\ngo 1.19\n\nrequire github.com/bitnami/go-version v0.0.0-20231130084017-bb00604d650c\n")
        env = dict(os.environ, GOFLAGS="-mod=mod")
        done = run(["go", "run", "."], lines(pairs), cwd=d, env=env)
        if done.returncode:
            raise Missing("go with bitnami/go-version: " + done.stderr[-200:])
        yield from done.stdout.split()


PEERS = {"deb": dpkg, "rpm": rpm, "apk": apk, "semver": semver, "pep440": pep440, "maven": maven, "go": go,
         "gem": gem, "crates.io": crates, "composer": composer, "cran": cran, "bitnami": bitnami}
# What only plimsoll reads, by design: "?" of these peers is not compared.
LENIENT = {"apk", "crates.io", "semver", "go", "maven", "rpm", "bitnami", "composer"}


def versions_of(scheme):
    found = set()
    for eco in ECOSYSTEMS[scheme]:
        path = os.path.join(os.environ.get("FEEDS", "/nonexistent"), "osv", eco, "all.zip")
        if not os.path.exists(path):
            continue
        with zipfile.ZipFile(path) as z:
            for name in z.namelist():
                for affected in json.loads(z.read(name)).get("affected") or []:
                    if affected.get("package", {}).get("ecosystem", "").split(":")[0] != eco:
                        continue
                    found.update(affected.get("versions") or [])
                    for r in affected.get("ranges") or []:
                        if isinstance(r, dict) and r.get("type") != "GIT":
                            found.update(v for e in r["events"] for v in e.values())
    if scheme == "go":
        found = {"v" + v for v in found}
    return sorted(v for v in found if not re.search(r"\s", v))


def changed(v):
    pieces = re.findall(r"\d+|[A-Za-z]+|.", v)
    at = random.randrange(len(pieces))
    what = random.randrange(4)
    if what == 0:
        del pieces[at]
    elif what == 1:
        pieces.insert(at, random.choice(["0", "1", ".", "-", "~", "^", "+", "_", "a", "rc", "alpha", "p", "10", "00"]))
    elif what == 2:
        pieces[at] = random.choice(["0", "1", "2", "10", "01", "a", "b", "rc", "sp", "final", "post", "dev", "."])
    else:
        other = random.randrange(len(pieces))
        pieces[at], pieces[other] = pieces[other], pieces[at]
    return "".join(pieces) or "0"


def pairs_of(scheme):
    pool = versions_of(scheme) + AWKWARD[scheme] * 20
    out = [(a, b) for a in AWKWARD[scheme] for b in AWKWARD[scheme]]
    while len(out) < PAIRS:
        at = random.randrange(len(pool))
        a = pool[at]
        kind = random.randrange(4)
        if kind == 0:
            b = random.choice(pool)
        elif kind == 1:
            b = pool[min(at + random.randrange(1, 4), len(pool) - 1)]
        else:
            b = changed(a)
            if kind == 3:
                a = changed(changed(a))
        if a and b and not (a + b).startswith("-"):
            out.append((a, b) if random.random() < 0.5 else (b, a))
    return [p for p in out if not any(v[0] in "-+" for v in p)]  # options; "+1:" as an epoch


def main():
    program = os.environ.get("PLIMSOLL_RELEASE") or os.environ.get("PLIMSOLL")
    if not program or "-h" in sys.argv or "--help" in sys.argv:
        sys.exit(__doc__)
    random.seed(int(os.environ.get("SEED", "1")))
    passed = failed = skipped = 0
    for scheme in sys.argv[1:] or list(PEERS):
        pairs = pairs_of(scheme)
        ours = run([program, "compare", scheme], "".join(f"{a}\t{b}\n" for a, b in pairs)).stdout.split()
        try:
            theirs = list(PEERS[scheme](pairs))
        except Missing as why:
            print(f"SKIP {scheme}: no {why}")
            skipped += 1
            continue
        wrong = left_out = 0
        for (a, b), x, y in zip(pairs, ours, theirs):
            one_release = scheme == "rpm" and ("-" in a) != ("-" in b)  # only epoch and version count here
            if one_release or scheme in LENIENT and "?" in (x, y):
                left_out += 1
            elif x != y:
                wrong += 1
                if wrong <= 20:
                    print(f"FAIL {scheme}: {a} {x} {b}, the peer says {y}")
        whole = len(ours) == len(pairs) and theirs
        passed, failed = (passed, failed + 1) if wrong or not whole else (passed + 1, failed)
        print(f"{scheme}: {min(len(theirs), len(ours))} pairs, {wrong} differ, {left_out} not compared")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(failed > 0)


main()
