#!/bin/bash
# `compare` orders two versions or pairs on stdin, in order, and says by status what it could not order.
set -euo pipefail
passed=0 failed=0

# expect STATUS OUTPUT ARGUMENT...: pairs come from the file `pairs`
expect() {
	local wanted=$1 text=$2 got=0
	shift 2
	"$PLIMSOLL" compare "$@" >out 2>err <pairs || got=$?
	if [ "$got" = "$wanted" ] && [ "$(tr '\n' ' ' <out)" = "$text" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL status $got, not $wanted, or not \"$text\": compare $*"
		tail -n 5 out err
	fi
}

: >pairs
expect 0 '< ' Debian:12 1.0~rc1 1.0
expect 0 '> ' deb 1:0.1 2.0
expect 0 '= ' PYPI v1.0-alpha.1 1.0a1
expect 0 '< ' maven 1.0-SNAPSHOT 1.0.Final
expect 0 '< ' Go go1.21rc2 1.21.0
expect 0 '< ' 'Rocky Linux:9' 1.0-1.el9 1.0-1.el9_2
expect 3 '? ' PyPI 2004d 1.0
grep -q '1 pair with' err
expect 0 ''  npm
expect 2 ''  nowhere 1 2
grep -q 'known ecosystems: Debian' err
expect 2 ''  npm 1
expect 2 ''
printf '1.0.0\t1.0.1\n2.0.0\t1.9.0\n1.0.0\t1.0.0+b\r\n1.0.0-1\t1.0.0' >pairs
expect 0 '< > = < ' npm
printf '1.0\t1.1\nfoo\t1\n\t\n1\t1\n' >pairs
expect 3 '< ? ? = ' PyPI
grep -q '2 pairs with' err
printf '1.0\t1.1\n1.0 1.1\n1\t1\n' >pairs
expect 2 '< ' PyPI
grep -q 'line 2: no tab' err
head -c 70000 /dev/zero | tr '\0' 1 >pairs
expect 2 '' npm
grep -q 'line 1: longer than' err
"$PLIMSOLL" compare --help | grep -q 'usage: plimsoll compare'
"$PLIMSOLL" compare npm 1.0.0 2.0.0 >/dev/full 2>err && exit 1
grep -q 'standard output' err
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
