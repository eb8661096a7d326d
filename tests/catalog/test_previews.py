"""Previews: golden ones of files made here, files that are cut or lie, and the guards."""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import struct
import tarfile
import time
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.events import event
from support.servers import Bucket
from support.sites import without_entries, write_card

from catalog import collect
from catalog.item import Item
from catalog.kept import Kept
from catalog.preview import make, privacy, select, workshop
from catalog.preview.source import LOCAL_BYTES, Portion
from catalog.preview.workshop import Workshop
from registry.entries import Entry
from registry.inside import ranges
from registry.inside.contents import Contents, File

CSV = "".join(
    f"{n},{n / 4},{'red' if n % 3 else 'blue'},2026-01-{n % 28 + 1:02}\n" for n in range(50)
)
CSV = "id,score,colour,day\n" + CSV + ",,,\n"
TENSORS = json.dumps({
    "__metadata__": {"format": "pt"},
    "layer.weight": {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 32]},
    "layer.bias": {"dtype": "F16", "shape": [4], "data_offsets": [32, 40]},
}).encode()  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with Workshop() as made:
        yield made


@pytest.fixture
def look(shop, tmp_path):
    """look(name, body): the blocks of such a file, by its name's format."""

    def look(name: str, body: bytes, left: int = LOCAL_BYTES):
        place = tmp_path / name
        place.write_bytes(body)
        file = File(name, len(body), "", str(place))
        return shop.look(Portion(file, None, left), select.format_of(name))

    return look


def picture(form: str, size: tuple[int, int] = (40, 20), **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **how)
    return out.getvalue()


def only(blocks: list[dict], kind: str) -> dict:
    alike = [block for block in blocks if block["type"] == kind]
    assert len(alike) == 1, blocks
    return alike[0]


def notes(blocks: list[dict]) -> str:
    return " | ".join(block["words"] for block in blocks if block["type"] == "note")


def facts(blocks: list[dict]) -> dict[str, str]:
    return dict(only(blocks, "facts")["pairs"])


# One golden preview for each format.


def test_text_shows_its_ends(look):
    assert look("a.log", b"one\ntwo\n") == [
        {"type": "text", "title": "All of it, 2 lines", "lines": ["one", "two"]}
    ]
    first, last = look("long.txt", "".join(f"line {n} é\n" for n in range(9000)).encode())
    assert (len(first["lines"]), first["lines"][0]) == (40, "line 0 é")
    assert last["lines"][-1] == "line 8999 é"
    assert look("u.txt", "größer".encode("utf-16"))[1]["lines"] == ["größer"]
    assert "Latin-1" in notes(look("l.txt", "größer\n".encode("latin-1")))


def test_tables_tell_their_columns(look):
    table, columns = look("a.csv", CSV.encode())
    assert table["head"] == ["id", "score", "colour", "day"]
    assert table["rows"][1] == ["1", "0.25", "red", "2026-01-02"]
    said = {c["name"]: c for c in columns["columns"]}
    assert [said[n]["type"] for n in said] == ["integer", "number", "text", "date"]
    assert {c["nulls"] for c in said.values()} == {1}
    assert (said["id"]["min"], said["id"]["max"], sum(said["id"]["bars"])) == ("0", "49", 50)
    assert said["colour"]["frequent"] == [["red", 33], ["blue", 17]]
    assert columns["title"] == "Columns, all 51 rows"
    assert look("a.tsv", CSV.replace(",", "\t").encode())[1] == columns
    assert look("a.csv", CSV.replace(",", ";").encode())[1] == columns
    table, columns = look("head.csv", b"\xef\xbb\xbfa,b\n")
    assert (table["head"], table["rows"]) == (["a", "b"], [])
    long = b'id,text\n1,"' + b"x" * 400_000 + b'"\n'
    assert "the next goes on beyond" in look("a.csv", long)[1]["title"]


def test_json_is_a_table_where_it_is_one(look):
    rows = [{"n": n, "deep": {"a": [n]}} for n in range(3)]
    table, columns = look("a.json", json.dumps(rows).encode())
    assert table["rows"][1] == ["1", '{"a": [1]}']
    assert look("a.jsonl", "\n".join(map(json.dumps, rows)).encode()) == [table, columns]
    assert look("b.json", b'{"lr": 0.1}')[0]["lines"] == ["{", '  "lr": 0.1', "}"]
    broken = look("b.jsonl", b'{"n": 1}\n{"n": \n')
    assert "line 2 is no JSON" in notes(broken)
    book = {"cells": [{"cell_type": "code", "source": ["1 + 1"], "outputs": [{"text": ["2"]}]}]}
    assert [b["lines"] for b in look("a.ipynb", json.dumps(book).encode())[1:]] == [
        ["1 + 1"],
        ["2"],
    ]


def test_notebooks_show_what_was_drawn_and_what_failed(look):
    drawn = {"data": {"image/png": base64.b64encode(picture("PNG")).decode(), "text/plain": "<F>"}}
    outputs = [drawn, {"data": {"text/html": "<b>x</b>"}}, {"ename": "ValueError", "evalue": "bad"}]
    cell = {"cell_type": "code", "source": "draw()", "outputs": outputs}
    shown = look("a.ipynb", json.dumps({"cells": [cell]}).encode())[2:]
    assert [block["type"] for block in shown] == ["image", "note", "text"]
    assert shown[1]["words"] == "output not shown: text/html"
    assert shown[2]["lines"] == ["ValueError: bad"]


def test_pictures_of_every_kind_are_shown_as_a_viewer_shows_them(look):
    turned = Image.Exif()
    turned[0x0112] = 6  # a camera held upright
    block = only(look("a.jpg", picture("JPEG", exif=turned.tobytes())), "image")
    assert (block["width"], block["height"]) == (20, 40)
    frames = [Image.new("RGB", (9, 9), name) for name in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    blocks = look("a.gif", out.getvalue())
    assert facts(blocks)["frames"] == "3" and only(blocks, "image")
    for mode in ("I", "F", "I;16"):  # more shades than a screen has
        wide = Image.frombytes(mode, (2, 1), struct.pack("<HH", 0, 9)) if mode == "I;16" else None
        if not wide:
            wide = Image.new(mode, (2, 1))
            wide.putpixel((1, 0), 9)
        out = io.BytesIO()
        wide.save(out, "TIFF")
        source = only(look("a.tif", out.getvalue()), "image")["src"].partition(",")[2]
        seen = Image.open(io.BytesIO(base64.b64decode(source))).convert("L")
        assert seen.getpixel((1, 0)) > seen.getpixel((0, 0)) + 60, mode
    assert only(look("lab.tif", lab()), "image")
    large = io.BytesIO()
    Image.new("1", (9000, 6000)).save(large, "PNG")
    assert "no thumbnail" in notes(look("large.png", large.getvalue()))


def lab() -> bytes:
    out = io.BytesIO()
    Image.new("LAB", (9, 9)).save(out, "TIFF")
    return out.getvalue()


def test_event_files_tell_their_numbers(look):
    body = b"".join(event(step, "loss", 1 / (step + 1)) for step in range(5))
    table = only(look("events.out.tfevents.1.host.2.0", body), "table")
    assert table["rows"] == [["loss", "5", "0", "4", "0.2", "0.2", "1"]]
    assert "no numbers" in notes(look("events.out.tfevents.1.host", b"x" * 99))


def test_tensors_are_read_from_the_header_alone(look):
    body = len(TENSORS).to_bytes(8, "little") + TENSORS + bytes(40)
    blocks = look("m.safetensors", body)
    assert facts(blocks)["parameters"] == "12"
    assert blocks[1]["rows"][0] == ["layer.weight", "F32", "4 × 2", "8"]
    assert "beyond the end" in notes(look("m.safetensors", body[:-8]))
    assert "longer than the file" in notes(look("m.safetensors", b"\xff" * 7 + b"\0" + body))
    blocks = look("m.gguf", gguf())
    assert facts(blocks)["parameters"] == "64"
    assert blocks[1]["rows"] == [["blk.0", "F16", "8 × 8", "64"]]
    assert ["tokens", "2 values"] in blocks[2]["rows"]
    assert "damaged" in notes(look("m.gguf", gguf()[:60]))
    lying = b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1)
    assert "that is not read" in notes(look("m.gguf", lying))


def gguf() -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    keys = text("name") + struct.pack("<I", 8) + text("tiny")
    keys += text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
    tensor = text("blk.0") + struct.pack("<IQQIQ", 2, 8, 8, 1, 0)
    return b"GGUF" + struct.pack("<IQQ", 3, 1, 2) + keys + tensor + bytes(128)


def npy(shape: str, data: bytes) -> bytes:
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head + data


def test_arrays_and_archives_and_pickles_are_only_listed(look, tmp_path):
    assert facts(look("a.npy", npy("(2, 3)", bytes(24)))) == {
        "shape": "(2, 3)", "type": "<f4", "order": "C",
    }  # fmt: skip
    assert "another size" in notes(look("a.npy", npy("(2000000, 3)", bytes(24))))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("w.npy", npy("(1, 6)", bytes(24)))
        made.writestr("notes.txt", "x" * 10_000)
    rows = only(look("a.npz", packed.getvalue()), "table")["rows"]
    assert rows[0][:3] == ["w", "(1, 6)", "<f4"]
    assert facts(look("a.zip", packed.getvalue()))["members"] == "2"
    assert "damaged" in notes(look("a.zip", packed.getvalue()[:-30]))
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w") as whole:
        info = tarfile.TarInfo("deep/a.txt")
        info.size = 5
        whole.addfile(info, io.BytesIO(b"hello"))
    for name, body in (
        ("a.tar", tarred.getvalue()),
        ("a.tar.gz", gzip.compress(tarred.getvalue())),
    ):
        assert only(look(name, body), "table")["rows"] == [["deep/a.txt", "5"]]
    assert only(look("a.txt.gz", gzip.compress(b"one\ntwo\n")), "text")["lines"] == ["one", "two"]
    ran = tmp_path / "ran"
    blocks = look("a.pkl", pickle.dumps({"layer.weight": Path(ran), "n": 1}))
    assert "it was not run" in notes(blocks)
    assert ["layer.weight"] in blocks[2]["rows"] and blocks[1]["rows"][0][0].startswith("pathlib")
    assert not ran.exists()


def test_sound_and_what_nobody_knows(look):
    body = io.BytesIO()
    with wave.open(body, "wb") as made:
        made.setparams((1, 2, 8000, 0, "NONE", ""))
        made.writeframes(bytes(16000))
    pytest.importorskip("tinytag")
    blocks = look("a.wav", body.getvalue())
    assert facts(blocks) == {"seconds": "1", "rate": "8,000", "channels": "1", "bits": "16"}
    assert only(blocks, "audio")["src"].startswith("data:audio/wav;base64,")
    shown = only(look("a.weird", bytes(range(256))), "text")
    assert shown["lines"][4].endswith("@ABCDEFGHIJKLMNO")
    assert look("README", b"Read me\n")[0]["lines"] == ["Read me"]


def test_pictures_are_made_anew(look):
    image = pytest.importorskip("PIL.Image")
    body = io.BytesIO()
    image.new("RGB", (640, 320), "red").save(body, "PNG")
    blocks = look("a.png", body.getvalue())
    assert (facts(blocks)["width"], only(blocks, "image")["width"]) == ("640", 320)
    assert "no thumbnail" in notes(look("a.png", body.getvalue() + bytes(90_000), 60_000))
    assert "damaged" in notes(look("a.png", body.getvalue()[:60]))
    assert "damaged" in notes(look("a.jpg", b"<svg onload='x()'/>"))


def test_parquet_and_arrow_are_read_from_the_footer(look):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    body, table = io.BytesIO(), pyarrow.table({"n": [1, None, 3], "s": ["a", "b", "c"]})
    parquet.write_table(table, body)
    blocks = look("a.parquet", body.getvalue())
    assert facts(blocks)["rows"] == "3"
    assert [row[:1] + row[2:5] for row in blocks[1]["rows"]] == [
        ["n", "1", "1", "3"],
        ["s", "0", "a", "c"],
    ]
    assert "does not end as Parquet" in notes(look("a.parquet", body.getvalue()[:-20]))
    lying = body.getvalue()[:-8] + b"\xff\xff\xff\x7fPAR1"
    assert "is not read" in notes(look("a.parquet", lying))
    stored = io.BytesIO()
    with pyarrow.ipc.new_file(stored, table.schema) as writer:
        writer.write_table(table)
    assert only(look("a.arrow", stored.getvalue()), "table")["rows"][0] == ["n", "int64", "true"]


# What is no good.


def test_what_a_library_is_missing_for_says_so(look, monkeypatch):
    monkeypatch.setattr(
        workshop, "START", "import sys; sys.modules['PIL'] = None\n" + workshop.START
    )
    with Workshop() as bare:
        preview = bare.look(Portion(File("a.png", 3, "", "/dev/null"), None, 9), "image")
    assert notes(preview) == "pillow is not installed here: scripts/setup.sh catalog installs it"


def test_a_file_that_is_here_is_asked_for_in_few_pieces(shop, tmp_path):
    class Counted(Portion):
        asked = 0

        def range(self, offset: int, count: int) -> bytes:
            self.asked += 1
            return super().range(offset, count)

    place = tmp_path / "a.csv"
    place.write_bytes(CSV.encode() * 2000)
    file = Counted(File("a.csv", place.stat().st_size, "", str(place)), None, LOCAL_BYTES)
    assert shop.look(file, "table")[0]["type"] == "table"
    assert 0 < file.asked < 12


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt"])
def test_an_endless_line_is_named(look, name):
    assert "one line that does not end" in notes(look(name, b"x" * 600_000))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("while True: pass", "it takes more than 4 s"),
        ("bytearray(400 * 2**20)", "more than 300 MiB of memory"),
        ("import os; os._exit(7)", "what reads it broke on it"),
        ("open('/etc/hostname')", "Too many open files"),
        ("return [{'type': 'text', 'lines': ['x' * 10**6]}]", "more than a page should show"),
    ],
)
def test_each_guard_holds_and_the_next_file_is_served(tmp_path, monkeypatch, body, says):
    """By a format of our own that does, harmlessly, what a file could bring a library to."""
    function = f"def show(file):\n    {body}"
    code = f"import types; m = types.ModuleType('m')\nexec({function!r}, m.__dict__)\n"
    code += "import sys; sys.modules['catalog.preview.formats.odd'] = m\n"
    monkeypatch.setattr(workshop, "START", code + workshop.START)
    place = tmp_path / "a"
    place.write_bytes(b"fine")
    file, began = File("a", 4, "", str(place)), time.monotonic()
    with Workshop() as shop:
        assert says in notes(shop.look(Portion(file, None, 99), "odd"))
        assert time.monotonic() - began < 300  # and does not wait for ever
        assert shop.look(Portion(file, None, 99), "text")[0]["lines"] == ["fine"]


def test_memory_is_bounded_where_the_system_does_not(tmp_path, monkeypatch):
    """As on macOS: no limit holds, and the worker looks at its child itself."""
    function = "def show(file):\n    held = b'x' * (400 * 2**20)\n    while held: pass"
    code = f"import types; m = types.ModuleType('m')\nexec({function!r}, m.__dict__)\n"
    code += "import resource, sys; sys.modules['catalog.preview.formats.odd'] = m\n"
    code += "sys.platform = 'darwin'; resource.setrlimit = lambda *_: None\n"
    monkeypatch.setattr(workshop, "START", code + workshop.START)
    (tmp_path / "a").write_bytes(b"fine")
    file = Portion(File("a", 4, "", str(tmp_path / "a")), None, 99)
    with Workshop() as shop:
        assert "more than 300 MiB of memory" in notes(shop.look(file, "odd"))
        assert shop.look(file, "text")[0]["lines"] == ["fine"]


def test_no_more_is_asked_of_s3_than_was_said(rclone_bucket: Bucket, shop, monkeypatch):
    asked: list[tuple[int, int]] = []
    whole = ranges._of_s3

    def counted(client, key, offset, count):
        asked.append((offset, count))
        return whole(client, key, offset, count)

    monkeypatch.setattr(ranges, "_of_s3", counted)
    rclone_bucket.put("x/a.csv", CSV.encode() * 2000)
    rclone_bucket.put("x/a.txt", b"line\n" * 100_000)
    for name, left in (("a.csv", 100_000), ("a.txt", 100_000)):
        asked.clear()
        size = len(rclone_bucket.get(f"x/{name}"))
        key = rclone_bucket.key(f"x/{name}")
        one = Portion(File(name, size, key), rclone_bucket.client, left)
        assert shop.look(one, select.format_of(name))[0]["type"] in ("table", "text")
        assert sum(count for _, count in asked) == one.read <= left < size
    key = rclone_bucket.key("x/gone.txt")
    assert "could not be read" in notes(
        shop.look(Portion(File("gone.txt", 9, key), rclone_bucket.client, 99), "text")
    )


def test_files_are_chosen_by_what_they_tell():
    names = [f"log{n}.txt" for n in range(20)] + ["m.safetensors", "deep/x.csv", "y.csv", "z.bin"]
    chosen = select.choose([File(name, 9, name) for name in names])
    assert {"m.safetensors", "deep/x.csv", "y.csv", "z.bin"} < {file.path for file, _ in chosen}
    assert len(chosen) == select.MOST
    assert select.choose([File("empty.txt", 0, "k"), File("away.txt", 9)]) == []


def test_files_here_are_looked_into_again_only_when_they_changed(tmp_path, monkeypatch):
    place = tmp_path / "a.txt"

    def lines(text: str = "") -> list[str]:
        if text:
            place.write_text(text)
        item = Item(Entry("processed_datasets", "x", tmp_path), None)
        item.contents = Contents([File("a.txt", place.stat().st_size, "", str(place))])
        kept = Kept(tmp_path / "kept.json", "these")
        viewer = make.Viewer(None, kept)
        shown = viewer.look(item).files[0].blocks[0]["lines"]
        viewer.close()
        kept.save()
        return shown

    assert lines("one\n") == ["one"]
    monkeypatch.setattr(Workshop, "_pipes", lambda _: pytest.fail("it is looked into again"))
    assert lines() == ["one"]
    monkeypatch.undo()
    assert lines("other\n") == ["other"]


def test_private_stays_private_in_all_that_was_made_of_it(clone):
    """`preview: false`, and data about people, as cards say: also of what an entry comes from."""
    own = without_entries(clone("own"))
    head = "personal_sensitive_information: {}\n"
    write_card(own, "raw_datasets/people", "## What it is\n\nMail.", head.format("Names in mails."))
    write_card(own, "raw_datasets/none", "## What it is\n\nx", head.format("None known."))
    of_people = "source_datasets: [raw_datasets/people]\n"
    for name, more in (("derived", of_people), ("allowed", of_people + "preview: true\n")):
        card = write_card(own, f"processed_datasets/{name}", "## What it is\n\nx", more)
        text = card.read_text().replace("source_datasets: [raw_datasets/base]\n", "", 1)
        card.write_text(text)
    for name, word in (("never", "false"), ("off", "off"), ("misspelt", "flase")):
        write_card(own, f"training_results/{name}", "## What was run\n\nx", f"preview: {word}\n")
        own.write(f"training_results/{name}/metrics.json", b'{"accuracy": 1}')
    write_card(own, "raw_datasets/kept", "## What it is\n\nx", head.format("None of them is out"))
    write_card(own, "raw_datasets/clear", "## What it is\n\nx", head.format("Names; cleared by A"))
    collection = collect.collect(own.path)
    by_id = {item.id: item for item in collection.items}
    why = {item.entry.name: privacy.forbidden(item, by_id) for item in collection.items}
    assert "data about people" in why["people"]
    assert why["derived"].startswith("the card of `raw_datasets/people`, which it comes from,")
    assert why["never"] == "its card says `preview: false`"
    assert "flase" in why["misspelt"] and why["off"]
    assert [item.run for item in collection.items if item.entry.section == "training_results"] == [
        None, None, None,
    ]  # fmt: skip
    assert "data about people" in why["kept"]
    assert (why["none"], why["allowed"], why["clear"]) == ("", "", "")
