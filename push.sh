#!/bin/bash -p
# Sends what was changed here to S3: everything, or the entries you name.
#
# usage: ./push.sh [section/name | name | section/ ...]
#
# Overwrites nothing in S3 that was not seen here. Variables: DRY_RUN=1 says what it would do;
# FULL=1 lists all of S3; TAKE=local lets yours win where both changed; DELETE=1 lets most of an
# entry go; ENGINE=aws has aws move the bytes, AWS=/path/to/aws names another one; CONNECTIONS=32 and
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
py=.venv/bin/python
mkdir -p .registry
exec 9>>.registry/lock # held by every step, until the last of them is gone
export REGISTRY_LOCK_FD=9

status=0
note() { # note [code]: remember the worst: a failure (1) outranks a refusal (3)
  code=$?
  [ "$code" != 130 ] || exit 130
  [ "$status" = 1 ] || status=${1:-$code}
}

# Gates: names, cards, the way to S3, what changed here, and the rules of experiments/.
todo=$("$py" scripts/select_entries.py push "$@") || note
[ "$status" = 0 ] || [ "$status" = 3 ] || exit "$status"
if [ -n "$todo" ]; then "$py" scripts/check_experiments.py --quiet || note 3; fi

# Effects: one entry's failure does not stop the others.
if [ -n "$todo" ]; then "$py" scripts/push_entries.py - <<<"$todo" || note; fi
if [ -n "$todo" ]; then "$py" scripts/list_uncommitted.py || note; fi

[ "$status" = 0 ] || echo "push: not everything was done (exit code $status), see above" >&2
exit "$status"
