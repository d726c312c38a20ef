#!/bin/bash
# The completion scripts in the real shells: verbs, options and values come out as they would at a prompt.
set -uo pipefail
passed=0 failed=0 skipped=0
mkdir -p "$WORK/bin" && ln -sf "$PLIMSOLL_RELEASE" "$WORK/bin/plimsoll" && export PATH="$WORK/bin:$PATH"

check() { # NAME EXPECTED ACTUAL: is EXPECTED a word of ACTUAL?
	if grep -qxF -- "$2" <<<"$3"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAIL %s: no "%s" among:\n%s\n' "$1" "$2" "$3"
	fi
}

in_bash() { # WORD... : what bash offers for the last one
	bash --norc -c 'source <(plimsoll completion bash); COMP_WORDS=(plimsoll "$@"); COMP_CWORD=$#
		compopt() { :; }; _plimsoll; printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

check "bash offers verbs" scan "$(in_bash s)"
check "bash offers options" --fail-on "$(in_bash scan --fa)"
check "bash offers severities" critical "$(in_bash scan --fail-on c)"
check "bash offers formats" sarif "$(in_bash scan --format s)"
check "bash offers kinds of targets" docker-archive: "$(in_bash scan docker-)"
check "bash knows each verb's options" --from "$(in_bash db --f)"

if command -v fish >/dev/null; then
	in_fish() {
		HOME=$WORK fish --no-config -c "plimsoll completion fish | source; complete -C '$1'" | cut -f 1
	}
	check "fish offers verbs" sbom "$(in_fish 'plimsoll s')"
	check "fish offers options" --platform "$(in_fish 'plimsoll scan --pl')"
else
	skipped=$((skipped + 1))
	echo "SKIP completion in fish: fish is not installed"
fi

if command -v zsh >/dev/null; then
	in_zsh() { # an interactive zsh in a pseudo terminal, its completion list as it stands on the screen
		zsh -f -c '
			zmodload zsh/zpty
			zpty -b z zsh -f -i
			zpty -w z "PS1=; TERM=dumb; autoload -U compinit; compinit -u -D; source <(plimsoll completion zsh)"
			zpty -w z "LISTMAX=10000; setopt NO_LIST_BEEP; zstyle \":completion:*\" list-prompt \"\"; echo re\"\"ady"
			while zpty -r z line; do [[ $line == *ready* ]] && break; done
			zpty -n -w z "$1"$'"'\t\t'"'
			sleep 2
			while zpty -r -t z line; do print -r -- "$line"; done
			zpty -d z' zsh "$1" | tr -d '\r' | sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g' | tr -s ' \t' '\n'
	}
	check "zsh offers verbs" compare "$(in_zsh 'plimsoll ')"
	check "zsh offers options" --ignore-unfixed "$(in_zsh 'plimsoll scan --i')"
else
	skipped=$((skipped + 1))
	echo "SKIP completion in zsh: zsh is not installed"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
