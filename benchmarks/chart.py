"""The results as bars, an SVG without a library: one group per case, shorter is better."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from measure import Row

CHART = Path(__file__).resolve().parent / "results.svg"
SHOWN = ("ours", "rclone 16", "rclone 64", "s5cmd", "dvc", "original")
WIDTH, LEFT, BAR, GAP = 760, 110, 16, 34
OURS, OTHERS = "#1a7f5a", "#b8c0c8"


def write(rows: list[Row]) -> None:
    CHART.write_text(svg([row for row in rows if row.workload == "SMALL" and row.tool in SHOWN]))


def svg(rows: list[Row]) -> str:
    parts, y = [], 10
    for (link, case), group in groupby(rows, key=lambda row: (row.link, row.case)):
        bars = list(group)
        if len(bars) < 2:
            continue
        y += GAP
        title = escape(f"{case} (10,000 small files, {link})")
        parts.append(f'<text x="0" y="{y - 8}" font-weight="bold">{title}</text>')
        longest = max(bar.wall for bar in bars)
        for bar in sorted(bars, key=lambda bar: bar.wall):
            parts.append(_bar(bar, longest, y))
            y += BAR + 3
    style = "font-family: sans-serif; font-size: 12px"
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 10}" '
        f'style="{style}">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def _bar(row: Row, longest: float, y: int) -> str:
    width = max(1, (WIDTH - LEFT - 80) * row.wall / longest)
    color = OURS if row.tool == "ours" else OTHERS
    name = "this registry" if row.tool == "ours" else row.tool
    return (
        f'<text x="{LEFT - 6}" y="{y + 12}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{width:.0f}" height="{BAR}" fill="{color}"/>'
        f'<text x="{LEFT + width + 5:.0f}" y="{y + 12}">{row.wall:.2f} s</text>'
    )
