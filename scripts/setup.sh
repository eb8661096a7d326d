#!/bin/bash -p
# Makes .venv from the hash-pinned requirements: once, and again when they change.
#
# usage: scripts/setup.sh [dev]      (dev: with the tools of `make check` and `make test`)
#        PYTHON=/path/to/python3     the Python to make it from; default: python3
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/environment.sh

wanted="requirements${1:+-$1}.txt"
if [ -x .venv/bin/python ] && cmp -s "$wanted" ".venv/$wanted"; then
  exit 0
fi

need() { # need <command that proves it> <what is missing> <how to get it>
  bash -c "$1" >/dev/null 2>&1 && return
  echo "setup: $2 is missing: $3" >&2
  exit 1
}
export python="${PYTHON:-python3}"
need 'command -v git' 'git' 'install it (apt install git, or: brew install git)'
# shellcheck disable=SC2016  # $python is for the shell that `need` starts
{
need 'command -v "$python"' "$python" 'install Python 3.10 or newer, or name one: PYTHON=/path/to/python3'
need '"$python" -c "import sys; sys.exit(sys.version_info < (3, 10))"' 'Python 3.10 or newer' \
  "$python is $("$python" --version 2>&1); name a newer one: PYTHON=/path/to/python3"
need '"$python" -c "import venv, ensurepip"' "Python's venv module" \
  'install it (apt install python3-venv, or Python from python.org)'
}
exec "$python" scripts/make_venv.py "$wanted"
