#!/usr/bin/env bash
# DVC with an S3 remote and `verify = true`: an object that somebody overwrote with other bytes is
# "in sync" for `dvc status -c` and "up to date" for `dvc push`, so nobody learns of it, and no push
# mends it, until a checkout with an empty cache pulls and fails. On a remote that is a local folder
# the same `dvc push` sends the object again.
#
# Seen with dvc 3.67.1, dvc-s3 3.3.0 and moto 5.2.5 as the server:
#   status -c: "Cache and remote 'r' are in sync."      (exit 0)
#   push:      "Everything is up to date."              (exit 0)
#   pull:      "failed to pull data from the cloud"     (exit 1, in a clone with an empty cache)
# and with a folder as the remote:
#   push:      "1 file pushed"
set -euo pipefail
work=$(mktemp -d)
server=
end() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap end EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q 'dvc[s3]==3.67.1' 'dvc-s3==3.3.0' 'moto[server]==5.2.5'
bin=$work/venv/bin
export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR=$work/site HOME=$work AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=us-east-1
port=$("$bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$bin/moto_server" -H 127.0.0.1 -p "$port" >server.log 2>&1 &
server=$!
s3() { # s3 <python expression over the client `c`>
  "$bin/python" -c "import boto3; c = boto3.client('s3', endpoint_url='http://127.0.0.1:$port'); $1"
}
for _ in $(seq 50); do s3 'c.list_buckets()' 2>/dev/null && break; sleep 0.2; done
s3 'c.create_bucket(Bucket="bucket")'

begin() { # begin <folder> <url>: a DVC project with one pushed file, and its remote `r`
  mkdir "$1"; cd "$1"
  "$bin/dvc" init -q --no-scm
  echo right >file.txt
  "$bin/dvc" add -q file.txt
  "$bin/dvc" remote add -q -d r "$2"
  "$bin/dvc" remote modify r verify true
  case $2 in s3:*) "$bin/dvc" remote modify r endpointurl "http://127.0.0.1:$port" ;; esac
  "$bin/dvc" push -q
}
md5=$(echo right | md5sum | cut -d' ' -f1)
key=files/md5/${md5:0:2}/${md5:2}

begin on-s3 s3://bucket/remote
s3 "c.put_object(Bucket='bucket', Key='remote/$key', Body=b'wrong')"
status=$("$bin/dvc" status -c); echo "status -c: $status"
push=$("$bin/dvc" push); echo "push: $push"
rm -rf .dvc/cache .dvc/tmp file.txt
code=0; "$bin/dvc" pull >pull.log 2>&1 || code=$?; echo "pull with an empty cache: exit $code"
[ "$status" = "Cache and remote 'r' are in sync." ]
[ "$push" = "Everything is up to date." ]
[ "$code" != 0 ] && [ ! -e file.txt ]

cd "$work"
begin on-disk "$work/folder"
chmod u+w "$work/folder/$key"
echo wrong >"$work/folder/$key"
push=$("$bin/dvc" push); echo "push to a folder: $push"
[ "$push" = "1 file pushed" ]
echo "as it was seen"
