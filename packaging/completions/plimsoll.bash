# bash completion for plimsoll: verbs and options are asked of the program itself
_plimsoll_values() { # the words that an option's kind of value may have
	case $1 in
	FORMAT) echo "@FORMATS@" ;;
	SEVERITY | LIST) echo "critical high medium low negligible unknown" ;;
	OS/ARCH) echo "linux/amd64 linux/arm64 linux/arm/v7 linux/386 linux/ppc64le linux/riscv64 linux/s390x windows/amd64" ;;
	esac
}

_plimsoll() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} name value
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$(plimsoll help --list 2>/dev/null | cut -f 1)" -- "$cur")
		return
	fi
	if [[ $prev == --* && $prev != *=* ]]; then
		while IFS=$'\t' read -r name value _; do
			[[ $name == "$prev" && -n $value ]] || continue
			if [[ $value == FILE ]]; then
				mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			elif [[ $value == DIR ]]; then
				mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			else
				mapfile -t COMPREPLY < <(compgen -W "$(_plimsoll_values "$value")" -- "$cur")
			fi
			return
		done < <(plimsoll "$verb" --list-options 2>/dev/null | sed 's/\t\t/\t \t/')
	fi
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(plimsoll "$verb" --list-options 2>/dev/null | cut -f 1)" -- "$cur")
	elif [[ $verb == completion ]]; then
		mapfile -t COMPREPLY < <(compgen -W "bash zsh fish" -- "$cur")
	elif [[ $prev == : || $cur == */* || $cur == .* ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames
	else
		mapfile -t COMPREPLY < <(compgen -W "docker: podman: containerd: docker-archive: oci: oci-archive: dir: sbom:" -- "$cur")
		compopt -o nospace
	fi
}
complete -F _plimsoll plimsoll
