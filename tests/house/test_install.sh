#!/bin/bash
# `make install` puts the program, its man page, its units and what shells complete it by where DESTDIR says, and nothing else.
set -euo pipefail
env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" install DESTDIR="$WORK/root"
find root -type f | sort >found
share=root/usr/local/share
printf '%s\n' root/usr/local/bin/plimsoll $share/{bash-completion/completions/plimsoll,fish/vendor_completions.d/plimsoll.fish,man/man1/plimsoll.1,zsh/site-functions/_plimsoll} \
	root/usr/local/lib/systemd/system/plimsoll{,-worker@}.service | sort >wanted
diff -u wanted found
root/usr/local/bin/plimsoll --version
grep -q "^ExecStart=/usr/local/bin/plimsoll serve$" root/usr/local/lib/systemd/system/plimsoll.service
