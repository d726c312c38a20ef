#!/bin/bash
# Claim: the server answers an ordinary request of 1 KiB, keep-alive, plain and over TLS, at least 0.4 times as often as nginx
# with one worker, which says a fixed text from its loop, while every request here goes to a thread and back. wrk asks with 64 connections for SECONDS_EACH=5; ROUNDS=3 by turns, the best of each counts. Debian: nginx-light, wrk.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v wrk >/dev/null && command -v nginx >/dev/null || { echo "wrk or nginx is not here" >&2; exit 0; }
echo_server=${PROGRAM:-$PWD/build/tests/unit/net/server_echo}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT

start() { # KIND: prints the port
	mkfifo "$work/$1.in"
	"$echo_server" "$work" "$1" <"$work/$1.in" >"$work/$1.port" &
	# shellcheck disable=SC2034 # it ends when this end is closed
	exec {keep}>"$work/$1.in"
	until grep -q port "$work/$1.port"; do sleep 0.1; done
}
start tls
start plain
plain=$(cut -d' ' -f2 "$work/plain.port") tls=$(cut -d' ' -f2 "$work/tls.port")
cat >"$work/nginx.conf" <<END
daemon off; master_process off; worker_processes 1; pid $work/nginx.pid; error_log $work/log;
events { worker_connections 512; }
http {
	access_log off; keepalive_requests 1000000000; client_body_temp_path $work/a; proxy_temp_path $work/b;
	fastcgi_temp_path $work/c; uwsgi_temp_path $work/d; scgi_temp_path $work/e;
	ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
	server {
		listen 127.0.0.1:18420; listen 127.0.0.1:18421 ssl;
		location / { default_type application/json; return 200 "$(head -c 1024 /dev/zero | tr '\0' k)"; }
	}
}
END
nginx -c "$work/nginx.conf" -e "$work/log" &
sleep 1
rate() { wrk -t1 -c64 -d"${SECONDS_EACH:-5}" "$1" | awk '/^Requests\/sec/ { print $2 } /Non-2xx|Socket errors/ { print "wrong:", $0 > "/dev/stderr" }'; }
for _ in $(seq "${ROUNDS:-3}"); do
	for one in plain:http:$plain plain_nginx:http:18420 tls:https:$tls tls_nginx:https:18421; do
		IFS=: read -r name scheme port <<<"$one"
		rate "$scheme://127.0.0.1:$port/kib" >>"$work/rate.$name"
	done
done
for kind in plain tls; do
	ours=$(sort -n "$work/rate.$kind" | tail -1) theirs=$(sort -n "$work/rate.${kind}_nginx" | tail -1)
	awk -v k="$kind" -v a="$ours" -v b="$theirs" 'BEGIN { printf "%-6s %8.0f requests/s, nginx %8.0f: %.2f of it\n", k, a, b, a / b }'
done
