#!/usr/bin/env python3
"""Build the static site of the registry: a page per entry, search, lineage.

usage: build_catalog.py [--out=FOLDER] [--url=ADDRESS] [--status] [--offline]
                        [--public]

Made from the cards, Git's history, and the markers in S3 if it can be asked (else without sizes
and pushes, and the pages say so). Opens from disk, needs no server and no network; publish the
folder as it is. Exit code 0 when it is built, 2 for wrong usage, 3 when FOLDER holds other files.

  OUT=FOLDER    where to; default _site. What is there is replaced, if it is such a site
  URL=ADDRESS   where it will be published, https://…/: for the sitemap and the feed
  STATUS=1      also show what is on this machine
  OFFLINE=1     do not ask S3
  PUBLIC=1      of the public mirror that public.yml names: what it offers, and nothing else
"""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from registry import console
from registry.entries import ROOT
from registry.errors import RegistryError, UsageError

if TYPE_CHECKING:
    from catalog.collect import Collection

ADDRESS = re.compile(r"https?://[^\s/?#\"'<>]+(?:/[^\s?#\"'<>]*)?")


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    base = _address(args.url)
    need_packages()
    from catalog import collect, output, site

    place = (ROOT / args.out).absolute()
    output.refuse_others(place)
    found = public_only(args) if args.public else collect.collect(ROOT, args.offline, args.status)
    try:
        with output.replacing(place) as folder:
            site.write(found, folder, base)
    except OSError as error:
        raise RegistryError(f"{error.filename or place}: {error.strerror}") from None
    tell(args.out, found.offline, base)
    print(place / "index.html")
    return 0


def public_only(args: argparse.Namespace) -> Collection:
    """What the mirror that public.yml names offers. Raises UsageError without its address."""
    from catalog import public
    from registry.publish import allowlist

    if args.status or args.offline:
        raise UsageError("PUBLIC=1 shows what the mirror has: leave STATUS and OFFLINE out")
    url = allowlist.read(ROOT).url
    if not url:
        raise UsageError(
            "public.yml has no url, where readers find the mirror: add `url: https://…`"
        )
    return public.collect(ROOT, url)


def need_packages() -> None:
    """Raises RegistryError with the command that installs what only the catalog needs."""
    try:
        import jinja2  # noqa: F401
        import nh3  # noqa: F401
    except ImportError:
        raise RegistryError(
            "its packages are not installed: run it by `make catalog`, or scripts/setup.sh catalog"
        ) from None


def tell(out: str, offline: str, base: str) -> None:
    if offline:
        console.say(f"catalog: without sizes and pushes, for S3 could not be asked: {offline}")
    if not base:
        console.say("catalog: no sitemap, since it must name addresses: URL=https://… makes one")
    console.say(f"catalog: built {out}; open it in a browser:")


def _address(url: str) -> str:
    """The address with a slash at its end, or "". Raises UsageError."""
    if url and not ADDRESS.fullmatch(url):
        raise UsageError(f"URL={url!r}: write where the site will be, URL=https://…/")
    return url.rstrip("/") + "/" if url else ""


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build_catalog.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", default="_site", metavar="FOLDER")
    parser.add_argument("--url", default="", metavar="ADDRESS")
    parser.add_argument("--status", action="store_true")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--public", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "catalog"))
