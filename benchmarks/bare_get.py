"""Fetches listed objects and does nothing else: how quick a cold pull could be at best.

usage: bare_get.py URL/ FOLDER FILE_OF_PATHS

Two processes with 32 kept-alive connections each. It lists nothing, verifies nothing, and signs
nothing.
"""

from __future__ import annotations

import asyncio
import re
import sys
from multiprocessing import Process
from pathlib import Path
from urllib.parse import quote, urlsplit

PROCESSES, CONNECTIONS = 2, 32
BLOCK = 1 << 18
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def main(argv: list[str] | None = None) -> int:
    url, folder, listed = sys.argv[1:] if argv is None else argv
    paths = Path(listed).read_text().split("\n")
    for above in {Path(folder, path).parent for path in paths}:
        above.mkdir(parents=True, exist_ok=True)
    shares = [paths[n::PROCESSES] for n in range(PROCESSES)]
    children = [Process(target=_fetch_all, args=(url, folder, share)) for share in shares]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return max(abs(child.exitcode or 0) for child in children)


def _fetch_all(url: str, folder: str, paths: list[str]) -> None:
    async def work() -> None:
        hands = min(CONNECTIONS, len(paths))
        await asyncio.gather(*(_fetch(url, Path(folder), paths) for _ in range(hands)))

    asyncio.run(work())


async def _fetch(url: str, folder: Path, paths: list[str]) -> None:
    """Take paths from the shared list until there is none left, over one connection."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=BLOCK)
    while paths:
        path = paths.pop()
        asked = f"GET {where.path}{quote(path)} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n"
        writer.write(asked.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not length or not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path}: {head!r}")
        left = int(length[1])
        with open(folder / path, "wb") as file:
            while left:
                block = await reader.read(min(left, BLOCK))
                if not block:
                    raise SystemExit(f"{path}: cut off")
                file.write(block)
                left -= len(block)
    writer.close()


if __name__ == "__main__":
    raise SystemExit(main())
