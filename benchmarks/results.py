"""What was measured: rows and tables, kept in results.json from one run to the next."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path

from measure import Cost

KEPT = Path(__file__).resolve().parent / "results.json"


@dataclass
class Row:
    """All runs of one tool in one case. `failure`: why they count for nothing, or ""."""

    case: str
    tool: str
    costs: list[Cost] = field(default_factory=list)
    failure: str = ""

    @property
    def wall(self) -> float:
        return statistics.median(cost.wall for cost in self.costs)

    @property
    def spread(self) -> str:
        walls = [cost.wall for cost in self.costs]
        return f"{min(walls):.2f}-{max(walls):.2f}"

    @property
    def cpu(self) -> float:
        return statistics.median(cost.cpu for cost in self.costs)

    @property
    def requests(self) -> int:
        return round(statistics.median(cost.requests for cost in self.costs))

    @property
    def memory(self) -> float:
        return max(cost.memory for cost in self.costs)


@dataclass
class Table:
    """One workload over one link; `about`: when it was measured, on what, and with what."""

    workload: str
    link: str
    about: str = ""
    rows: list[Row] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str]:
        return self.workload, self.link

    def walls(self) -> dict[tuple[str, str], float]:
        """{(case, tool): median seconds} of what did not fail."""
        return {(r.case, r.tool): r.wall for r in self.rows if r.costs and not r.failure}


def merge(old: list[Table], new: list[Table]) -> list[Table]:
    """The newer table of each workload and link, in the older one's place if there is one."""
    tables = {table.place: table for table in old}
    tables.update((table.place, table) for table in new if table.rows)
    return list(tables.values())


def load() -> list[Table]:
    if not KEPT.exists():
        return []
    tables = [Table(**table) for table in json.loads(KEPT.read_text())]
    for table in tables:
        table.rows = [Row(**row) for row in table.rows]  # type: ignore[arg-type]
        for row in table.rows:
            row.costs = [Cost(*cost) for cost in row.costs]  # type: ignore[misc]
    return tables


def save(tables: list[Table]) -> None:
    rows_of = [asdict(table) for table in tables]
    for row in (row for table in rows_of for row in table["rows"]):
        row["costs"] = [[round(value, 4) for value in cost.values()] for cost in row["costs"]]
    lines = ",\n".join(json.dumps(table) for table in rows_of)
    KEPT.write_text(f"[\n{lines}\n]\n")
