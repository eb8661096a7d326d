#!/usr/bin/env bash
# A folder tracked with `dvc import-url --no-download`, whose source is there: the first `dvc pull`
# fails ("missing files"). The second one prints "A x/", exits 0, and x/ is empty: nothing came, and
# nothing says so. What tells the two apart is .dvc/cache/fs/local/<hash>, an empty folder that the
# first pull left behind: without it the next pull fails again.
#
# Seen with dvc 3.67.1, each pull with a site cache of its own:
#   pull x.dvc:        exit 1, no x/
#   pull x.dvc again:  exit 0, "A x/", and no file in it
#   pull x.dvc without x/ and .dvc/cache/fs:  exit 1, no x/
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q dvc==3.67.1
export DVC_NO_ANALYTICS=1 HOME=$work
dvc=$work/venv/bin/dvc

mkdir source here
echo 1 >source/a
echo 2 >source/b
cd here
DVC_SITE_CACHE_DIR=$work/site "$dvc" init -q --no-scm
DVC_SITE_CACHE_DIR=$work/site "$dvc" import-url -q --no-download "$work/source" x

pulled() { # pulled <site cache>: the exit code of `dvc pull`, its line for x/, and what x/ is then
  local code=0
  DVC_SITE_CACHE_DIR=$work/$1 "$dvc" pull x.dvc >"$work/log" 2>&1 || code=$?
  local line
  line=$(grep -o '^A .*' "$work/log" | tr -s '\t ' ' ' || true)
  if [ -d x ]; then echo "$code, $line, $(ls x | wc -l | tr -d ' ') files in x/"; else echo "$code, no x/"; fi
}
first=$(pulled one) second=$(pulled two)
left=$(find .dvc/cache -mindepth 1 -type f | wc -l | tr -d ' ')
rm -r x .dvc/cache/fs
anew=$(pulled three)
printf '%s\n' "first   $first" "second  $second" "files in the cache  $left" "without .dvc/cache/fs  $anew"
[ "$first" = "1, no x/" ] && [ "$second" = "0, A x/, 0 files in x/" ] && [ "$left" = 0 ]
[ "$anew" = "1, no x/" ]
echo "as it was seen"
