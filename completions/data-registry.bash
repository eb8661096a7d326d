# Completion in bash for make's commands and variables in a data registry, ./pull.sh and ./push.sh.
#
# In ~/.bashrc:  source /path/to/data-registry/completions/data-registry.bash
#
# Any other folder's Makefile is completed as before. Reads names only; starts no make and no Python.

_data_registry_is_here() { [ -f Makefile ] && [ -f scripts/registry/sections.py ]; }

_data_registry_commands() { sed -n 's/^\([a-z][a-z-]*\):.*## .*/\1/p' Makefile; }

_data_registry_table() { sed '/^#/d' scripts/registry/variables.txt; } # name | values | commands | …

_data_registry_variables() { _data_registry_table | sed 's/ | .*//' | awk '!seen[$0]++'; }

_data_registry_entries() { # every entry as section/name, then each section/
  local path section
  for section in raw_datasets processed_datasets champion_models training_results experiments; do
    for path in "$section"/*/ "$section"/*.card.md "$section"/*.dvc; do
      [ -e "$path" ] || continue
      path=${path%/} path=${path%.card.md} path=${path%.dvc}
      [ "$path" = "$section/template" ] || echo "$path"
    done | sort -u
    echo "$section/"
  done
}

_data_registry_values() { # what may stand after NAME=
  case $1 in
    DATASET) _data_registry_entries ;;
    CMD) _data_registry_commands ;;
    *[!A-Z_]* | '') ;;
    *)
      _data_registry_table | sed -n "s/^$1 | \([^|]*\) | .*/\1/p" | tr ' ' '\n' |
        sed 's/^flag$/1/; /^text$/d; /^$/d' | sort -u
      ;;
  esac
}

_data_registry_fill() { # _data_registry_fill <typed>: COMPREPLY from the lines on stdin
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in "$1"*) COMPREPLY+=("$line") ;; esac
  done
}

_data_registry_make() {
  if ! _data_registry_is_here; then
    _data_registry_others "$@"
    return
  fi
  # bash splits words at "=", so the variable is one or two words back.
  local typed=${COMP_WORDS[COMP_CWORD]} before='' name=''
  [ "$COMP_CWORD" -gt 0 ] && before=${COMP_WORDS[COMP_CWORD - 1]}
  if [ "$typed" = '=' ]; then
    name=$before typed=''
  elif [ "$before" = '=' ] && [ "$COMP_CWORD" -gt 1 ]; then
    name=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [ -n "$name" ]; then
    _data_registry_fill "$typed" < <(_data_registry_values "$name")
  else
    _data_registry_fill "$typed" < <(
      _data_registry_commands
      _data_registry_variables | sed 's/$/=/'
    )
    case ${COMPREPLY[0]:-} in *=) type compopt >/dev/null 2>&1 && compopt -o nospace 2>/dev/null ;; esac
  fi
}

_data_registry_others() { # what completed make before, if anything did
  if ! declare -F _make >/dev/null && declare -F _completion_loader >/dev/null; then
    _completion_loader make
    complete -o bashdefault -o default -F _data_registry_make make # the loader took our place
  fi
  if declare -F _make >/dev/null; then _make "$@"; else COMPREPLY=(); fi
}

_data_registry_scripts() {
  COMPREPLY=()
  if _data_registry_is_here; then
    _data_registry_fill "${COMP_WORDS[COMP_CWORD]}" < <(_data_registry_entries)
  fi
}

complete -o bashdefault -o default -F _data_registry_make make
complete -o bashdefault -o default -F _data_registry_scripts pull.sh push.sh ./pull.sh ./push.sh
