#!/usr/bin/env bash
# `dvc checkout` does not remove an unsaved file without --force, nor an unsaved link, unless the link leads
# nowhere just now (a disk that is not mounted): then the link is gone, exit 0, no question. DVC's other
# commands do not agree about such a link either: `dvc status` of the whole repository ends with an error
# and says nothing of the other datasets; `dvc data status` says "modified"; `dvc add` says that the
# folder, which is there, is no such file. A .dvcignore in a dataset ends status, and checkout too.
#
# Seen with DVC 3.67.1, two datasets, of which `one` has something that was not added:
#                a file, a live link   a dead link                     .dvcignore
#   checkout     255, it stays         0, it is gone                   255, it stays
#   status       0                     255, unexpected error           255
#   data status  0, modified           0, modified                     0, modified
#   add one      0                     1, No such file: '.../one'      255
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q 'dvc==3.67.1'
export HOME=$work GIT_CONFIG_NOSYSTEM=1 DVC_NO_ANALYTICS=1
mkdir clean && cd clean
git init -q && ../venv/bin/dvc init -q
mkdir one two && echo 1 >one/file && echo 2 >two/file
../venv/bin/dvc add -q one two
cd ..
echo bytes that no cache has >elsewhere
put_file() { echo new >one/extra; }
put_live_link() { ln -s ../../elsewhere one/extra; }
put_dead_link() { ln -s nowhere one/extra; }
put_dvcignore() { echo '*.log' >one/.dvcignore; }
try() {                       # KIND command...: in a copy with KIND of extra, the exit code and what came of it
    local kind=$1 code=0
    shift
    rm -rf copy && cp -a clean copy && cd copy
    "put_$kind"
    ../venv/bin/dvc "$@" >../out 2>&1 || code=$?
    echo "$kind, $*: $code $(grep -oE "modified:|unexpected error|No such file or directory: '.*/one'" ../out | sed "s|'.*/|'|" | paste -sd' ')" \
        "$([ "$(find one | wc -l)" = 3 ] && echo stays || echo gone)"
    cd ..
}
for kind in file live_link dead_link dvcignore; do
    try "$kind" checkout
    try "$kind" status
    try "$kind" data status
    try "$kind" add one
done | tee seen
diff seen - <<'EOF'
file, checkout: 255  stays
file, status: 0 modified: stays
file, data status: 0 modified: stays
file, add one: 0  stays
live_link, checkout: 255  stays
live_link, status: 0 modified: stays
live_link, data status: 0 modified: stays
live_link, add one: 0  stays
dead_link, checkout: 0  gone
dead_link, status: 255 unexpected error stays
dead_link, data status: 0 modified: stays
dead_link, add one: 1 No such file or directory: 'one' stays
dvcignore, checkout: 255  stays
dvcignore, status: 255  stays
dvcignore, data status: 0 modified: stays
dvcignore, add one: 255  stays
EOF
