"""Writes the pages: templates filled with what was collected, and the files they need."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from catalog import entry_page, facts, moments, programs, runs, words
from catalog.collect import Collection
from catalog.colours import highlight
from catalog.folder import SiteFolder
from registry.humanize import plural
from registry.sections import RESULTS, SECTIONS

HERE = Path(__file__).resolve().parent


def write(collection: Collection, folder: SiteFolder, base: str) -> None:
    """The whole site into an empty folder. `base`: where it will be published, or ""."""
    env = _environment(collection, base)
    notes = shutil.ignore_patterns("*.md")  # licenses go with what they are of
    shutil.copytree(HERE / "static", folder.path / "static", ignore=notes)
    _entries(env, collection, folder, base)
    _programs(env, collection, folder, base)
    folder.put("index.html", _index(env, collection))
    folder.put("lineage.html", _lineage(env, collection))
    if runs.in_overview(collection.items):
        folder.put("runs.html", _runs(env, collection))
    _files(collection, folder)
    folder.put(".nojekyll", "")  # GitHub would leave out names that begin with _
    for picture, source in collection.links.pictures.items():
        folder.copy(picture, source)


def _top(env: Environment, collection: Collection, page: str, **values: object) -> str:
    """A page about all entries; those say what the site was built from."""
    counts = Counter(item.entry.section for item in collection.items)
    built = {"top": "", "commit": collection.commit, "when": collection.when, "counts": counts}
    return env.get_template(f"{page}.html").render(**built, **values)


def _index(env: Environment, collection: Collection) -> str:
    rows = {
        "rows": [programs.row(item) for item in collection.items],
        "words": {name: several.capitalize() for name, (_, several) in words.SECTION_WORDS.items()},
    }
    return _top(
        env, collection, "index",
        items=collection.items,
        ids={item.id: item for item in collection.items},
        total=sum(item.size or 0 for item in collection.items),
        rows=Markup(programs.in_html(rows)),
    )  # fmt: skip


def _runs(env: Environment, collection: Collection) -> str:
    shown, columns, rows = runs.overview(collection.items)
    two = [item.id for item in shown if item.entry.section == RESULTS][:2]
    return _top(
        env, collection, "runs",
        runs=shown, columns=columns, rows=rows, compared=two if len(two) == 2 else [],
    )  # fmt: skip


def _lineage(env: Environment, collection: Collection) -> str:
    linked = {end for edge in collection.edges for end in edge[:2]}
    return _top(
        env,
        collection,
        "lineage",
        alone=[item for item in collection.items if item.id not in linked],
    )


def _entries(env: Environment, collection: Collection, folder: SiteFolder, base: str) -> None:
    template, frame = env.get_template("entry.html"), env.globals["site"]
    pages = entry_page.EntryPages(collection, base)
    for item in collection.items:
        context = pages.context(item)
        folder.page(f"{item.id}.html", {**context, "site": frame}, template.render)
        if context["croissant"]:
            folder.put(f"{item.id}.croissant.json", context["croissant"] + "\n")
    by_id = {item.id: item for item in collection.items}
    for former, now in collection.links.moved.items():
        page = env.get_template("moved.html")
        folder.put(f"{former}.html", page.render(top="../", former=former, item=by_id[now]))


def _files(collection: Collection, folder: SiteFolder) -> None:
    """The lists of files, each a script of its own: its page reads it after all else."""
    for item in collection.items:
        if item.contents.files:
            rows = programs.script("FILES", programs.files(item))
            folder.put(f"data/files/{item.id}.js", rows)


def _programs(env: Environment, collection: Collection, folder: SiteFolder, base: str) -> None:
    folder.put("index.json", programs.index(collection))
    folder.put("data/texts.js", programs.script("TEXTS", programs.texts(collection.items)))
    whole = programs.graph(collection.items, collection.edges)
    folder.put("data/lineage.js", programs.script("LINEAGE", whole))
    news = programs.news(collection.items)
    folder.put("feed.xml", env.get_template("feed.xml").render(news=news, when=collection.when))
    if base:
        folder.put("sitemap.xml", programs.sitemap(collection, base))


def _environment(collection: Collection, base: str) -> Environment:
    """What every template sees: the frame, which is among a page's values, and words and tools."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared: dict[str, Any] = {
        "site": entry_page.frame(collection, base), "sections": SECTIONS, "plural": plural,
        "day": moments.day, "size": words.size, "link": facts.link, "coded": words.coded,
        "section_words": words.SECTION_WORDS, "headlines": runs.headlines,
        "coloured": lambda code, language: Markup(highlight(code, language).rstrip()),
        "safe_body": Markup,  # body.render cleaned it
    }  # fmt: skip
    env.globals.update(shared)
    return env
