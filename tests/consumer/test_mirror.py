"""The consumer module over a public mirror: what an app, and a stranger with an address, gets."""

from __future__ import annotations

import ast
import contextlib
import os
import ssl
import stat
import sys
import time
from pathlib import Path

import pytest
from support.consumer import (
    MODULE,
    App,
    MirrorFolder,
    content_list,
    no_network,
    served,
    sha256,
    tree,
    version_of,
)
from support.tls import certificate

X, Y = "champion_models/x", "processed_datasets/y"
FILES = {"a.txt": b"one", "sub/b.bin": b"two" * 1000, "sub/ü #%+.txt": b"", "same.txt": b"one"}
NEWER = {**FILES, "a.txt": b"another"}
OLD, NEW = version_of(FILES), version_of(NEWER)


@pytest.fixture
def folder(tmp_path):
    return MirrorFolder(tmp_path / "mirror")


@pytest.fixture
def web(folder):
    folder.publish(X, FILES)
    with served(folder.path) as web:
        yield web


@pytest.fixture
def app(tmp_path, web, monkeypatch):
    """An app; its environment and its working folder are those of this process too."""
    return App(tmp_path / "app", web.url).entered(monkeypatch)


def blobs(web):
    return [path for path in web.asked if path.startswith("/blobs/")]


def test_a_stranger_has_it_with_nothing_but_python(tmp_path, web):
    """In an empty folder, without site packages; each content is fetched once."""
    app = App(tmp_path / "stranger")
    lines = "import sys; sys.path.insert(0, '')\nimport registry_client as client\n"
    process = app.start("-c", f"{lines}print(client.path({X!r}))", DATA_REGISTRY_MIRROR=web.url)
    out, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (0, "")
    assert tree(Path(out.strip())) == FILES
    assert len(blobs(web)) == len(set(blobs(web))) == 3


def test_it_is_python_of_3_9_with_nothing_else():
    module = ast.parse(MODULE.read_text(), feature_version=(3, 9))
    imports = [node for node in ast.walk(module) if isinstance(node, (ast.Import, ast.ImportFrom))]
    named = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0]
        for node in imports
        for alias in node.names
    }
    assert named - set(sys.stdlib_module_names) == {"boto3"}
    first = {alias.name for node in imports if node in module.body for alias in node.names}
    assert not {"fcntl", "msvcrt"} & first  # each is on one kind of system only


def test_what_is_cached_and_pinned_costs_no_request(app, web, monkeypatch):
    assert app.run("pin", X) == (0, f"{X} {OLD[:12]}\n", "")
    client = app.load()
    first = client.path(X)
    web.asked.clear()
    no_network(monkeypatch)
    assert client.path(X) == app.load().path(X) == first
    client.verify(X)
    assert [(f.path, f.size, f.digest) for f in client.files(X)] == [
        (name, len(FILES[name]), f"sha256:{sha256(FILES[name])}")
        for name in sorted(FILES, key=str.encode)
    ]
    assert web.asked == []


@pytest.mark.parametrize("variable", ["DATA_REGISTRY_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_opens_no_connection(app, monkeypatch, variable):
    client = app.load()
    here = client.path(X)
    no_network(monkeypatch)
    monkeypatch.setenv(variable, "1")
    assert client.path(X) == here  # not pinned: the newest that was known here
    with pytest.raises(client.Unreachable, match=f"{Y} is not in the cache.* unset DATA_REG"):
        client.path(Y)


def test_without_a_pin_it_is_the_newest_or_the_last_known(app, web, folder, caplog):
    client = app.load()
    old = client.path(X)
    folder.publish(X, NEWER)
    assert tree(client.path(X)) == NEWER and tree(old) == FILES
    web.faults["latest"] = 503
    client.TRIES = 1
    assert tree(client.path(X)) == NEWER
    assert "taken as it was known here before" in caplog.text and "503" in caplog.text


def test_a_pin_of_last_month_still_gives_its_bytes(app, folder):
    app.run("pin", X)
    folder.publish(X, NEWER)
    client = app.load()
    assert tree(client.path(X)) == FILES
    assert app.run("outdated") == (1, f"{X} {OLD[:12]} -> {NEW[:12]}\n", "")
    assert app.run("pin", "--all")[0] == 0
    assert app.run("outdated") == (0, "", "")
    assert tree(client.path(X)) == NEWER
    assert tree(client.path(X, version=OLD[:12])) == FILES


def test_a_version_that_is_gone_names_the_newest(app, folder):
    app.run("pin", X)
    (folder.path / f"entries/{X}/{OLD}.files").unlink()
    folder.publish(X, NEWER)
    code, out, err = app.run("pull")
    assert (code, out) == (3, "") and f"does not hold version {OLD[:12]} of {X}" in err
    assert f"the newest version is {NEW[:12]}: " in err
    assert app.run(*err.partition("registry_client.py ")[2].split())[0] == 0
    assert app.run("pull")[0] == 0


def test_frozen_refuses_what_is_not_pinned(app, folder):
    folder.publish(Y, FILES)
    app.run("pin", X)
    code, out, err = app.run("pull", X, Y, "--frozen")
    assert code == 3 and len(out.splitlines()) == 1 and f"{Y} is not pinned in" in err
    cure = err.strip().partition("registry_client.py ")[2]
    assert cure == f"pin {Y}" and app.run(*cure.split())[0] == 0
    assert app.run("pull", "--frozen")[0] == 0


@pytest.mark.parametrize("shows_by_time", [True, False])
def test_a_flipped_byte_in_the_cache_is_found_and_fetched_again(app, web, shows_by_time):
    client = app.load()
    file = client.path(X) / "sub" / "b.bin"
    before = file.stat()
    file.chmod(0o644)
    with open(file, "r+b") as opened:
        opened.write(b"!")
    if not shows_by_time:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert client.path(X)  # nothing but reading it tells
        with pytest.raises(client.Damaged, match=r"changed on this disk: sub/b.bin: .* pull"):
            client.verify(X)
    web.asked.clear()
    assert tree(client.path(X)) == FILES
    digest = sha256(FILES["sub/b.bin"])
    assert blobs(web) == [f"/blobs/sha256/{digest[:2]}/{digest}"]
    client.verify(X)


def test_a_missing_file_is_put_back_and_what_others_leave_there_is_no_harm(app, web):
    client = app.load()
    here = client.path(X)
    (here / "__pycache__").mkdir()
    (here / "a.txt").unlink()
    web.asked.clear()
    assert tree(client.path(X)) == FILES and blobs(web) == []


def test_two_processes_download_once(app, web):
    web.slow = 0.05
    both = [app.start("registry_client.py", "pull", X) for _ in range(2)]
    ends = [process.communicate(timeout=600) for process in both]
    assert [p.returncode for p in both] == [0, 0] and ends[0][0] == ends[1][0]
    assert len(blobs(web)) == len(set(blobs(web))) == 3


def part_sizes(cache):
    """Of what has not come whole; a part may be whole, and gone, by the time it is looked at."""
    for part in cache.rglob("*.part"):
        with contextlib.suppress(FileNotFoundError):
            yield part.stat().st_size


def test_killed_and_called_again_it_goes_on(app, web, folder):
    big = os.urandom(3_000_000)
    folder.publish(Y, {"big": big, "small": b"s"})
    web.faults[sha256(big)] = "stall"
    process = app.start("registry_client.py", "pull", Y, DATA_REGISTRY_TIMEOUT="600")
    deadline = time.monotonic() + 300
    while not any(size > len(b"s") for size in part_sizes(app.cache)):  # so it is that of big
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.communicate()
    web.faults.clear()
    web.asked.clear()
    assert tree(app.load().path(Y)) == {"big": big, "small": b"s"}
    again = [path for path in blobs(web) if sha256(big) in path]
    assert len(again) == 1 and int(again[0].partition(" from ")[2]) > 0
    assert not list(app.cache.rglob("*.part"))


@pytest.mark.parametrize("fault", ["cut", "truncate", "garbage", "hang", 500, 429])
def test_a_network_that_fails_once_is_borne(app, web, fault):
    web.faults, web.once = {"/blobs/": fault}, True
    assert tree(app.load().path(X)) == FILES


@pytest.mark.parametrize(
    ("fault", "what", "kind"),
    [
        *(("cut", what, "Unreachable") for what in ("latest", "files", "blobs")),
        *((500, what, "Unreachable") for what in ("latest", "files", "blobs")),
        *((403, what, "Unreachable") for what in ("latest", "files", "blobs")),
        *((404, what, "NotFound") for what in ("latest", "files", "blobs")),
        *(("truncate", what, "Damaged") for what in ("latest", "files", "blobs")),
        *(("garbage", what, "Damaged") for what in ("latest", "files", "blobs")),
    ],
)
def test_a_network_that_goes_on_failing_is_an_error_and_gives_nothing(app, web, fault, what, kind):
    web.faults[what] = fault
    client = app.load()
    client.TRIES = 1
    with pytest.raises(client.RegistryError) as caught:
        client.path(X)
    assert type(caught.value).__name__ == kind, caught.value
    assert web.url in str(caught.value)
    assert not list(app.cache.glob("stamps/*"))
    web.faults.clear()
    assert tree(client.path(X)) == FILES


def test_silence_ends(app, web, monkeypatch):
    web.faults["latest"] = "hang"
    client = app.load()
    client.TRIES = 2
    monkeypatch.setenv("DATA_REGISTRY_TIMEOUT", "0.2")
    with pytest.raises(client.Unreachable, match="timed out: try again"):
        client.path(X)
    assert len(web.asked) == 2


def test_nobody_listens(app, monkeypatch):
    monkeypatch.setenv("DATA_REGISTRY_MIRROR", "http://127.0.0.1:1")
    client = app.load()
    client.TRIES = 1
    with pytest.raises(client.Unreachable, match=r"127.0.0.1:1 cannot be read: .*refused"):
        client.path(X)


@pytest.mark.parametrize("address", ["file:///srv/mirror", "store.example", "https://"])
def test_an_address_that_is_none(app, monkeypatch, address):
    client = app.load()
    monkeypatch.setenv("DATA_REGISTRY_MIRROR", address)
    with pytest.raises(client.Usage, match="begins with https:// or http://"):
        client.path(X)


def test_https_by_a_proxy_with_a_password_and_an_authority_of_ones_own(
    app, web, monkeypatch, tmp_path
):
    context, heads = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(certificate(tmp_path))

    def tunnelled():
        connection, address = web.socket.accept()
        heads.append(connection.recv(10_000).decode())
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return context.wrap_socket(connection, server_side=True), address

    web.get_request = tunnelled
    monkeypatch.setenv("https_proxy", f"http://me:p%40ss@127.0.0.1:{web.server_port}")
    monkeypatch.setenv("DATA_REGISTRY_MIRROR", "https://store.example")
    client = app.load()
    client.TRIES = 1
    with pytest.raises(client.Unreachable, match="certificate verify failed"):
        client.path(X)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "chain.pem"))
    assert tree(app.load().path(X)) == FILES
    assert all(head.startswith("CONNECT store.example:443 HTTP/1.") for head in heads)
    assert all("Proxy-Authorization: Basic bWU6cEBzcw==\r\n" in head for head in heads)


def test_plain_http_by_a_proxy(app, web, monkeypatch):
    """It is asked for whole addresses."""
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{web.server_port}")
    monkeypatch.setenv("DATA_REGISTRY_MIRROR", "http://store.example/registry")
    web.folder = web.folder / ".."
    (web.folder / "http:" / "store.example").mkdir(parents=True)
    (web.folder / "http:" / "store.example" / "registry").symlink_to(web.folder / "mirror")
    assert tree(app.load().path(X)) == FILES
    assert all(path.startswith("http://store.example/registry/") for path in web.asked)


def test_a_cache_that_may_only_be_read(app, tmp_path, folder):
    here = app.load().path(X)
    for path in [app.cache, *app.cache.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o555 | 0o444)
    tmp_path.chmod(0o755)
    code, out, err = app.run("pull", X, plain_user=True)
    assert (code, out) == (0, f"{here}\n"), err
    folder.publish(Y, NEWER)
    code, out, err = app.run("pull", Y, plain_user=True)
    assert (code, out) == (1, "") and "Permission denied: make room, or set DATA_REG" in err
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    assert app.run("pull", Y, plain_user=True, DATA_REGISTRY_CACHE=str(elsewhere))[0] == 0
    for path in [app.cache, *app.cache.rglob("*")]:
        path.chmod(0o755)


def test_a_cache_that_a_group_shares(app):
    app.cache.mkdir()
    app.cache.chmod(0o2775)
    here = app.load().path(X)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in app.cache.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o2775}
    assert {modes[path] for path in here.rglob("*") if path.is_file()} == {0o444}
    assert {m for path, m in modes.items() if path.suffix in (".json", ".lock")} == {0o664}


def test_links_where_the_disk_has_them_and_copies_where_not(app, monkeypatch):
    client = app.load()
    file = client.path(X) / "a.txt"
    assert file.stat().st_nlink == 3 and not file.stat().st_mode & 0o222
    tag = (app.cache / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    monkeypatch.setenv("DATA_REGISTRY_CACHE", f"{app.cache}.2")

    def no_links(*words):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    copied = client.path(X)
    assert tree(copied) == FILES and (copied / "a.txt").stat().st_nlink == 1
    client.verify(X)


def test_a_cache_whose_folders_above_are_not_there_yet(app, monkeypatch, tmp_path):
    """As in a new home; what is asked for is pinned, so nothing is remembered there before."""
    monkeypatch.setenv("DATA_REGISTRY_CACHE", str(tmp_path / "new home" / ".cache" / "registry"))
    client = app.load()
    assert tree(client.path(X, version=OLD)) == FILES
    assert tree(client.path(X, version=OLD)) == FILES


def test_prune_gives_back_what_nobody_uses(app, folder):
    client = app.load()
    old, pinned = client.path(X), folder.publish(Y, {"y": b"y" * 500})
    app.run("pin", Y)
    client.path(Y)
    folder.publish(X, NEWER)
    new = client.path(X)
    long_ago = time.time() - 40 * 86400
    for version in (OLD, pinned):
        stamp = next((app.cache / "stamps").rglob(f"{version[:12]}.json"))
        os.utime(stamp, (long_ago, long_ago))
    assert app.run("prune", "--dry-run")[1] == "1 versions, 0 B would be given back\n"
    assert old.exists()
    assert app.run("prune")[1] == "1 versions, 0 B given back\n"  # the newer one has its bytes too
    assert not old.exists() and tree(new) == NEWER and client.path(Y)
    assert app.run("prune", "--days", "0")[1] == "1 versions, 3.01 KB given back\n"
    assert not new.exists() and tree(client.path(X)) == NEWER


def test_no_room_is_said_before_the_first_byte(app, web, monkeypatch):
    import shutil

    class Full:
        free = 100

    monkeypatch.setattr(shutil, "disk_usage", lambda path: Full)
    client = app.load()
    with pytest.raises(client.Unwritable, match=r"needs 3 KB and 100 B are free .* prune"):
        client.path(X)
    assert blobs(web) == []


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a//b", "a/./b", "a\x01b", ""])
def test_no_list_of_files_leads_out_of_its_folder(app, folder, name):
    folder.publish(Y, {"ok": b"1"})
    text = f"{sha256(b'1')} 1 {name}\n" if name else f"{'/' * 64} 1 x\n"
    folder.write(f"entries/{Y}/{sha256(text.encode())}.files", text.encode())
    folder.write(f"entries/{Y}/latest.json", f'{{"version": "{sha256(text.encode())}"}}'.encode())
    client = app.load()
    with pytest.raises(client.Damaged, match=r"cannot have this name|has no digest"):
        client.path(Y)
    assert not list(app.cache.rglob("*evil*"))


def test_a_list_that_was_changed_is_refused(app, folder):
    text = content_list(FILES).replace("a.txt", "b.txt")
    folder.write(f"entries/{X}/{OLD}.files", text.encode())
    client = app.load()
    with pytest.raises(client.Damaged, match="its list of files is not that of version"):
        client.path(X)


def test_what_is_deprecated_says_so_in_the_apps_own_log(app, folder, caplog, monkeypatch):
    folder.publish(X, FILES, status="deprecated", notice="worse than y", successor=Y)
    app.run("pin", X)
    client = app.load()
    client.path(X)
    client.path(X)
    said = ("registry_client", 30, f"{X} is deprecated: worse than y; use {Y}")
    assert caplog.record_tuples == [said]
    no_network(monkeypatch)
    assert app.load().path(X) and caplog.record_tuples == [said, said]  # from the cache as well


@pytest.mark.parametrize("id", ["x", "a/b/c", "/x", "a/..", "a\\b/c", "", "a/\n"])
def test_what_is_no_id_is_said(app, id):
    client = app.load()
    with pytest.raises(client.Usage, match="an entry is written section/name"):
        client.path(id)


def test_a_name_that_is_nearly_one_is_proposed(app, web):
    said = f"champion_models/xx is not in {web.url}; did you mean {X}?"
    assert app.run("pull", "champion_models/xx") == (3, "", f"registry_client: {said}\n")


def test_wrong_words(app):
    for words in (["pin"], ["fetch"], ["pin", f"{X}@zz"], ["pull", "x"]):
        assert app.run(*words)[0] == 2


def test_the_lock_is_toml(app, folder):
    tomllib = pytest.importorskip("tomllib")
    name = "processed_datasets/it's ünusual"
    folder.publish(name, FILES)
    assert app.run("pin", X, name)[0] == 0
    size = sum(map(len, FILES.values()))
    facts = {"version": OLD, "files": 4, "bytes": size, "commit": "c0ffee"}
    assert tomllib.loads(app.lock.read_text()) == {id: {"pin": facts, "id": id} for id in (X, name)}
    assert app.load().read_lock(str(app.lock)) == {X: facts, name: facts}
