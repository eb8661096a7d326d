"""The walls of scripts/: what imports what, who prints, what an `__init__` holds, who has a name.

The rooms and their order are here; which of its modules other rooms may use, a room says itself:
`Face: this, that.` in the docstring of its `__init__`.
"""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
VERBS = "verbs"
GROUND = "ground"
# Each floor imports from those below it; rooms of one floor do not know each other.
FLOORS = (
    (GROUND,),
    ("cards", "experiments", "remote"),
    ("index", "transfer"),
    ("sync",),
    ("raw",),
    ("inside", "publish"),
    ("status", "doctor", "catalog", "start", "move"),
    ("daily",),
    (VERBS,),
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
MAY_PRINT = ("registry.console", "registry.progress")
# Names that two modules give to two things, and that somebody imports without their module's name:
# a reader could take one for the other. Take off what is gone; nothing may come in.
TWICE = """
Answer CHANGED Change Finding HANDS Item KINDS NAMED Push ROOT Result
SCHEME TAG TRASH UNKNOWN known leftovers parse whole words
"""


class Module:
    """One file of the tree: its name with dots, its room, and what is in it."""

    def __init__(self, scripts: Path, file: Path) -> None:
        self.file = file.relative_to(scripts)
        parts = self.file.with_suffix("").parts
        self.is_init = parts[-1] == "__init__"
        self.parts = parts[:-1] if self.is_init else parts
        self.name = ".".join(self.parts)
        self.tree = ast.parse(file.read_text(encoding="utf-8"))

    @property
    def room(self) -> str:
        return room_of(self.parts, self.is_init)

    @property
    def face(self) -> set[str]:
        """The modules of this room that others may use."""
        said = re.search(r"^Face: (.*?)\.$", ast.get_docstring(self.tree) or "", re.M | re.S)
        return set(re.split(r",\s+", said[1])) if said else set()

    @cached_property
    def names(self) -> set[str]:
        """What it defines at the top, but for what begins with `_` and every verb's `main`."""
        tops = {name for node in self.tree.body for name in defined(node)}
        return {name for name in tops if not name.startswith("_")} - {"main"}


class Import:
    """`target` is a module of the tree, `name` what is taken out of it, if not the module."""

    def __init__(self, source: Module, line: int, target: Module, name: str) -> None:
        self.source, self.line, self.target, self.name = source, line, target, name

    @property
    def at(self) -> str:
        return f"{self.source.file}:{self.line}: "


class Tree:
    """All modules below a folder like scripts/, and all imports between them."""

    def __init__(self, scripts: Path) -> None:
        files = sorted(scripts.rglob("*.py"))
        self.modules = {m.name: m for m in (Module(scripts, file) for file in files)}
        self.imports = [i for module in self.modules.values() for i in self._imports(module)]

    def _imports(self, module: Module) -> Iterator[Import]:
        for node in ast.walk(module.tree):
            for path in imported(node, module):
                for cut in range(len(path), 0, -1):
                    target = self.modules.get(".".join(path[:cut]))
                    if target:
                        yield Import(module, node.lineno, target, ".".join(path[cut:]))
                        break


def room_of(parts: tuple[str, ...], is_init: bool) -> str:
    if parts[0] == "catalog":
        return "catalog"
    if parts[0] != "registry":
        return VERBS
    return parts[1] if len(parts) > 2 or (is_init and len(parts) == 2) else GROUND


def imported(node: ast.AST, module: Module) -> list[tuple[str, ...]]:
    """The dotted paths that an import statement names."""
    if isinstance(node, ast.Import):
        return [tuple(alias.name.split(".")) for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = module.parts[: len(module.parts) - node.level + module.is_init] if node.level else ()
    head = (*above, *(node.module.split(".") if node.module else ()))
    return [(*head, alias.name) for alias in node.names]


def defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [name.id for t in targets if t for name in ast.walk(t) if isinstance(name, ast.Name)]


# The walls. Each yields what breaks it, as lines that a person can act on.


def imports_up(tree: Tree) -> Iterator[str]:
    """Imports run down only, and no verb imports a verb."""
    for i in tree.imports:
        here, target = i.source.room, i.target.room
        if here == target == VERBS:
            yield f"{i.at}a verb imports the verb {i.target.name}"
        elif here != target and LEVEL.get(target, 99) >= LEVEL.get(here, -1):
            yield f"{i.at}{here} stands on no {target}"


def imports_past_a_face(tree: Tree) -> Iterator[str]:
    """Another room's module is imported only where that room's `__init__` calls it its face."""
    for i in tree.imports:
        here, target = i.source.parts, i.target.parts
        for depth in range(2, len(target)):
            room = tree.modules.get(".".join(target[:depth]))
            if room and here[:depth] != target[:depth] and target[depth] not in room.face:
                yield f"{i.at}{i.target.name} is no face of {room.name}"


def faces_without_a_module(tree: Tree) -> Iterator[str]:
    """A face names what is there."""
    for module in tree.modules.values():
        for name in sorted(module.face):
            if f"{module.name}.{name}" not in tree.modules:
                yield f"{module.file}: its face names {name}, which is not there"


def modules_without_a_word(tree: Tree) -> Iterator[str]:
    """A room's docstring says of each of its modules what it is for."""
    for module in tree.modules.values():
        room = tree.modules.get(".".join(module.parts[:-1]))
        if module.is_init or module.room == "catalog" or room is None or not room.face:
            continue
        if not re.search(rf"\b{module.parts[-1]}\b", ast.get_docstring(room.tree) or ""):
            yield f"{room.file}: says nothing of {module.parts[-1]}"


def circles(tree: Tree) -> Iterator[str]:
    """No module needs, over whatever detour, itself."""
    below: dict[str, set[str]] = {name: set() for name in tree.modules}
    for i in tree.imports:
        below[i.source.name].add(i.target.name)
    try:
        graphlib.TopologicalSorter(below).prepare()
    except graphlib.CycleError as error:
        yield f"a circle: {' < '.join(error.args[1])}"


def prints(tree: Tree) -> Iterator[str]:
    """Only verbs, console and progress talk to the person."""
    for module in tree.modules.values():
        if module.room != VERBS and module.name not in MAY_PRINT:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and talks(node.func):
                    yield f"{module.file}:{node.lineno}: a noun prints"


def talks(function: ast.expr) -> bool:
    text = ast.unparse(function)
    return text == "print" or bool(re.fullmatch(r"sys\.std(out|err)(\.buffer)?\.write\w*", text))


def code_in_an_init(tree: Tree) -> Iterator[str]:
    """An `__init__` is a docstring, so that importing one module of a room costs no other."""
    for module in tree.modules.values():
        if module.is_init and not ast.get_docstring(module.tree):
            yield f"{module.file}: no docstring"
        for node in module.tree.body[1:] if module.is_init else []:
            yield f"{module.file}:{node.lineno}: code in an __init__"


def names_of_two_things(tree: Tree) -> set[str]:
    """Names that several modules define, and that are imported without their module's name."""
    owners: dict[str, int] = {}
    for module in tree.modules.values():
        for name in module.names:
            owners[name] = owners.get(name, 0) + 1
    return {i.name for i in tree.imports if owners.get(i.name, 0) > 1}


WALLS = (
    imports_up, imports_past_a_face, faces_without_a_module, modules_without_a_word, circles,
    prints, code_in_an_init,
)  # fmt: skip


@pytest.fixture(scope="module")
def ours():
    return Tree(SCRIPTS)


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_the_walls_stand(ours, wall):
    assert list(wall(ours)) == []


def test_no_more_names_are_given_to_two_things(ours):
    now, listed = names_of_two_things(ours), set(TWICE.split())
    assert sorted(now - listed) == [], "name one of the two otherwise, or import its module"
    assert sorted(listed - now) == [], "gone, well done: take it off the list"


def test_every_room_has_a_floor_and_a_face(ours):
    rooms = {m.room for m in ours.modules.values()}
    assert rooms == set(LEVEL)
    for room in rooms - {GROUND, VERBS, "catalog"}:
        assert ours.modules[f"registry.{room}"].face, room


# Each wall is seen to break, in a small tree that is right but for one file.

GOOD = {
    "registry/__init__.py": '"""Ground."""\n',
    "registry/names.py": "def some(): ...\n",
    "registry/console.py": "def say(text):\n    print(text)\n",
    "registry/remote/__init__.py": '"""Remote, by http.\n\nFace: s3,\nlocation.\n"""\n',
    "registry/remote/s3.py": "from registry.remote import http\n",
    "registry/remote/http.py": "from registry.names import some\n",
    "registry/remote/location.py": "ROOT = 1\n",
    "registry/sync/__init__.py": '"""Sync.\n\nFace: push, rules.\n"""\n',
    "registry/sync/push.py": "from registry import names\nfrom registry.remote import s3\n",
    "registry/sync/rules/__init__.py": '"""Rules: one and other.\n\nFace: one.\n"""\n',
    "registry/sync/rules/one.py": "import registry.sync.rules.other\n",
    "registry/sync/rules/other.py": "",
    "push_entries.py": "from registry.sync import push\nfrom registry.sync.rules import one\n"
    "print(1)\n\n\ndef main(): ...\n",
    "pull_entries.py": "def main(): ...\n",
}


def tree(folder: Path, **changed: str) -> Tree:
    for name, text in (GOOD | changed).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Tree(folder)


def broken(tree: Tree) -> list[str]:
    return [line for wall in WALLS for line in wall(tree)]


def test_the_small_tree_is_right(tmp_path):
    assert broken(tree(tmp_path)) == []
    assert names_of_two_things(tree(tmp_path)) == set()


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("registry/remote/http.py", "from registry.sync import push\n", "remote stands on no sync"),
        ("registry/remote/http.py", "def f():\n    import registry.sync.push\n",
         "registry/remote/http.py:2: remote stands on no sync"),
        ("registry/remote/http.py", "from ..sync import push\n", "remote stands on no sync"),
        ("registry/names.py", "from registry.remote import s3\n", "ground stands on no remote"),
        ("registry/names.py", "import pull_entries\n", "ground stands on no verbs"),
        ("registry/cards/card.py", "from registry.remote import s3\n", "cards stands on no remote"),
        ("registry/attic/x.py", "from registry import names\n", "attic stands on no ground"),
        ("pull_entries.py", "import push_entries\n", "a verb imports the verb push_entries"),
        ("pull_entries.py", "from push_entries import main\n", "imports the verb push_entries"),
        ("pull_entries.py", "from registry.remote import http\n", "http is no face of"),
        ("pull_entries.py", "from registry.remote.http import Client\n", "http is no face of"),
        ("pull_entries.py", "import registry.sync.rules.other\n", "no face of registry.sync.rules"),
        ("registry/sync/push.py", "from registry.sync.rules import other\n", "is no face of"),
        ("registry/remote/__init__.py", '"""Remote.\n\nFace: s3, location, gone.\n"""\n', "gone"),
        ("registry/remote/attic.py", "", "remote/__init__.py: says nothing of attic"),
        ("registry/remote/http.py", "from registry.remote import s3\n", "a circle: "),
        ("registry/names.py", "def f():\n    print(1)\n", "registry/names.py:2: a noun prints"),
        ("registry/names.py", "import sys\nsys.stderr.write('x')\n", "a noun prints"),
        ("catalog/site.py", "print(1)\n", "a noun prints"),
        ("registry/sync/__init__.py", GOOD["registry/sync/__init__.py"] + "X = 1\n", ":5: code"),
        ("registry/sync/__init__.py", "X = 1\n", "no docstring"),
    ],
)  # fmt: skip
def test_each_wall_breaks(tmp_path, file, text, says):
    lines = broken(tree(tmp_path, **{file: text}))
    assert [line for line in lines if says in line], lines


def test_a_name_of_two_things_is_found(tmp_path):
    twice = {"registry/names.py": "def some(): ...\nROOT = 2\n"}
    assert names_of_two_things(tree(tmp_path, **twice)) == set()  # `location.ROOT` says which
    bare = {"pull_entries.py": "from registry.remote.location import ROOT\n"}
    assert names_of_two_things(tree(tmp_path, **twice, **bare)) == {"ROOT"}
