#!/usr/bin/env bash
# aws installed below a folder whose name holds `$NAME` of a variable that is set does not start: the
# botocore it brings expands variables in the path of its own data. Found with a clone that a person
# had in a folder called `$HOME`, made by a quoting mistake.
#
# Seen with awscli 1.46.3 on Python 3.11, `aws --version`:
#   in a folder `plain`:  exit 0
#   in a folder `$HOME`:  DataNotFoundError: Unable to load data for: cli
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
version() { # version <folder>: the exit code of aws from a set-up in there, and what it said
  mkdir "$1"
  python3 -m venv "$1/venv"
  "$1/venv/bin/python" -m pip install -q awscli==1.46.3
  code=0
  said=$("$1/venv/bin/python" -m awscli --version 2>&1) || code=$?
  printf 'exit %s: %s\n' "$code" "$(tail -n 1 <<<"$said")"
}
plain=$(version plain) odd=$(version '$HOME')
echo "plain: $plain"
echo "\$HOME: $odd"
[[ $plain == "exit 0: aws-cli/1.46.3"* ]]
[[ $odd == *"Unable to load data for: cli"* ]]
echo "as it was seen"
