"""Writes the pages: templates filled with what was collected, and the files they need."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from catalog import croissant, facts, programs, relations, runs, usage, words
from catalog.body import highlight
from catalog.collect import Collection
from registry.humanize import plural
from registry.sections import SECTIONS

HERE = Path(__file__).resolve().parent


def write(found: Collection, folder: Path, base: str) -> None:
    """The whole site into an empty folder. `base`: where it will be published, or ""."""
    env = _environment(found, base)
    static = shutil.ignore_patterns("*.md", "LICENSE*")
    shutil.copytree(HERE / "static", folder / "static", ignore=static)
    for section in dict.fromkeys(item.entry.section for item in found.items):
        (folder / section).mkdir()
    _entries(env, found, folder, base)
    _programs(env, found, folder, base)
    _put(folder / "index.html", _index(env, found))
    _put(folder / "lineage.html", _lineage(env, found))
    shown, columns, rows = runs.overview(found.items)
    if shown:
        page = env.get_template("runs.html")
        _put(folder / "runs.html", page.render(top="", runs=shown, columns=columns, rows=rows))
    _files(found, folder / "data" / "files")
    (folder / ".nojekyll").touch()  # GitHub would leave out names that begin with _
    if found.links.pictures:
        (folder / "pictures").mkdir()
    for picture, source in found.links.pictures.items():
        shutil.copyfile(source, folder / picture)


def _index(env: Environment, found: Collection) -> str:
    rows = {
        "rows": [programs.row(item) for item in found.items],
        "words": {name: several.capitalize() for name, (_, several) in words.SECTION_WORDS.items()},
    }
    return env.get_template("index.html").render(
        top="",
        items=found.items,
        ids={item.id: item for item in found.items},
        total=sum(item.size or 0 for item in found.items),
        rows=Markup(programs.in_html(rows)),
    )


def _lineage(env: Environment, found: Collection) -> str:
    linked = {end for edge in found.edges for end in edge[:2]}
    alone = [item for item in found.items if item.id not in linked]
    return env.get_template("lineage.html").render(top="", alone=alone)


def _entries(env: Environment, found: Collection, folder: Path, base: str) -> None:
    page = env.get_template("entry.html")
    by_id = {item.id: item for item in found.items}
    lineage = relations.Lineage(found.edges)
    for item in found.items:
        edges, is_all = lineage.around(item.id)
        beside = runs.of_model(item, found.items) if runs.has_metrics(item) else []
        near = {item.id, *(end for edge in edges for end in edge[:2])}
        data = croissant.describe(item, base + item.page, found.published.get(item.id))
        html = page.render(
            top="../",
            item=item,
            body=Markup(item.body),  # body.render cleaned it
            facts=facts.read(item),
            pull="" if found.mirror else usage.pull(item),
            python=Markup(highlight(usage.python(item, found.mirror), "python").rstrip()),
            croissant=Markup(programs.in_html(data)) if data else "",
            graph=Markup(programs.in_html(programs.graph((by_id[i] for i in sorted(near)), edges))),
            has_lineage=bool(edges),
            is_dashed=any(edge.words == relations.MADE_BY for edge in edges),
            is_all=is_all,
            by_id=by_id,
            runs=beside,
            metrics=runs.side_by_side(beside),
            settings=runs.settings(beside),
            clone=f"{found.web}.git" if found.web else "",
            series=Markup(programs.in_html(runs.curves(beside))),
        )
        _put(folder / f"{item.id}.html", html)
        if data:
            _put(folder / f"{item.id}.croissant.json", programs.in_html(data) + "\n")


def _files(found: Collection, folder: Path) -> None:
    """The lists of files, each a script of its own: its page reads it after all else."""
    for item in found.items:
        if item.contents.files:
            (folder / item.entry.section).mkdir(parents=True, exist_ok=True)
            _put(folder / f"{item.id}.js", programs.script("FILES", programs.files(item)))


def _programs(env: Environment, found: Collection, folder: Path, base: str) -> None:
    data = folder / "data"
    data.mkdir()
    _put(folder / "index.json", programs.index(found))
    _put(data / "texts.js", programs.script("TEXTS", programs.texts(found.items)))
    whole = programs.graph(found.items, found.edges)
    _put(data / "lineage.js", programs.script("LINEAGE", whole))
    news = programs.news(found.items)
    _put(folder / "feed.xml", env.get_template("feed.xml").render(news=news))
    if base:
        _put(folder / "sitemap.xml", programs.sitemap(found, base))


def _environment(found: Collection, base: str) -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared: dict[str, Any] = {
        "found": found, "base": base, "sections": SECTIONS, "plural": plural, "day": words.day,
        "counts": Counter(item.entry.section for item in found.items), "size": words.size,
        "link": facts.link, "coded": words.coded, "section_words": words.SECTION_WORDS,
        "headlines": runs.headlines, "has_runs": any(map(runs.has_metrics, found.items)),
    }  # fmt: skip
    env.globals.update(shared)
    return env


def _put(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
