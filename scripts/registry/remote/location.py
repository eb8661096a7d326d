"""Names the place of the registry: its url, endpoint, region and profile."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from registry.entries import Entry

EMBEDDED = "embedded"  # the remote of a fresh clone: a store on this machine
DVC_FOLDER = "raw_datasets_dvc_cache"  # DVC's part; the registry's base is its parent
MARKERS = ".registry"
TRASH = ".registry_trash"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Remote:
    """An S3 place: `s3://bucket/base`, and how to get in. Empty strings mean "not set"."""

    name: str
    bucket: str
    base: str
    endpoint: str = ""
    region: str = ""
    profile: str = ""
    credentials_file: str = ""

    @property
    def url(self) -> str:
        """`s3://bucket/base`, without a slash at the end."""
        return f"s3://{self.bucket}/{self.base}".rstrip("/")

    @property
    def address(self) -> str:
        """The endpoint to talk to: the config's, or the one that aws takes; "" for Amazon's."""
        names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        usual = next((os.environ[name] for name in names if os.environ.get(name)), "")
        return (self.endpoint or usual).rstrip("/")

    @property
    def is_on_this_machine(self) -> bool:
        """Whether it is reached by loopback, as the embedded store is: no proxy leads there."""
        return urlsplit(self.address).hostname in LOOPBACK

    @property
    def options(self) -> str:
        """What `aws` needs on its command line to get there: " --endpoint-url … --profile …"."""
        import shlex

        named = {
            "--endpoint-url": self.address,
            "--profile": self.profile,
            "--region": self.region,
        }
        return "".join(
            f" {option} {shlex.quote(value)}" for option, value in named.items() if value
        )

    @property
    def identity(self) -> str:
        """Names the place itself, not the way in: what was verified here holds only for here."""
        return f"{self.address or 'aws'} {self.url}"

    def key(self, *parts: str) -> str:
        """The key below the base; a folder's ends with a slash when the last part is empty."""
        return "/".join([*filter(None, [self.base]), *parts])

    def prefix(self, entry: Entry) -> str:
        """Where the entry's files are: `base/section/name/`."""
        return self.key(entry.section, entry.name, "")

    def marker(self, entry: Entry) -> str:
        return self.key(MARKERS, entry.section, entry.name + ".json")
