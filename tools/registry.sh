# shellcheck shell=bash
# Sourced: a throw-away registry on loopback, Debian's docker-registry.

# registry_start FOLDER [YAML LINE]...: sets REGISTRY (127.0.0.1:PORT) and REGISTRY_PID; the lines go below `http:`. With
# REGISTRY_AT it is to be there, and nowhere else.
registry_start() {
	local folder=$1 try line
	shift
	mkdir -p "$folder"
	for try in 1 2 3 4 5 6 7 8; do
		REGISTRY=${REGISTRY_AT:-127.0.0.1:$((20000 + (RANDOM % 20000)))}
		{
			printf 'version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n'
			printf 'storage: {filesystem: {rootdirectory: "%s"}, delete: {enabled: true}}\n' "$folder/blobs"
			printf 'http:\n  addr: %s\n' "$REGISTRY"
			for line in "$@"; do printf '%s\n' "$line"; done
		} >"$folder/config.yml"
		docker-registry serve "$folder/config.yml" >"$folder/log" 2>&1 &
		REGISTRY_PID=$!
		registry_answers && return 0
		echo "registry: no answer on $REGISTRY, try $try" >>"$folder/log"
		kill "$REGISTRY_PID" 2>/dev/null || true
	done
	cat "$folder/log" >&2
	return 1
}

registry_answers() {
	local _
	for _ in $(seq 100); do
		kill -0 "$REGISTRY_PID" 2>/dev/null || return 1
		curl -sko /dev/null "http://$REGISTRY/v2/" && return 0
		sleep 0.05
	done
	return 1
}

registry_stop() {
	[ -z "${REGISTRY_PID:-}" ] || { kill "$REGISTRY_PID" && wait "$REGISTRY_PID"; } 2>/dev/null || true
	REGISTRY_PID=
}

# registry_push OCI_LAYOUT:TAG NAME:TAG [SKOPEO OPTION]...
registry_push() {
	local from=$1 to=$2
	shift 2
	skopeo --insecure-policy copy -q --dest-tls-verify=false --preserve-digests "$@" "oci:$from" "docker://$REGISTRY/$to"
}
