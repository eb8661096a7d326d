"""Parquet and Arrow: schema, rows and statistics, all from the footer; no data are read."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from catalog.preview import blocks
from catalog.preview.blocks import Block
from catalog.preview.ranged import Ranged

MOST = 100  # columns
GROUPS = 1000  # row groups whose statistics are put together
FOOTER = 8 * 2**20
pa.set_cpu_count(1)


def show(file: Ranged) -> list[Block]:
    magic = file.head(6)
    if magic.startswith(b"ARROW1") or not magic.startswith(b"PAR1"):
        return _arrow(file, magic)
    end = file.tail(8)
    if end[4:] != b"PAR1":
        return [blocks.note("it is damaged: it does not end as Parquet does")]
    length = int.from_bytes(end[:4], "little")
    if length > min(FOOTER, file.size):
        return [blocks.note(f"its footer would be {length:,} bytes long, which is not read")]
    meta = pq.read_metadata(
        pa.PythonFile(file, mode="r"), memory_map=False, decryption_properties=None
    )
    facts = blocks.facts(
        rows=meta.num_rows, columns=meta.num_columns, row_groups=meta.num_row_groups,
        written_by=meta.created_by,
    )  # fmt: skip
    rows = [_column(meta, at) for at in range(min(meta.num_columns, MOST))]
    head = ("column", "type", "nulls", "min", "max", "compressed")
    return [facts, blocks.table(head, rows, "Schema, and statistics of the footer")]


def _column(meta: pq.FileMetaData, at: int) -> list[object]:
    schema = meta.schema.column(at)
    groups = [meta.row_group(n).column(at) for n in range(min(meta.num_row_groups, GROUPS))]
    stats = [group.statistics for group in groups if group.is_stats_set]
    nulls = [s.null_count for s in stats if s.has_null_count]
    bounds = [s for s in stats if s.has_min_max]
    return [
        schema.path,
        str(
            schema.logical_type.type if schema.logical_type.type != "NONE" else schema.physical_type
        ),
        sum(nulls) if len(nulls) == len(groups) else None,
        min((s.min for s in bounds), default=None),
        max((s.max for s in bounds), default=None),
        sum(group.total_compressed_size for group in groups),
    ]


def _arrow(file: Ranged, magic: bytes) -> list[Block]:
    whole = pa.PythonFile(file, mode="r")
    if magic.startswith(b"ARROW1"):
        reader = pa.ipc.open_file(whole)
        facts, schema = blocks.facts(record_batches=reader.num_record_batches), reader.schema
    else:
        facts, schema = blocks.facts(form="a stream"), pa.ipc.open_stream(whole).schema
    rows = [(field.name, str(field.type), field.nullable) for field in list(schema)[:MOST]]
    return [facts, blocks.table(("column", "type", "nullable"), rows, "Schema")]
