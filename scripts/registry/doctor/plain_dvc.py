"""Names what plain dvc knows and our commands do not: data they do not serve, settings."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from registry import pipelines
from registry.doctor.check import NOTE, Finding, Visit
from registry.remote import dvc_config
from registry.remote.location import YES

# Options of an S3 remote (dvc/config_schema.py of 3.67), and what plain dvc does by them.
OBEYED_BY_DVC = {
    "acl": "gives its objects rights of their own",
    "grant_read": "gives its objects rights of their own",
    "grant_read_acp": "gives its objects rights of their own",
    "grant_write_acp": "gives its objects rights of their own",
    "grant_full_control": "gives its objects rights of their own",
    "sse_customer_algorithm": "encrypts its objects by a key of yours",
    "sse_customer_key": "encrypts its objects by a key of yours",
    "use_ssl": "goes without TLS where no endpointurl is set",
    "version_aware": "keeps files by name, with the cloud's versions",
    "worktree": "keeps files by name, with the cloud's versions",
}


def plain_dvc(visit: Visit) -> Iterator[Finding]:
    """Data that only plain dvc serves, and settings that only it obeys."""
    if told := pipelines.note(visit.root):
        yield Finding(NOTE, "plain dvc", *told)
    remote, options = dvc_config.load(visit.root), dvc_config.options(visit.root)
    for name, what in OBEYED_BY_DVC.items():
        if _is_on(name, options.get(name, ""), remote.endpoint):
            text = f"{name} of remote '{remote.name}' is obeyed by plain dvc alone, which {what}"
            level = dvc_config.level(visit.root, name)
            words = f"{level}--unset {shlex.quote(remote.name)} {name}"
            cure = f"unless that is meant: .venv/bin/dvc remote modify {words}"
            yield Finding(NOTE, "plain dvc", text, cure)


def _is_on(name: str, value: str, endpoint: str) -> bool:
    if name == "use_ssl":
        return bool(value) and value.lower() not in YES and not endpoint
    if name in ("version_aware", "worktree"):
        return value.lower() in YES
    return bool(value)
