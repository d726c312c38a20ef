#!/bin/bash
# The exit statuses are a promise: 0 clean or nothing above the bar, 1 a policy said no, 2 wrong use, 3 could not
# assess, 4 input, registry or network failed; and every error says what is wrong.
. "$ROOT/tests/e2e/lib.sh"
db=$(database "$SAMPLE" sample)
passed=0 failed=0

# expect STATUS TEXT COMMAND...: TEXT is to be in what it prints
expect() {
	local wanted=$1 text=$2 got=0
	shift 2
	"$@" >out 2>&1 </dev/null || got=$?
	if [ "$got" = "$wanted" ] && grep -qiE -- "$text" out; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL status $got, not $wanted, or not a word of \"$text\": ${*:2}"
		tail -n 15 out
	fi
}

python3 - <<'P'
import os, sys
sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images
debian = {"etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n'}
def dpkg(*rows):
    return {"var/lib/dpkg/status": "".join(f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\n"
            f"Source: {s}\nVersion: {v}\n\n" for n, s, v in rows)}
clean = [{**debian, **dpkg(("sudo", "sudo", "1.9.13p3-1+deb12u9"))}]
images.save("clean", clean)
images.save("high", [*clean, images.npm("app", "lodash", "4.17.15")])
images.save("low", [*clean, images.npm("app", "minimist", "1.2.2")])
images.save("unknown", [{"etc/os-release": 'ID=nothing\nVERSION_ID="1"\n', **dpkg(("sudo", "sudo", "1"))}])
images.save("unreadable", [{**debian, "var/lib/rpm/rpmdb.sqlite": b"SQLite format 3\0" + b"\xff" * 5000}])
images.save("foreign", [{"etc/os-release": 'ID=alpine\nVERSION_ID="3.19.1"\n', **dpkg(("openssl", "openssl", "1.0"))}])
images.save("nofix", [{**debian, **dpkg(("zlib1g", "zlib", "1:1.2.13.dfsg-1"))}])
P
p=$PLIMSOLL
expect 0 . "$p" --version
expect 0 'Usage: plimsoll scan' "$p" help scan
expect 2 'no command "nothing"' "$p" help nothing
expect 2 'not a sha256 digest' "$p" scan localhost:1/x@sha256:zz --db "$db"
expect 4 'there.json: No such file' "$p" diff not-there.json ./not-there --db "$db"
expect 4 'not-there: No such file' "$p" diff ./not-there not-there.json --db "$db"
expect 4 '/nonexistent/x: No such file' "$p" scan oci:no-image -o /nonexistent/x --db "$db"
expect 0 scan "$p" --help
expect 0 fail-on "$p" scan --help
expect 0 . "$p" scan oci:clean --db "$db"
expect 0 CVE-2021-23337 "$p" scan oci:high --db "$db"
expect 1 CVE-2021-23337 "$p" scan oci:high --db "$db" --fail-on high
expect 1 . "$p" scan oci:high --db "$db" --fail-on low
expect 1 'not shown' "$p" scan oci:low --db "$db" --fail-on critical -s low,medium # what --severity hides still counts
expect 0 . "$p" scan oci:nofix --db "$db" --fail-on low --ignore-unfixed # what --ignore-unfixed leaves out does not
expect 0 . "$p" scan oci:clean --db "$db" --fail-on low
expect 2 fail-on "$p" scan oci:high --db "$db" --fail-on dreadful
expect 2 . "$p"
expect 2 nonsense "$p" nonsense
expect 2 bogus "$p" scan --bogus oci:clean
expect 2 . "$p" scan
expect 2 format "$p" scan oci:clean --db "$db" -f crayon
expect 3 . "$p" scan oci:unknown --db "$db"
expect 3 . "$p" scan oci:unreadable --db "$db"
expect 3 "none of this release's" "$p" scan oci:foreign --db "$db"
expect 3 'db update' "$p" scan oci:clean --db "$WORK/none.db"
expect 4 'nowhere' "$p" scan oci:nowhere --db "$db"
expect 4 'absent.tar' "$p" scan docker-archive:absent.tar --db "$db"
expect 4 '127.0.0.1:9' "$p" scan 127.0.0.1:9/demo:1 --db "$db"
expect 4 . "$p" scan - --db "$db"
expect 4 'full|space' "$p" scan oci:high --db "$db" -o /dev/full
expect 4 . bash -c '"$1" scan oci:high --db "$2" >/dev/full' - "$p" "$db"
expect 0 '<' "$p" compare debian 1.0~rc1 1.0
expect 2 . "$p" compare cobol 1 2
expect 0 'CVE-2023-45853' "$p" scan oci:nofix --db "$db"
"$p" scan oci:nofix --db "$db" --ignore-unfixed >out 2>&1
if grep -q CVE-2023-45853 out; then
	echo "FAIL --ignore-unfixed shows what has no fix"
	failed=$((failed + 1))
else
	passed=$((passed + 1))
fi
# one feed went on, the one that matters stood still
mkdir -p stale/osv/PyPI
cp -r "$SAMPLE/osv/npm" stale/osv/
printf '{"id":"PYSEC-1","published":"%s","modified":"%s","affected":[{"package":{"ecosystem":"PyPI","name":"x"},"versions":["1"]}]}' \
	"$(date -u +%FT%TZ)" "$(date -u +%FT%TZ)" >stale/osv/PyPI/PYSEC-1.json
"$p" db update --from stale --db stale.db >update 2>&1 || cat update
python3 -c 'import os, sys
sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images
images.save("npm", [images.npm("app", "lodash", "4.17.15")])'
expect 3 'osv/npm.* [0-9]+ days old' "$p" scan oci:npm --db stale.db --max-data-age 1
expect 0 CVE-2021-23337 "$p" scan oci:npm --db stale.db --max-data-age 0
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
