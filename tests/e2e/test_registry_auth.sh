#!/bin/bash
# Debian's docker-registry behind TLS with a CA of its own and behind Basic passwords: every way to say who asks.
. "$ROOT/tests/e2e/lib.sh"
command -v htpasswd >/dev/null || skip "htpasswd (apache2-utils) is not installed"
passed=0 failed=0
export HOME=$WORK/home
mkdir -p "$HOME" bin docker podman
unset DOCKER_CONFIG REGISTRY_AUTH_FILE XDG_RUNTIME_DIR SSL_CERT_FILE

# expect STATUS TEXT COMMAND...: TEXT is to be in what it prints; the password never
expect() {
	local wanted=$1 text=$2 got=0
	shift 2
	"$@" >out 2>&1 </dev/null || got=$?
	if [ "$got" = "$wanted" ] && grep -q -- "$text" out && ! grep -qE 's3cret|bWU6czNjcmV0' out; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL status $got, not $wanted, or not a word of \"$text\": $*"
		tail -n 15 out
	fi
}

python3 - <<'P'
import os, sys
sys.path.insert(0, os.environ["ROOT"] + "/tests/e2e")
import images
images.save("image", [{"etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
    "var/lib/dpkg/status": "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.9-1\n\n"}])
P
htpasswd -Bbc htpasswd me s3cret 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry -keyout tls.key -out tls.csr 2>/dev/null
printf 'subjectAltName=IP:127.0.0.1\n' >san
openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out tls.pem 2>/dev/null
registry_start "$WORK/registry" "  tls: {certificate: $WORK/tls.pem, key: $WORK/tls.key}" \
	"auth: {htpasswd: {realm: here, path: $WORK/htpasswd}}"
registry_push image app:1 --dest-creds me:s3cret
p=$PLIMSOLL target=$REGISTRY/app:1
say_password() { echo s3cret | "$@"; }

expect 4 'certificate' "$p" sbom "$target"
expect 4 'wants credentials' "$p" sbom "$target" --ca-cert ca.pem
expect 0 '"openssl"' say_password "$p" sbom "$target" --ca-cert ca.pem --username me --password-stdin
expect 0 '"openssl"' say_password "$p" sbom "$target" --insecure --username me --password-stdin
expect 4 'denies access' say_password "$p" sbom "$target" --ca-cert ca.pem --username you --password-stdin
expect 2 'absent.pem' "$p" sbom "$target" --ca-cert absent.pem
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$(printf me:s3cret | base64)" >docker/config.json
expect 0 '"openssl"' env DOCKER_CONFIG=docker SSL_CERT_FILE=ca.pem "$p" sbom "$target"
mkdir "$HOME/.docker" && cp docker/config.json "$HOME/.docker/"
expect 0 '"openssl"' "$p" sbom "$target" --ca-cert ca.pem
rm "$HOME/.docker/config.json"
printf '{"auths":{"%s/app":{"auth":"%s"}}}' "$REGISTRY" "$(printf me:s3cret | base64)" >podman/auth.json
expect 0 '"openssl"' env REGISTRY_AUTH_FILE=podman/auth.json "$p" sbom "$target" --ca-cert ca.pem
mkdir -p run/containers && cp podman/auth.json run/containers/
expect 0 '"openssl"' env XDG_RUNTIME_DIR="$WORK/run" "$p" sbom "$target" --ca-cert ca.pem
# shellcheck disable=SC2016 # the helper's own variable
printf '#!/bin/sh\nread server\n[ "$server" = %s ] && echo %s\n' "$REGISTRY" "'{\"Username\":\"me\",\"Secret\":\"s3cret\"}'" \
	>bin/docker-credential-test
chmod +x bin/docker-credential-test
printf '{"credHelpers":{"%s":"test"}}' "$REGISTRY" >docker/config.json
expect 0 '"openssl"' env DOCKER_CONFIG=docker PATH="$WORK/bin:$PATH" "$p" sbom "$target" --ca-cert ca.pem
printf '{"credsStore":"test"}' >docker/config.json
expect 0 '"openssl"' env DOCKER_CONFIG=docker PATH="$WORK/bin:$PATH" "$p" sbom "$target" --ca-cert ca.pem
expect 4 'docker-credential-test' env DOCKER_CONFIG=docker "$p" sbom "$target" --ca-cert ca.pem
printf '{"auths":' >docker/config.json
expect 4 'config.json' env DOCKER_CONFIG=docker "$p" sbom "$target" --ca-cert ca.pem
# a proxy is for other machines, never for this one
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$(printf me:s3cret | base64)" >docker/config.json
expect 0 '"openssl"' env DOCKER_CONFIG=docker https_proxy=http://127.0.0.1:9 "$p" sbom "$target" --ca-cert ca.pem
expect 4 'registry.example' env https_proxy=http://127.0.0.1:9 "$p" sbom registry.example/app:1
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
