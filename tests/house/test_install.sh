#!/bin/bash
# `make install` puts the program and its man page where DESTDIR says, and nothing else.
set -euo pipefail
env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" install DESTDIR="$WORK/root"
find root -type f | sort >found
printf '%s\n' root/usr/local/bin/plimsoll root/usr/local/share/man/man1/plimsoll.1 >wanted
diff -u wanted found
root/usr/local/bin/plimsoll --version
