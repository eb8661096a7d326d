#!/usr/bin/env bash
# `dvc pull` refuses to overwrite a tracked file that was edited and whose new bytes the cache does
# not hold. Not so for a file of `dvc import-url --no-download` (its `.dvc` file names no hash for
# the output yet): a file that a person has put in its place is "modified" in `dvc status`, and the
# next `dvc pull` fetches the source over it, exit 0, without a question, and keeps no copy.
#
# Seen with dvc 3.67.1:
#   an edited file of `dvc add`, dvc checkout:      exit 255, "unable to overwrite", the edit stays
#   a file in place of an import, dvc pull:         exit 0, "1 file modified", the edit is nowhere
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q dvc==3.67.1
export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR=$work/site HOME=$work
dvc=$work/venv/bin/dvc

mkdir source here
echo source >source/imported
cd here
"$dvc" init -q --no-scm
"$dvc" import-url -q --no-download "$work/source/imported"
echo mine >imported
"$dvc" status 2>/dev/null | grep modified
"$dvc" pull 2>/dev/null
echo "pull: exit 0; imported holds: $(cat imported)"
[ "$(cat imported)" = source ]
! grep -rqx mine .dvc/cache

echo first >added
"$dvc" add -q added
echo mine >added
code=0
"$dvc" checkout added.dvc >out 2>&1 </dev/null || code=$?
tail -n 1 out
echo "checkout of an edited file: exit $code; added holds: $(cat added)"
[ "$code" != 0 ] && [ "$(cat added)" = mine ]
