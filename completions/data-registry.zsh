# Completion in zsh for make's commands and variables in a data registry, ./pull.sh and ./push.sh.
#
# In ~/.zshrc, after compinit:  source /path/to/data-registry/completions/data-registry.zsh
#
# Any other folder's Makefile is completed as before. Reads names only; starts no make and no Python.

_data_registry_entries() { # every entry as section/name, then each section/
  local section
  local -a found
  for section in raw_datasets processed_datasets champion_models training_results experiments; do
    found+=($section/*(N-/) $section/*.card.md(N:r:r) $section/*.dvc(N:r) $section/)
  done
  print -rl -- ${(u)found:#*/template}
}

_data_registry_values() { # what may stand after NAME=, one a line; nothing where any text will do
  sed -n "s/^$1 | \([^|]*\) | .*/\1/p" scripts/registry/variables.txt | tr ' ' '\n' |
    sed 's/^flag$/1/; /^text$/d; /^$/d' | sort -u
}

_data_registry_make() {
  if [[ ! -f Makefile || ! -f scripts/registry/sections.py ]]; then
    _make "$@"
    return
  fi
  local -a offered commands
  commands=(${(f)"$(sed -n 's/^\([a-z][a-z-]*\):.*## .*/\1/p' Makefile)"})
  case $PREFIX in
    DATASET=*) offered=(${(f)"$(_data_registry_entries)"}) ;;
    CMD=*) offered=($commands) ;;
    *=*)
      offered=(${(f)"$(_data_registry_values ${PREFIX%%=*})"})
      (( $#offered )) || { _files -P "${PREFIX%%=*}=" && return }
      ;;
    *)
      compadd -- $commands
      offered=(${(fu)"$(sed '/^#/d; s/ | .*//' scripts/registry/variables.txt)"})
      compadd -S '=' -q -- $offered
      return
      ;;
  esac
  compset -P '*='
  compadd -- $offered
}

_data_registry_scripts() {
  [[ -f scripts/registry/sections.py ]] || return 1
  compadd -- ${(f)"$(_data_registry_entries)"}
}

compdef _data_registry_make make gmake
compdef _data_registry_scripts pull.sh push.sh
