"""A team's registry of 70 entries, as one grows in two years: made up, whole, always the same.

    ids = team_registry.write(anna)      # cards and data; nothing committed, nothing sent
    team_registry.send(anna)

Twelve sources, sixteen datasets cut from them (chains of five, diamonds, one that four others
need), fourteen champions, each with the run that made it, and fourteen experiments. Names lie in
each other (`reader`, `reader-small`, `reader-small-v2`), have blanks, accents and other alphabets;
cards speak of each other in prose, links, code and by _name_, as people write them.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.checkout import Checkout
    from support.process import Run

RAW = (
    "harbour logs", "harbour", "letters", "letters-1900", "weather", "Wetter Köln", "tide.tables",
    "ships", "ships_of_1890", "parish-registers", "maps", "гавань",
)  # fmt: skip
# A dataset and what it is cut from; a bare name is of the same section.
CUTS = {
    "words": "raw/letters raw/letters-1900",
    "words-clean": "words",
    "words-clean-split": "words-clean",
    "words-clean-split-small": "words-clean-split",
    "storms": "raw/weather raw/tide.tables",
    "storms-north": "storms",
    "storms-south": "storms",
    "storms joined": "storms-north storms-south",
    "ships": "raw/ships raw/ships_of_1890 raw/harbour",
    "ships-by-year": "ships",
    "arrivals": "ships storms-north",
    "departures": "ships storms-south",
    "voyages": "arrivals departures",
    "voyages-test": "voyages",
    "Köln": "raw/Wetter^Köln",
    "гавань": "raw/гавань raw/maps",
}
MODELS = {
    "reader": "words-clean-split",
    "reader-small": "words-clean-split-small",
    "reader-small-v2": "words-clean-split-small words",
    "reader.v3": "words-clean-split",
    "storm-warner": "storms^joined",
    "storm-warner-north": "storms-north",
    "storm-warner-south": "storms-south",
    "voyage": "voyages",
    "voyage-2": "voyages voyages-test",
    "ship namer": "ships",
    "Kölner Regen": "Köln",
    "ships": "ships",
    "лоцман": "гавань",
    "tagger": "words raw/parish-registers",
}
TRIED = (
    "reader", "reader-tiny", "reader-tiny-2", "storms-west", "voyage long", "voyage-3", "ocr",
    "ocr-2", "ocr-2-again", "maps-to-text", "Köln Regen", "сети", "tagger", "ships",
)  # fmt: skip
CODE = "code: {repo: https://example.org/code, commit: '0123abc', command: make it}\n"
SAYINGS = (
    "It was cut again after the first try had doubled every third line.",
    "The evening watch wrote less than the morning watch, and shorter words.",
    "Numbers below ten are spelt out; nobody remembers why.",
    "Two pages were wet and could not be read.",
    "Ask Ines before you use it for anything that is printed.",
    "The north is over-represented, since its keepers were paid by the page.",
)


def write(person: Checkout) -> list[str]:
    """Write cards and data into a checkout; the ids, each after what it is made from."""
    dice = random.Random(70)
    made = dict[str, list[str]]()  # what each entry is made from
    made |= {f"raw_datasets/{name}": [] for name in RAW}
    made |= {f"processed_datasets/{name}": _ids(of) for name, of in CUTS.items()}
    for name, of in MODELS.items():
        made |= {f"champion_models/{name}": _ids(of), f"training_results/{name}": []}
    datasets = [id for id in made if id.startswith("processed_datasets/")]
    made |= {f"experiments/{name}": [dice.choice(datasets)] for name in TRIED}
    for id, sources in made.items():
        person.write(f"{id}.card.md", card(id, sources, dice).encode())
        for path, body in _files(id, dice).items():
            person.write(f"{id}/{path}", body)
    ledger = "".join(f"/{name}/\n" for name in TRIED)
    rules = person.read("experiments/.gitignore").decode()
    person.write("experiments/.gitignore", (rules + ledger).encode())
    return list(made)


def send(person: Checkout) -> None:
    """Commit all of it, and push it; `.dvc` files are made first."""
    _well(person.run(".venv/bin/dvc", "add", "-q", *(f"raw_datasets/{name}" for name in RAW)))
    person.git("add", "-A")
    person.git("commit", "-qm", "Two years of work")
    _well(person.push())


def join(person: Checkout, other: Checkout) -> None:
    """This person has what the other one committed, and follows that from now on."""
    person.git("remote", "add", "origin", str(other.path))
    person.git("fetch", "-q", "origin")
    person.git("reset", "-q", "--hard", "origin/main")
    person.git("branch", "-q", "-u", "origin/main")


def made_from(id: str) -> set[str]:
    """All that an entry is made from, by whatever way, and itself."""
    section, name = id.split("/")
    words = {"processed_datasets": CUTS, "champion_models": MODELS}.get(section, {}).get(name, "")
    return {id}.union(*(made_from(source) for source in _ids(words)))


def card(id: str, sources: list[str], dice: random.Random) -> str:
    section, name = id.split("/")
    title = name.replace("-", " ").capitalize()
    head = f'---\npretty_name: "{title}"\nlicense: cc-by-4.0\n{_keys(section, name, sources)}---\n'
    return f"{head}\n# Card: {name}\n{_body(section, name, sources, dice)}"


def _keys(section: str, name: str, sources: list[str]) -> str:
    listed = "".join(f"  - {id}\n" for id in sources)
    return {
        "raw_datasets": "source_url: https://example.org/archive\nretrieved: 2024-05-03\n",
        "processed_datasets": f"source_datasets:\n{listed}{CODE}",
        "champion_models": f"datasets:\n{listed}training_results: training_results/{name}\n",
        "training_results": f"model: champion_models/{name}\n{CODE}",
        "experiments": f"source_datasets: [{', '.join(sources)}]\n",
    }[section]


def _body(section: str, name: str, sources: list[str], dice: random.Random) -> str:
    say = lambda: " ".join(dice.sample(SAYINGS, 2))  # noqa: E731
    links = "".join(f"- [{id}](<../{id}.card.md>), {say()}\n" for id in sources)
    pair = {"champion_models": "training_results", "training_results": "champion_models"}
    if section in pair:
        links += f"- [{pair[section]}/{name}](<../{pair[section]}/{name}.card.md>)\n"
    prose = f"{say()} See `{sources[0]}` first.\n" if sources else f"{say()}\n"
    code = f'```python\nopen("{section}/{name}/data/part 1.txt").read()\n```\n'
    headings = {
        "raw_datasets": ("What it is", "Where it comes from", "What is in it"),
        "processed_datasets": ("What it is", "How it was made", "What is in it"),
        "champion_models": (
            "What it does",
            "How to use it",
            "How it was trained",
            "How good it is",
        ),
        "training_results": ("What was run", "What is in it", "What came out"),
        "experiments": ("What it is", "How to make it again"),
    }[section]
    texts = [prose, links or f"{say()}\n", code, f"{say()}\n"]
    return "".join(f"\n## {title}\n\n{text}" for title, text in zip(headings, texts, strict=False))


def _ids(words: str) -> list[str]:
    return [
        f"{'raw_datasets' if word.startswith('raw/') else 'processed_datasets'}/"
        f"{word.removeprefix('raw/').replace('^', ' ')}"
        for word in words.split()
    ]


def _files(id: str, dice: random.Random) -> dict[str, bytes]:
    """A few files: a text of its own, a binary of some KB, one that many entries share."""
    lines = "".join(f"{id} {number} {dice.choice(SAYINGS)}\n" for number in range(20))
    return {
        "data/part 1.txt": lines.encode(),
        "data/Maß.bin": dice.randbytes(3000),
        "LICENSE": b"CC BY 4.0\n",
    }


def _well(run: Run) -> None:
    assert run.code == 0, str(run)
