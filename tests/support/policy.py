"""What a bucket's policy asks of each request: its actions, and the rule that it needs these.

    deny(anna.proxy, "s3:ListBucketVersions")

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from support.fault_proxy import FaultProxy, Request

OF_BUCKET = {"versions": "ListBucketVersions", "versioning": "GetBucketVersioning",
             "encryption": "GetEncryptionConfiguration", "location": "GetBucketLocation",
             "uploads": "ListBucketMultipartUploads", "policy": "GetBucketPolicy",
             "acl": "GetBucketAcl"}  # fmt: skip
REFUSAL = (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>"
           b"<Message>no policy allows it</Message></Error>")  # fmt: skip


def actions(request: Request) -> set[str]:
    """Such as {"s3:PutObject", "s3:GetObject"} for a copy."""
    path, _, query = request.path.partition("?")
    asked = parse_qs(query, keep_blank_values=True)
    if not path.strip("/").partition("/")[2]:
        named = {name for word, name in OF_BUCKET.items() if word in asked}
        return {f"s3:{name}" for name in named or {_of_bucket(request, asked)}}
    return {f"s3:{name}" for name in _of_object(request, asked)}


def _of_bucket(request: Request, asked: dict[str, list[str]]) -> str:
    return "DeleteObject" if "delete" in asked else "ListBucket"


def _of_object(request: Request, asked: dict[str, list[str]]) -> set[str]:
    get = "GetObjectVersion" if "versionId" in asked else "GetObject"
    if request.method in ("GET", "HEAD"):
        return {get}
    if request.method == "DELETE":
        return {"AbortMultipartUpload" if "uploadId" in asked else "DeleteObject"}
    source = request.headers.get("x-amz-copy-source", "")
    of_source = {"GetObjectVersion" if "versionId=" in source else "GetObject"} if source else set()
    return {"PutObject"} | of_source


def deny(
    proxy: FaultProxy, *names: str, unless: Callable[[Request], bool] = lambda r: False
) -> list[str]:
    """Refuse what needs one of these, `unless` a condition of the policy holds; what was refused,
    as it comes in."""
    refused: list[str] = []

    def judge(request: Request) -> tuple[int, bytes] | None:
        if not actions(request) & {*names} or unless(request):
            return None
        refused.append(f"{request.method} {request.path}")
        return 403, REFUSAL

    proxy.when().before = judge
    return refused


def is_below(base: str) -> Callable[[Request], bool]:
    """The condition `s3:prefix` of a policy: only what is asked below this."""

    def holds(request: Request) -> bool:
        asked = parse_qs(request.path.partition("?")[2], keep_blank_values=True)
        return asked.get("prefix", [""])[0].startswith(base)

    return holds


def is_encrypted(request: Request) -> bool:
    """The condition `s3:x-amz-server-side-encryption`: of a part it was said at the beginning."""
    asked = parse_qs(request.path.partition("?")[2], keep_blank_values=True)
    is_begun = "uploadId" in asked
    return is_begun or request.headers.get("x-amz-server-side-encryption") == "aws:kms"
