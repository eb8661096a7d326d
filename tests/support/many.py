"""A registry of any number of entries, made up but whole: chains of datasets, models and runs."""

from __future__ import annotations

import random
from pathlib import Path

WORDS = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "island", "juniper",
    "kestrel", "lagoon", "meadow", "north", "orchid", "prairie", "quartz", "river", "summit",
    "tundra", "umber", "valley", "willow", "yarrow", "zephyr",
)  # fmt: skip
TAGS = ("text", "audio", "images", "tables", "speech", "weather", "news", "law", "medical", "code")
LICENSES = ("mit", "apache-2.0", "cc0-1.0", "cc-by-4.0", "odbl", "other")
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "sw", "ja", "zh")
CODE = "code: {repo: https://example.org/code, commit: 0123abc, command: make it}\n"
HEADINGS = {
    "raw_datasets": ("What it is", "Where it comes from", "What is in it"),
    "processed_datasets": ("What it is", "How it was made", "What is in it"),
    "champion_models": ("What it does", "How to use it", "How it was trained", "How good it is"),
    "training_results": ("What was run", "What is in it", "What came out"),
}
TABLE = """
| split | records | share |
|---|---:|:--|
| train | 1,024 | `0.8` |
| test | 256 | `0.2` |

```python
from pathlib import Path
print(sorted(Path("{entry}").iterdir()))
```
"""


def fill(root: Path, count: int) -> list[str]:
    """Write the cards of `count` entries into a checkout; their ids. Always the same ones."""
    dice = random.Random(7)
    kinds = ("raw_datasets", "processed_datasets", "champion_models", "training_results")
    made: list[str] = []
    for number in range(count):
        section = kinds[number % 4]
        name = f"{dice.choice(WORDS)}-{dice.choice(WORDS)}-{number // 4:03}"
        if section == "training_results":
            name = made[-1].split("/")[1]
        made.append(f"{section}/{name}")
        text = card(made, section, name, dice)
        (root / f"{made[-1]}.card.md").write_text(text, encoding="utf-8")
        if section == "raw_datasets":
            out = f"outs:\n- md5: {number:032x}.dir\n  size: {number * 4096}\n  nfiles: {number}\n"
            dvc_file = root / f"{made[-1]}.dvc"
            dvc_file.write_text(f"{out}  hash: md5\n  path: {name}\n")
    return made


def card(made: list[str], section: str, name: str, dice: random.Random) -> str:
    """A card that leads back to the entries before it."""
    before = made[-2] if len(made) > 1 else made[-1]
    older = dice.choice([e for e in made if e.startswith(("raw", "processed"))][-40:])
    sources = sorted({before, older} if dice.random() < 0.3 else {before})
    license_id = dice.choice(LICENSES)
    head = {
        "raw_datasets": "source_url: https://example.org/data\nretrieved: 2026-01-31\n",
        "processed_datasets": f"source_datasets: [{', '.join(sources)}]\n{CODE}",
        "champion_models": f"datasets: [{before}]\ntraining_results: training_results/{name}\n",
        "training_results": f"model: {before}\n{CODE}",
    }[section]
    if license_id == "other":
        head += "license_name: House rules\nlicense_link: https://example.org/license\n"
    if dice.random() < 0.05:
        head += "status: deprecated\ndeprecated_notice: Its test split leaked.\n"
    tags = ", ".join(sorted(set(dice.choices(TAGS, k=3))))
    languages = ", ".join(sorted(set(dice.choices(LANGUAGES, k=2))))
    title = f"{name.replace('-', ' ').capitalize()} {dice.choice(TAGS)}"
    body = "".join(f"\n## {title}\n\n{story(dice)}\n" for title in HEADINGS[section])
    source = f"\nSee [what it comes from](../{before}.card.md).\n"
    body += source + TABLE.format(entry=f"{section}/{name}")
    return (
        f"---\npretty_name: {title}\nlicense: {license_id}\nlanguage: [{languages}]\n"
        f"tags: [{tags}]\n{head}---\n\n# Card: {name}\n{body}"
    )


def story(dice: random.Random) -> str:
    sentences = (" ".join(dice.choices(WORDS, k=12)).capitalize() + "." for _ in range(6))
    return " ".join(sentences)
