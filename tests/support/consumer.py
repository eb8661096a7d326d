"""An app with a copy of the consumer module, and a mirror on a plain web server to fetch from."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import importlib.util
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from support.process import _give_up_rights
from support.template import ROOT

MODULE = ROOT / "consumer" / "registry_client.py"


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def content_list(files: Mapping[str, bytes]) -> str:
    """The text whose SHA-256 is the version: `sha256 size path` by the paths' bytes."""
    names = sorted(files, key=str.encode)
    return "".join(f"{sha256(files[n])} {len(files[n])} {n}\n" for n in names)


def version_of(files: Mapping[str, bytes]) -> str:
    return sha256(content_list(files).encode())


class MirrorFolder:
    """A published registry as a folder, as docs/publishing.md lays it out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def publish(self, id: str, files: Mapping[str, bytes], version: str = "", **more: str) -> str:
        """Add a version of an entry; it is the newest. Its version."""
        text = content_list(files)
        version = version or sha256(text.encode())
        for body in files.values():
            self.write(f"blobs/sha256/{sha256(body)[:2]}/{sha256(body)}", body)
        self.write(f"entries/{id}/{version}.files", text.encode())
        told = {"version": version, "files": len(files), "bytes": sum(map(len, files.values())),
                "commit": "c0ffee", "status": "active", **more}  # fmt: skip
        self.write(f"entries/{id}/latest.json", json.dumps(told).encode())
        index = self.path / "index.json"
        known = json.loads(index.read_text())["entries"] if index.exists() else {}
        self.write("index.json", json.dumps({"entries": {**known, id: told}}).encode())
        return version

    def write(self, name: str, body: bytes) -> Path:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_bytes(body)
        return self.path / name


class Web(http.server.ThreadingHTTPServer):
    """Serves a folder with ranges, counts requests, and misbehaves as it is told.

    `faults`: {pattern of paths: what to do}: "cut" the connection in the middle of the body,
    "hang", "stall" there, "truncate" it and say so, "garbage", or a number to answer. `once`: only
    the first time.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.asked = folder, []
        self.faults: dict[str, str | int] = {}
        self.once = False
        self.slow = 0.0
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fault(self, path: str) -> str | int:
        for pattern, fault in list(self.faults.items()):
            if re.search(pattern, path):
                if self.once:
                    self.faults.pop(pattern, None)
                return fault
        return ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Web

    def do_GET(self) -> None:
        from urllib.parse import unquote

        web, path = self.server, unquote(self.path)
        web.asked.append(path)
        time.sleep(web.slow)
        fault, file = web.fault(path), web.folder / path.lstrip("/")
        if fault == "hang":
            self.server.over.wait(8)
            return
        body = file.read_bytes() if file.is_file() else b"<html>no such page</html>"
        body = b"<html>Please log in</html>" if fault == "garbage" else body
        status = fault if isinstance(fault, int) else 200 if file.is_file() else 404
        start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if start and status == 200:
            web.asked[-1] += f" from {start[1]}"
            status, body = 206, body[int(start[1]) :]
        self.send_response(status)
        sent = body[: len(body) // 2] if fault in ("cut", "truncate") else body
        self.send_header("Content-Length", str(len(sent if fault == "truncate" else body)))
        self.end_headers()
        self.wfile.write(sent[: len(sent) // 2] if fault == "stall" else sent)
        self.wfile.flush()
        self.server.over.wait(8 if fault == "stall" else 0)
        self.close_connection = self.close_connection or fault == "cut"

    def log_message(self, *words: object) -> None:
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Web]:
    web = Web(folder)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        web.over.set()
        web.shutdown()
        web.server_close()
        thread.join()


class App:
    """A repository that uses a registry: its copy of the module, and a cache of its own."""

    def __init__(self, folder: Path, mirror: str = "", **settings: str) -> None:
        self.folder, self.cache = folder, folder.with_name(folder.name + ".cache")
        folder.mkdir(parents=True)
        text = MODULE.read_text()
        for name, value in {"MIRROR": mirror, **settings}.items():
            text = re.sub(rf'^{name} = ""', f"{name} = {value!r}", text, count=1, flags=re.M)
        (folder / "registry_client.py").write_text(text)
        self.lock = folder / "registry.lock"
        self.env = {"DATA_REGISTRY_CACHE": str(self.cache), "DATA_REGISTRY_TIMEOUT": "1",
                    "HOME": str(folder), "PATH": os.environ["PATH"]}  # fmt: skip

    def load(self) -> ModuleType:
        """The module, as the app imports it."""
        spec = importlib.util.spec_from_file_location(
            "registry_client", self.folder / "registry_client.py"
        )
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def entered(self, monkeypatch: Any) -> App:
        """This app; its environment and its working folder are those of the test as well."""
        for name in ("DATA_REGISTRY", "DATA_REGISTRY_OFFLINE", "HF_HUB_OFFLINE", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(self.folder)
        return self

    def start(self, *words: str, plain_user: bool = False, **env: str) -> subprocess.Popen[str]:
        """`python -I -S` with these words, in the app's folder."""
        return subprocess.Popen(
            [sys.executable, "-I", "-S", *words], cwd=self.folder, env={**self.env, **env},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=_give_up_rights if plain_user else None,
        )  # fmt: skip

    def run(self, *words: str, plain_user: bool = False, **env: str) -> tuple[int, str, str]:
        """A command of the module: (exit code, stdout, stderr). In this process, which is quicker
        than to start another; `plain_user`: in one that has no more rights than anybody's."""
        if plain_user:
            process = self.start("registry_client.py", *words, plain_user=True, **env)
            return (process.wait(60), *process.communicate())
        out, err, before = io.StringIO(), io.StringIO(), os.getcwd()
        os.chdir(self.folder)
        try:
            with (
                mock.patch.dict(os.environ, {**self.env, **env}, clear=True),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                code = self.load().main(list(words))
        except SystemExit as usage:
            code = usage.code
        finally:
            os.chdir(before)
        return code, out.getvalue(), err.getvalue()


def tree(path: Path) -> dict[str, bytes]:
    return {f.relative_to(path).as_posix(): f.read_bytes() for f in path.rglob("*") if f.is_file()}


def no_network(monkeypatch: Any) -> None:
    """From now on a socket is an error."""

    def refuse(*words: object, **more: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
