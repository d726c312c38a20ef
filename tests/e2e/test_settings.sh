#!/bin/bash
# Wrong use is said: options, names of sources, and plimsoll.yaml, whatever command reads it.
. "$ROOT/tests/e2e/lib.sh"
export XDG_CONFIG_HOME=$PWD/none
wrong() { # TEXT COMMAND...: status 2, and the text on standard error
	local text=$1 status=0
	shift
	"$PLIMSOLL" "$@" >/dev/null 2>err || status=$?
	[ "$status" = 2 ] || fail "$*: status $status, not 2: $(cat err)"
	grep -qF -e "$text" err || fail "$*: no word of $text: $(cat err)"
}
wrong '"nosuch" is none of vendor, cvss' scan --severity-source nvd,nosuch dir:.
wrong 'from 1 on, not "0"' scan --jobs 0 dir:.
mkdir image
for source in NVD,ghsa 'red hat' cna cna:oracle CISA-ADP highest; do
	"$PLIMSOLL" scan -q --offline --db missing.db --severity-source "$source" dir:image >/dev/null 2>err || [ $? = 3 ] ||
		fail "--severity-source $source: $(cat err)"
done

settings() { # LINE...: plimsoll.yaml
	printf '%s\n' "$@" >plimsoll.yaml
}
settings 'jbos: 2'
wrong 'no command has an option "jbos"' cache info
settings 'scan:' '  jbos: 2'
wrong 'scan has no option "jbos"' scan dir:image
wrong 'no command has an option "jbos"' cache info
settings 'scn:' '  jobs: 2'
wrong 'no command "scn"' cache info
settings 'quiet: perhaps'
wrong 'quiet is true or false, not "perhaps"' scan dir:image
settings 'scan:' '  plan: 2'
wrong 'plan is true or false, not "2"' cache info
settings 'jobs: many'
wrong 'takes a number' scan dir:image

# each option of each command may stand there
for command in $("$PLIMSOLL" help --list | cut -f1); do
	rm -f plimsoll.yaml
	"$PLIMSOLL" "$command" --list-options 2>/dev/null | grep ^-- >options || continue
	while IFS=$'\t' read -r name value _; do
		[ "$name" != --help ] || continue
		[ -n "$value" ] && settings "${name#--}: 1" || settings "${name#--}: true"
		"$PLIMSOLL" cache info --cache-dir "$PWD/c" >/dev/null 2>err || ! grep -q "no command has" err || fail "$command: $(cat err)"
		settings "$command:" "  ${name#--}: true"
		"$PLIMSOLL" cache info --cache-dir "$PWD/c" >/dev/null 2>err || ! grep -q "no command" err || fail "$command: $(cat err)"
	done <options
done
rm -f plimsoll.yaml

db=$(database "$SAMPLE" sample)
id=$("$PLIMSOLL" db lookup lodash --db "$db" -f json | jq -r '[.[].aliases[]? | select(startswith("CVE-"))][0]')
for other in "$id" "${id,,}" "$("$PLIMSOLL" db lookup lodash --db "$db" -f json | jq -r .[0].id | tr a-zA-Z A-ZA-Z)"; do
	"$PLIMSOLL" db lookup "$other" --db "$db" >/dev/null 2>err || fail "db lookup $other: $(cat err)"
done

# a server that is away is one line, an address is said once, sizes are in the units they are given in
"$PLIMSOLL" db update --from http://127.0.0.1:9 --db away.db >out 2>err && fail "a dead server: status 0"
[ "$(grep -c 127.0.0.1:9 err)" = 1 ] || fail "a dead server is said more than once: $(cat err)"
grep -Eq 'so with [0-9]{2,} feeds of this server, there is no older data of them' err || fail "no count: $(cat err)"
wrong_name=registry.invalid/app:1
"$PLIMSOLL" scan --offline "$wrong_name" >out 2>err && fail "offline: status 0"
[ "$(grep -o "$wrong_name" err | wc -l)" = 1 ] || fail "the target is said twice: $(cat err)"
"$PLIMSOLL" cache info --cache-dir "$PWD/c" --cache-max 1GiB | grep -q "of 1 GiB$" || fail "the limit is in other units"
