#!/usr/bin/env bash
# An archived object (GLACIER) that was restored can be read, but `aws s3 sync` of the folder still skips
# it, exit 2, and says that it has to be restored. Only a listing is asked, which holds the class and not
# the restore; `aws s3 cp` of the one key asks with HEAD and brings it. `--ignore-glacier-warnings` makes
# of it exit 0 with nothing brought; `--force-glacier-transfer` is what brings it.
#
# Seen with awscli 1.46.3 and moto 5.2.5, where a restore is done at once:
#   head-object: ongoing-request="false"; get-object: the bytes
#   sync                            2, nothing ("You must restore the object")
#   sync --ignore-glacier-warnings  0, nothing
#   sync --force-glacier-transfer   0, the bytes
#   cp of the key                   0, the bytes
set -euo pipefail
work=$(mktemp -d)
pid=
end() { [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"; }
trap end EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q 'awscli==1.46.3' 'moto[server]==5.2.5'
unset "${!AWS_@}"
export HOME=$work AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=us-east-1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export AWS_ENDPOINT_URL="http://127.0.0.1:$port"
venv/bin/moto_server -H 127.0.0.1 -p "$port" >moto.log 2>&1 &
pid=$!
aws() { venv/bin/aws "$@"; }
for _ in $(seq 60); do aws s3 ls >start.log 2>&1 && break; sleep 0.3; done
aws s3 mb s3://bucket >made.log
echo bytes >file
aws s3 cp file s3://bucket/data/old.txt --storage-class GLACIER --only-show-errors
aws s3api restore-object --bucket bucket --key data/old.txt --restore-request Days=1
try() {                       # NAME command...: its exit code, and how many files the folder NAME then holds
    local name=$1 code=0
    shift
    mkdir "$name"
    aws "$@" >"$name.log" 2>&1 || code=$?
    echo "$name: exit $code, $(find "$name" -type f | wc -l) file" | tee -a seen
}
aws s3api head-object --bucket bucket --key data/old.txt --query Restore --output text | grep -o 'ongoing-request="false"'
aws s3api get-object --bucket bucket --key data/old.txt got >/dev/null
cmp file got
try sync s3 sync s3://bucket/data sync
try ignore s3 sync s3://bucket/data ignore --ignore-glacier-warnings
try force s3 sync s3://bucket/data force --force-glacier-transfer
try cp s3 cp s3://bucket/data/old.txt cp/
grep -o "You must restore the object" sync.log
diff seen - <<'EOF'
sync: exit 2, 0 file
ignore: exit 0, 0 file
force: exit 0, 1 file
cp: exit 0, 1 file
EOF
