#!/usr/bin/env bash
# The way it was done before this tool: dvc, then one plain `aws s3 sync` for each section.
#
# usage: original.sh push|pull s3://bucket/prefix      (in the checkout)
set -euo pipefail
verb=$1 base=$2

dvc "$verb" -q
for section in processed_datasets champion_models training_results; do
  there="$base/$section/"
  rules=(--exclude '*.card.md' --exclude .gitignore --only-show-errors)
  if [ "$verb" = push ]; then
    aws s3 sync "$section/" "$there" "${rules[@]}"
  else
    aws s3 sync "$there" "$section/" "${rules[@]}"
  fi
done
