#!/usr/bin/env bash
# `cache.type reflink` and nothing behind it, on a disk that cannot clone files. `dvc add` says
# nothing and leaves the data in place, so the setting seems to serve. Whoever checks out then reads
# "missing files", and is asked whether the cache is up to date: the cache holds every byte, nothing
# was missing but a way to link. A hint above it speaks of cache types; it names no link that failed.
#
# Seen with dvc 3.67.1 on tmpfs, which has no reflinks:
#   add x:                             exit 0
#   checkout x.dvc, x removed:         exit 255, "missing-files", x is not there
#   the same with reflink,copy:        exit 0, x is there
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" "${disk:-}"' EXIT
disk=$(mktemp -d -p /dev/shm) # tmpfs: the outcome is not to depend on the disk below /tmp
cd "$work"
python3 -m venv venv
venv/bin/pip install -q dvc==3.67.1
export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR=$work/site HOME=$work
dvc=$work/venv/bin/dvc

cd "$disk"
! cp --reflink=always "$dvc" clone 2>/dev/null || { echo "this disk has reflinks: nothing to see"; exit 1; }
rm -f clone
"$dvc" init -q --no-scm
"$dvc" config cache.type reflink
echo data >x
"$dvc" add -q x
echo "add: exit 0"
rm x
code=0
"$dvc" checkout x.dvc >out 2>&1 || code=$?
echo "checkout, reflink alone: exit $code"
grep -e 'missing-files' -e 'cache up to date' out
[ "$code" = 255 ] && [ ! -e x ]
[ "$(cat .dvc/cache/files/md5/*/*)" = data ]
echo "the cache holds the bytes"
"$dvc" config cache.type reflink,copy
"$dvc" checkout -q x.dvc
[ "$(cat x)" = data ]
echo "checkout, reflink,copy: exit 0"
