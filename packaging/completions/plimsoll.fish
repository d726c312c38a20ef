# fish completion for plimsoll: verbs and options are asked of the program itself
function __plimsoll_verb
	set -l words (commandline -opc)
	test (count $words) -ge 2; and echo $words[2]
end

function __plimsoll_options
	set -l verb (__plimsoll_verb)
	test -n "$verb"; and plimsoll $verb --list-options 2>/dev/null | string replace -r '^([^\t]*)\t[^\t]*\t' '$1\t'
end

complete -c plimsoll -f
complete -c plimsoll -n 'not __plimsoll_verb' -a '(plimsoll help --list 2>/dev/null)'
complete -c plimsoll -n '__plimsoll_verb; and string match -q -- "-*" (commandline -ct)' -a '(__plimsoll_options)'
complete -c plimsoll -n 'contains -- (__plimsoll_verb) scan sbom; and string match -qr -- "--format|-f" (commandline -opc)[-1]' -a '@FORMATS@'
complete -c plimsoll -n 'contains -- (__plimsoll_verb) scan; and string match -qr -- "--severity|--fail-on|-s" (commandline -opc)[-1]' -a 'critical high medium low negligible unknown'
complete -c plimsoll -n 'contains -- (__plimsoll_verb) scan sbom' -F -a 'docker: podman: containerd: docker-archive: oci: oci-archive: dir: sbom:'
complete -c plimsoll -n 'contains -- (__plimsoll_verb) completion' -a 'bash zsh fish'
