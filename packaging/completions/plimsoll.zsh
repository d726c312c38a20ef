#compdef plimsoll
# zsh completion for plimsoll: verbs and options are asked of the program itself
_plimsoll() {
	local -a verbs options
	local name value about
	if ((CURRENT == 2)); then
		while IFS=$'\t' read -r name about; do
			verbs+=("$name:$about")
		done < <(plimsoll help --list 2>/dev/null)
		_describe 'command' verbs
		return
	fi
	while IFS=$'\t' read -r name value about; do
		[[ -n $name ]] || continue
		if [[ $words[CURRENT-1] == $name && $value != ' ' ]]; then
			case $value in
			FILE) _files ;;
			DIR) _files -/ ;;
			FORMAT) compadd @FORMATS@ ;;
			SEVERITY | LIST) compadd critical high medium low negligible unknown ;;
			*) _message "$value" ;;
			esac
			return
		fi
		options+=("$name:$about")
	done < <(plimsoll $words[2] --list-options 2>/dev/null | sed $'s/\t\t/\t \t/')
	if [[ $words[CURRENT] == -* ]]; then
		_describe 'option' options
	elif [[ $words[2] == completion ]]; then
		compadd bash zsh fish
	else
		compadd -S '' docker: podman: containerd: docker-archive: oci: oci-archive: dir: sbom:
		_files
	fi
}
compdef _plimsoll plimsoll 2>/dev/null || _plimsoll "$@"
