"""Lets each tool come to S3 once, in one process: our client, aws, DVC. Prints the `try:` line.

Run in a checkout. PATIENCE: our client's, in seconds, for places
where nobody answers.
"""

from __future__ import annotations

import os
import shlex
import sys

sys.path.insert(0, os.path.abspath("scripts"))

from registry import entries
from registry.errors import RegistryError
from registry.raw import dvc
from registry.remote import aws_command
from registry.remote.session import Session
from registry.transfer import aws


def main() -> None:
    session = Session.open()
    session.client.patience = float(os.environ.get("PATIENCE", session.client.patience))
    url = shlex.quote(session.remote.url + "/")
    print(aws_command.of(session.remote, f"s3 ls {url}"), flush=True)
    for visit in (_ours, _aws, _dvc):
        try:
            visit(session)
        except RegistryError as error:
            print(f"{visit.__name__}: {error}", file=sys.stderr)


def _ours(session: Session) -> None:
    list(session.client.list(session.remote.key("")))


def _aws(session: Session) -> None:
    aws.run(session, ["ls", session.remote.url + "/"], 0, lambda _: None)


def _dvc(session: Session) -> None:
    dvc.run(entries.ROOT, "push", "raw_datasets/base.dvc")


if __name__ == "__main__":
    main()
