"""Reads AWS's own settings, from the environment and `~/.aws`, by the rules of the aws command.

Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
By hand, since botocore takes ten times longer to start than all the rest of a quiet run.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from registry.remote import ini
from registry.remote.ini import Pairs, Sections

# Where Linux distributions and macOS keep the certificates that this machine trusts.
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


class AwsSettings(NamedTuple):
    """What AWS's settings say for one profile: `options` are the profile's, of both files.

    `named` is the profile that DVC's config names; `profile` the one in force, maybe "default".
    """

    config_file: str
    credentials_file: str
    named: str
    config: Sections
    keys: Sections

    def __repr__(self) -> str:
        return f"AwsSettings({self.config_file}, {self.credentials_file})"  # never the keys

    @classmethod
    def read(cls, profile: str = "", config: str = "", credentials: str = "") -> AwsSettings:
        """`config`, `credentials`: the files to read, if not the usual ones.

        Raises Unreachable, with the line, for a file that is none of AWS's.
        """
        config = config or _path("AWS_CONFIG_FILE", "~/.aws/config")
        credentials = credentials or _path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
        return cls(config, credentials, profile, ini.read(config), ini.read(credentials))

    @property
    def profile(self) -> str:
        return self.named or usual_profile() or "default"

    @property
    def options(self) -> dict[str, str]:
        """The profile's settings; those of the credentials file win, as they do in botocore."""
        return {**self.section("profile", self.profile), **self.keys.get(self.profile, {})}

    @property
    def is_known(self) -> bool:
        """Whether one of the files has the profile."""
        return self.profile in self.keys or bool(self.section_name("profile", self.profile))

    def section(self, kind: str, name: str) -> Pairs:
        return self.config.get(self.section_name(kind, name), {})

    def section_name(self, kind: str, name: str) -> str:
        """Return what the config file calls it: `profile x`, `profile "x y"`, `default`; or ""."""
        for section in self.config:
            words = ini.words(section)
            if words == [kind, name] or (name == "default" and words == ["default"]):
                return section
        return ""

    def nested(self, name: str, options: Pairs | None = None) -> dict[str, str]:
        """Return the indented settings below `name =`, such as those of `s3`."""
        text = (self.options if options is None else options).get(name, "")
        pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
        return {key.strip(): value.strip() for key, _, value in pairs}

    @property
    def endpoint(self) -> str:
        """The endpoint that is set for S3; "" for Amazon's own."""
        if is_true(os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) or (
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" not in os.environ
            and is_true(self.options.get("ignore_configured_endpoint_urls"))
        ):
            return ""
        services = self.section("services", self.options.get("services", ""))
        return _first(
            os.environ.get("AWS_ENDPOINT_URL_S3"),
            os.environ.get("AWS_ENDPOINT_URL"),
            self.nested("s3", services).get("endpoint_url"),
            self.options.get("endpoint_url"),
        ).rstrip("/")

    @property
    def region(self) -> str:
        """The region that is set; "" where none is."""
        usual = os.environ.get("AWS_REGION"), os.environ.get("AWS_DEFAULT_REGION")
        return _first(*usual, self.options.get("region"))

    @property
    def ca_bundle(self) -> str:
        """The file of the certificates to trust that was set for AWS or for this machine's user."""
        set_for_aws = os.environ.get("AWS_CA_BUNDLE"), self.options.get("ca_bundle")
        usual = (os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"))
        return os.path.expanduser(_first(*set_for_aws, *usual))

    @property
    def addressing_style(self) -> str:
        """`path`, `virtual` or `auto`: whether the bucket is in the path or in the host's name."""
        return self.nested("s3").get("addressing_style", "auto")

    def is_set(self, variable: str) -> bool:
        """Return whether `AWS_<VARIABLE>` or the profile's setting of the same name is true."""
        value = os.environ.get(f"AWS_{variable.upper()}", self.options.get(variable))
        return is_true(value)

    def says(self, variable: str) -> str:
        """Return the value of `AWS_<VARIABLE>` or of the profile's setting of the same name."""
        return _first(os.environ.get(f"AWS_{variable.upper()}"), self.options.get(variable))


def usual_profile() -> str:
    """Return the profile that the environment names, in botocore's order; "" for none."""
    return _first(os.environ.get("AWS_DEFAULT_PROFILE"), os.environ.get("AWS_PROFILE"))


def usual_bundle() -> str:
    """Return the certificates that this machine trusts, or those that botocore would."""
    usual = next((path for path in SYSTEM_BUNDLES if os.path.exists(path)), "")
    if usual:
        return usual
    import certifi

    return certifi.where()


def is_true(value: str | None) -> bool:
    """As botocore reads it: everything but `true` is false."""
    return (value or "").strip().lower() == "true"


def _first(*values: str | None) -> str:
    return next((value for value in values if value), "")


def _path(variable: str, default: str) -> str:
    return os.path.expanduser(os.environ.get(variable) or default)
