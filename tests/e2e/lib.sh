# shellcheck shell=bash
# Sourced by the end-to-end tests: images, databases, a registry and an engine of their own. See tests/run
# for the environment and the exit statuses.
set -euo pipefail
# shellcheck source=tools/registry.sh
. "$ROOT/tools/registry.sh"
SAMPLE=$ROOT/data/sample-feed
export PLIMSOLL_NO_CACHE=1

skip() {
	echo "$*"
	exit 77
}
fail() {
	echo "FAIL: $*"
	exit 1
}

# holds_schema FILE: what its format publishes; not to be had is a skip that the closing line counts
skipped=0
holds_schema() {
	local status=0
	"$ROOT/tests/schemas/validate.py" "$1" >schema.said 2>&1 || status=$?
	case $status in
	0) ;;
	77)
		echo "SKIP the schema of $1: $(tail -n 1 schema.said)"
		skipped=$((skipped + 1))
		;;
	*) fail "$1: $(cat schema.said)" ;;
	esac
}

at_exit() {
	registry_stop
	engine_stop
}
trap at_exit EXIT
trap 'echo "line $LINENO: status $?: $BASH_COMMAND"' ERR

# database FEED NAME: the advisory database of a feed, made once by the program as it is now
database() {
	local file
	file=$CACHE/test/$2-$(sha256sum "$PLIMSOLL_RELEASE" | cut -c1-16).db
	mkdir -p "$CACHE/test"
	(
		flock 9
		[ -e "$file.made" ] && exit 0
		rm -rf "$CACHE/test/$2"-*.db*
		"$PLIMSOLL_RELEASE" db update --from "$1" --db "$file" >"$file.log" 2>&1 || {
			cat "$file.log" >&2
			exit 1
		}
		touch "$file.made"
	) 9>"$CACHE/test/$2.lock"
	echo "$file"
}

# the database most tests use: real advisories when there are any, else the sample
any_database() {
	if [ -n "${FEEDS:-}" ]; then database "$FEEDS" feeds; else database "$SAMPLE" sample; fi
}

# the image of `make demo`, as an OCI layout with the tag 1
demo_image() {
	"$ROOT/tools/demo-image" "$CACHE/demo/image" >&2 || skip "the demo image cannot be made here: no network?"
	echo "$CACHE/demo/image"
}

# scan STATUS ARGUMENT...: runs `plimsoll scan` and expects this exit status
scan() {
	local wanted=$1 got=0
	shift
	"$PLIMSOLL" scan "$@" 2>err || got=$?
	[ "$got" = "$wanted" ] || {
		cat err
		fail "scan $*: status $got, not $wanted"
	}
}

# What a report says, a line a thing, without what depends on where the image came from.
packages_of() {
	jq -r '.packages[] | [.type, .name, .version, .source // "", .path, .inner_path // ""] | @tsv' "$1" | sort
}
findings_of() {
	jq -r '.findings[] | [.id, .severity, .package.type, .package.name, .package.version, .package.path, .status,
		.fixed_version // ""] | @tsv' "$1" | sort
}

# engine_start: a Docker engine of our own, DOCKER_HOST; status 1 when none can run here
engine_start() {
	local _ dir
	ENGINE_ROOT=()
	if [ "$(id -u)" != 0 ]; then
		sudo -n true 2>/dev/null || return 1
		ENGINE_ROOT=(sudo -n)
	fi
	command -v dockerd >/dev/null || [ -x /usr/sbin/dockerd ] || return 1
	dir=$(mktemp -d /tmp/plimsoll-engine.XXXXXX)
	ENGINE_DIR=$dir
	"${ENGINE_ROOT[@]}" env PATH="$PATH:/usr/sbin:/sbin" dockerd --data-root "$dir/data" --exec-root "$dir/exec" \
		--pidfile "$dir/pid" --host "unix://$dir/sock" --group "$(id -gn)" --bridge none --iptables=false \
		--ip6tables=false --storage-driver vfs >"$dir/log" 2>&1 &
	ENGINE_PID=$!
	export DOCKER_HOST=unix://$dir/sock
	for _ in $(seq 300); do
		curl -sfo /dev/null --unix-socket "$dir/sock" http://engine/version && return 0
		kill -0 $ENGINE_PID 2>/dev/null || [ -e "/proc/$ENGINE_PID" ] || break
		sleep 0.1
	done
	tail -n 3 "$dir/log"
	return 1
}
engine_stop() {
	[ -n "${ENGINE_PID:-}" ] || return 0
	if [ -s "$ENGINE_DIR/pid" ]; then
		"${ENGINE_ROOT[@]}" kill "$(cat "$ENGINE_DIR/pid")" 2>/dev/null || true
	fi
	wait "$ENGINE_PID" 2>/dev/null || true
	"${ENGINE_ROOT[@]}" rm -rf --one-file-system "$ENGINE_DIR"
	ENGINE_PID=
}
