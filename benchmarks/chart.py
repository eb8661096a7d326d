"""The daily commands as bars, an SVG without a library: a panel per case, shorter is better.

It has its own ground, and colours for light and for dark surroundings.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from results import Table

CHART = Path(__file__).resolve().parent / "results.svg"
CASES = ("nothing changed", "one file changed", "cold")
LABELS = {"cold": "everything, for the first time"}
TOOLS = {  # {name in the chart: its measured configurations, of which the best counts}
    "data-registry": ("ours",),
    "rclone sync": ("rclone 16", "rclone 64"),
    "s5cmd sync": ("s5cmd",),
    "dvc": ("dvc",),
    "dvc + aws s3 sync": ("original",),
}
WIDTH, PANEL, LEFT, BAR, STEP, HEAD = 830, 400, 124, 14, 20, 78
STYLE = """
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 } .case { font-weight: 600 }
.small { font-size: 12px; fill: #59636e } .mine { font-weight: 600; fill: #116b48 }
.ground { fill: #ffffff; stroke: #d1d9e0 } .bar { fill: #b7bfc8 } .bar.mine { fill: #1a7f5a }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .small { fill: #9198a1 } .mine { fill: #56d39b }
  .ground { fill: #0d1117; stroke: #3d444d } .bar { fill: #59636e } .bar.mine { fill: #2ea874 }
}
"""


def write(tables: list[Table]) -> None:
    for table in tables:
        if table.place == ("SMALL", "loopback"):
            CHART.write_text(svg(table))


def svg(table: Table) -> str:
    """Push on the left, pull on the right, a row per case; each panel has its own scale."""
    parts, y = [], HEAD
    for case in CASES:
        panels = [_bars(table, f"{case}, {verb}") for verb in ("push", "pull")]
        for x, verb, bars in zip((16, 16 + PANEL), ("push", "pull"), panels, strict=True):
            parts += _panel(x, y, f"{verb}: {LABELS.get(case, case)}", bars)
        y += 24 + STEP * max(map(len, panels)) + 16
    head = (
        f'<text class="title" x="16" y="30">make push and make pull beside other tools</text>'
        f'<text class="small" x="16" y="50">10,000 files of 4 to 8 KB in 20 entries; seconds, '
        f"median of interleaved runs; shorter is better. {escape(_machine(table))}</text>"
    )
    ground = f'<rect class="ground" x=".5" y=".5" width="{WIDTH - 1}" height="{y - 1}" rx="6"/>'
    body = "\n".join([ground, head, *parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
        f'height="{y}" role="img">\n<title>Seconds that push and pull take</title>\n'
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )


def _bars(table: Table, case: str) -> list[tuple[float, str]]:
    """(seconds, tool), the quickest first."""
    walls = table.walls()
    case = {"cold, push": "cold push", "cold, pull": "cold pull"}.get(case, case)
    bars = []
    for tool, names in TOOLS.items():
        known = [walls[case, name] for name in names if (case, name) in walls]
        bars += [(min(known), tool)] if known else []
    return sorted(bars)


def _panel(x: int, y: int, title: str, bars: list[tuple[float, str]]) -> list[str]:
    longest = max((seconds for seconds, _ in bars), default=1)
    parts = [f'<text class="case" x="{x}" y="{y + 8}">{escape(title)}</text>']
    for n, (seconds, tool) in enumerate(bars):
        top = y + 20 + n * STEP
        width = max(2, (PANEL - LEFT - 76) * seconds / longest)
        mine = " mine" if tool == "data-registry" else ""
        parts.append(
            f'<text class="small{mine}" x="{x + LEFT - 8}" y="{top + 11}" '
            f'text-anchor="end">{escape(tool)}</text>'
            f'<rect class="bar{mine}" x="{x + LEFT}" y="{top}" width="{width:.1f}" '
            f'height="{BAR}" rx="2"/><text class="small{mine}" x="{x + LEFT + width + 6:.1f}" '
            f'y="{top + 11}">{seconds:.2f} s</text>'
        )
    return parts


def _machine(table: Table) -> str:
    """The number of cores, as the table says it."""
    return next((part for part in table.about.split(", ") if part.endswith(" cores")), "")
