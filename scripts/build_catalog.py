#!/usr/bin/env python3
"""Build the static site of the registry: a page per entry, search, lineage.

usage: build_catalog.py [--out=FOLDER] [--url=ADDRESS] [--title=TEXT] [--status] [--offline]
                        [--public] [--preview [entry ...]]

Made from the cards, Git's history, and the markers in S3 if it can be asked (else without sizes
and pushes, and the pages say so). Opens from disk, needs no server and no network; publish the
folder as it is. Exit code 0 when it is built, 2 for wrong usage, 3 when FOLDER holds other files.

  OUT=FOLDER    where to; default _site. What is there is replaced, if it is such a site
  URL=ADDRESS   where it will be published, https://…/: for the sitemap and the feed
  TITLE=TEXT    the site's name; without it the repository's on its forge, or the README's heading
  PREVIEW=1     also look into the files: of some entries with DATASET="section/x y", else of all.
                Reads local files, or at most 400 KiB of an entry in S3; never a whole large file
  STATUS=1      also show what is on this machine
  OFFLINE=1     do not ask S3
  PUBLIC=1      of the public mirror that public.yml names: what it offers, and nothing else
"""

from __future__ import annotations

import argparse
import gc
import re
from pathlib import Path
from typing import TYPE_CHECKING

from registry import console, selection
from registry.entries import ROOT
from registry.errors import RegistryError, UsageError
from registry.humanize import plural
from registry.sections import SECTIONS

if TYPE_CHECKING:
    from catalog.collect import Collection

ADDRESS = re.compile(r"https?://[^\s/?#\"'<>]+(?:/[^\s?#\"'<>]*)?")


def main(argv: list[str]) -> int:
    args = _arguments().parse_args(argv)
    if args.entries and not args.preview:
        raise UsageError("DATASET= chooses what PREVIEW=1 looks into: add PREVIEW=1")
    chosen = selection.select(args.entries, SECTIONS) if args.entries else None
    base = _address(args.url)
    need_packages()
    gc.set_threshold(200_000)  # cards become millions of tokens, and looking for circles among them
    from catalog import collect, kept, output, pushes, stamps, unchanged

    place = (ROOT / args.out).absolute()
    output.refuse_others(place)
    inputs, maker = "", stamps.maker(ROOT)
    if args.public:
        collection = public_only(args)
    else:
        store = collect.NOT_ASKED if args.offline else pushes.reach(ROOT)
        inputs = unchanged.digest(
            ROOT, store, repr((maker, base, args.title, args.preview, chosen))
        )
        if not args.status and unchanged.holds(ROOT, place, inputs):
            return tell_unchanged(args.out, store.problem)
        answers = kept.Kept(kept.place(ROOT, place, ".kept.json"), maker)
        collection = collect.collect(ROOT, store, args.status, args.title, answers)
    if args.preview:
        from catalog.preview import make

        make.previews(collection, chosen)
    new = write(collection, place, base)
    unchanged.note(ROOT, place, inputs, collection)
    tell_offline(collection.offline)
    tell(args.out, new, len(collection.items), base)
    print(place / "index.html")
    return 0


def write(collection: Collection, place: Path, base: str) -> int:
    """Put the site there; how many pages of entries are new in it."""
    from catalog import output, site
    from catalog.folder import SiteFolder

    try:
        with output.replacing(place) as new:
            folder = SiteFolder(new, place, collection.kept)
            site.write(collection, folder, base)
        collection.kept.save()
    except OSError as error:
        raise RegistryError(f"{error.filename or place}: {error.strerror}") from None
    return folder.rendered


def public_only(args: argparse.Namespace) -> Collection:
    """Return what the mirror that public.yml names offers.

    Raises UsageError without its address.
    """
    from catalog import public
    from registry.publish import allowlist

    if args.status or args.offline or args.preview:
        raise UsageError(
            "PUBLIC=1 shows what the mirror has: leave STATUS, OFFLINE and PREVIEW out"
        )
    url = allowlist.read(ROOT).url
    if not url:
        raise UsageError(
            "public.yml has no url, where readers find the mirror: add `url: https://…`"
        )
    return public.collect(ROOT, url, args.title)


def need_packages() -> None:
    """Raises RegistryError with the command that installs what only the catalog needs."""
    try:
        import jinja2  # noqa: F401
        import nh3  # noqa: F401
    except ImportError:
        raise RegistryError(
            "its packages are not installed: run it by `make catalog`, or scripts/setup.sh catalog"
        ) from None


def tell_offline(why: str) -> None:
    if why:
        console.say(f"catalog: without sizes and pushes, for S3 could not be asked: {why}")


def tell_unchanged(out: str, offline: str) -> int:
    tell_offline(offline)
    console.say(f"catalog: nothing changed since {out} was built; open it in a browser:")
    print((ROOT / out).absolute() / "index.html")
    return 0


def tell(out: str, new: int, count: int, base: str) -> None:
    if not base:
        console.say("catalog: no sitemap, since it must name addresses: URL=https://… makes one")
    pages = f", {new} of {plural(count, 'page')} anew" if new < count else ""
    console.say(f"catalog: built {out}{pages}; open it in a browser:")


def _address(url: str) -> str:
    """The address with a slash at its end, or "". Raises UsageError."""
    if url and not ADDRESS.fullmatch(url):
        raise UsageError(f"URL={url!r}: write where the site will be, URL=https://…/")
    return url.rstrip("/") + "/" if url else ""


def _arguments() -> argparse.ArgumentParser:
    parser = console.parser("build_catalog.py", __doc__)
    parser.add_argument("--out", default="_site", metavar="FOLDER")
    parser.add_argument("--url", default="", metavar="ADDRESS")
    parser.add_argument("--title", default="", metavar="TEXT")
    parser.add_argument("--status", action="store_true")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--public", action="store_true")
    parser.add_argument("--preview", action="store_true")
    parser.add_argument("entries", nargs="*", metavar="entry")
    return parser


if __name__ == "__main__":
    raise SystemExit(console.run(main, "catalog"))
