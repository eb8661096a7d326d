#!/usr/bin/env bash
# A folder tracked with `dvc import-url --no-download`, in another clone: `dvc pull` finds nothing
# (nobody has the bytes in a cache yet) and says so. `dvc update` then brings files and cache, all
# good. The next `dvc checkout` removes the files and fails: the index of the folder, made empty
# handed by the pull, lies in the site cache under the folder's hash and is believed. With a fresh
# DVC_SITE_CACHE_DIR the same checkout brings them back.
#
# Seen with dvc 3.67.1:
#   pull x.dvc:      exit 1, missing files
#   update x.dvc:    exit 0, x/a and x/b are there
#   checkout x.dvc:  exit 255, missing files; x/a and x/b are gone, the cache holds both
#   checkout x.dvc with a fresh DVC_SITE_CACHE_DIR: exit 0, both are there
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q dvc==3.67.1
export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR=$work/site HOME=$work
dvc=$work/venv/bin/dvc

mkdir source here
echo 1 >source/a
echo 2 >source/b
(cd here && "$dvc" init -q --no-scm && "$dvc" import-url -q --no-download "$work/source" x)
cp -R here there
rm -rf there/.dvc/tmp
cd there

says() { # says <words>: the exit code of `dvc <words>`, and what is in x/ then
  local code=0
  "$dvc" "$@" >"$work/log" 2>&1 || code=$?
  echo "$code: $(ls x 2>/dev/null | tr '\n' ' ')"
}
pull=$(says pull x.dvc) update=$(says update x.dvc) checkout=$(says checkout x.dvc)
cached=$(find .dvc/cache/files/md5 -type f ! -name '*.dir' | wc -l | tr -d ' ')
fresh=$(DVC_SITE_CACHE_DIR=$work/fresh says checkout x.dvc)
printf '%s\n' "pull      $pull" "update    $update" "checkout  $checkout" "cached    $cached" "fresh     $fresh"
[ "$pull" = "1: " ] && [ "$update" = "0: a b " ] && [ "$checkout" = "255: " ]
[ "$cached" = 2 ] && [ "$fresh" = "0: a b " ]
echo "as it was seen"
