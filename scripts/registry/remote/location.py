"""Names the place of the registry and the way there: one decision, for us and every child."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from registry.entries import Entry
from registry.remote import aws_settings
from registry.remote.aws_settings import AwsSettings

EMBEDDED = "embedded"  # the remote of a fresh clone: a store on this machine
DVC_FOLDER = "raw_datasets_dvc_cache"  # DVC's part; the registry's base is its parent
MARKERS = ".registry"
CONTENT_LISTS = (
    f"{MARKERS}/versions"  # after all sections by name, so that markers are listed first
)
LOG = f"{MARKERS}/versions_log"
TRASH = ".registry_trash"
KEPT_BYTES = f"{TRASH}/kept"
GUESS = "us-east-1"  # the region to sign for until a bucket says where it is
NO, YES = ("false", "no", "off", "0", "n"), ("true", "yes", "on", "1", "y")  # as DVC reads them


@dataclass(frozen=True)
class Remote:
    """An S3 place: `s3://bucket/base`, and how to get in. Empty strings mean "not set".

    The fields are what DVC's config says; what it leaves open, AWS's own settings say.
    """

    name: str
    bucket: str
    base: str
    endpoint: str = ""
    region: str = ""
    profile: str = ""
    credentials_file: str = ""
    config_file: str = ""
    ssl_verify: str = ""  # `false`, or a file of certificates to trust
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    is_anonymous: bool = False
    sse: str = ""
    sse_kms_key_id: str = ""

    @cached_property
    def aws(self) -> AwsSettings:
        """AWS's settings for the profile in force. Raises Unreachable for a broken file."""
        return AwsSettings.read(self.profile, self.config_file, self.credentials_file)

    @property
    def url(self) -> str:
        """`s3://bucket/base`, without a slash at the end."""
        return f"s3://{self.bucket}/{self.base}".rstrip("/")

    @property
    def address(self) -> str:
        """The endpoint to talk to: the config's, or the one that aws takes; "" for Amazon's."""
        return (self.endpoint or self.aws.endpoint).rstrip("/")

    @property
    def set_region(self) -> str:
        """The region that is set, wherever; "" where none is."""
        return self.region or self.aws.region

    @property
    def verifies(self) -> bool:
        """Whether certificates are checked."""
        return self.ssl_verify.lower() not in NO

    @property
    def ca_bundle(self) -> str:
        """The file of the certificates to trust that is set; "" for this machine's own."""
        if not self.verifies:
            return ""
        named = "" if self.ssl_verify.lower() in YES else self.ssl_verify
        return named or self.aws.ca_bundle

    @property
    def is_virtual(self) -> bool:
        """Whether the bucket is in the host's name: botocore's rule.

        No certificate covers a dotted bucket as a host name, and an IP address has no subdomain.
        """
        host = urlsplit(self.address).hostname or ""
        if "." in self.bucket or ":" in host or host.replace(".", "").isdigit():
            return False
        style = self.aws.addressing_style
        return style == "virtual" if self.address else style != "path"

    @property
    def has_few_checksums(self) -> bool:
        """Whether only checksums that S3 requires are sent: other stores often know no newer ones.

        A store that does not know them keeps their framing as part of the file.
        """
        said = self.aws.says("request_checksum_calculation").lower()
        return said == "when_required" if said else bool(self.address)

    @property
    def encryption(self) -> dict[str, str]:
        """The headers of each write that a bucket's policy may demand."""
        headers = {
            "x-amz-server-side-encryption": self.sse,
            "x-amz-server-side-encryption-aws-kms-key-id": self.sse_kms_key_id,
        }
        return {name: value for name, value in headers.items() if value}

    @property
    def identity(self) -> str:
        """Names the place itself, not the way in: what was verified here holds only for here."""
        return f"{self.address or 'aws'} {self.url}"

    def key(self, *parts: str) -> str:
        """The key below the base; a folder's ends with a slash when the last part is empty."""
        return "/".join([*filter(None, [self.base]), *parts])

    def prefix(self, entry: Entry) -> str:
        """Return where the entry's files are: `base/section/name/`."""
        return self.key(entry.section, entry.name, "")

    def marker(self, entry: Entry) -> str:
        return self.key(MARKERS, entry.section, entry.name + ".json")


def trusted(remote: Remote) -> str:
    """Return the file of the certificates that are trusted on the way to this remote."""
    return remote.ca_bundle or aws_settings.usual_bundle()
