#!/bin/bash -p
# Brings this checkout up to date with S3: everything, or the entries you name.
#
# usage: ./pull.sh [section/name | name | section/ ...]
#
# Keeps what was changed here and not pushed. Variables: WITH=deps also pulls what they are made
# from, WITH=all their training results too; DRY_RUN=1 says what it would do; FULL=1 lists all of
# S3; TAKE=local keeps yours where both sides changed; DELETE=1 lets most of an entry go;
# ENGINE=aws has aws move the bytes, AWS=/path/to/aws names another one; CONNECTIONS=32 and
# LIMIT=50M (bytes a second) bound what this command takes.
# Exit code: 0 all done and verified, 1 something failed (run again), 2 wrong usage,
# 3 refused (a person must choose), 130 interrupted.
set -euo pipefail
CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
. scripts/environment.sh
if [ "${1:-}" = --help ]; then
  sed -n '/^#!/d; /^#/!q; s/^# \{0,1\}//p' "${BASH_SOURCE[0]##*/}"
  exit
fi

scripts/setup.sh
exec .venv/bin/python scripts/pull_entries.py --gated "$@"
