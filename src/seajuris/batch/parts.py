"""One Parquet file out of the Arrow streams of its blocks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seajuris.batch.blocks import ROWS

if TYPE_CHECKING:
    import pyarrow as pa

BLOCKS = 5
"""Blocks of a row group: readers skip and share out whole groups."""


def merge(streams: Path, target: Path, names: pa.Schema, added: pa.Schema, metadata: Mapping[bytes, bytes]) -> None:
    """Write a Parquet file.

    The groups depend on the rows alone, not on where a run was interrupted: the same rows give the same bytes.

    Args:
        streams: Arrow streams, one after the other.
        target: The file to write.
        names: Columns of the input.
        added: Columns of the answers.
        metadata: What is added to the metadata of the input.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = dict(names.metadata or {})
    geometry = "geometry"
    if b"geo" not in known and geometry in names.names and pa.types.is_binary(names.field(geometry).type):
        known[b"geo"] = json.dumps(_GEO).encode("ascii")
    schema = pa.schema([*names, *added], metadata={**known, **metadata})
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        count = 0
        for batch in _batches(streams):
            waiting.append(batch)
            count += batch.num_rows
            while count >= BLOCKS * ROWS:
                table = pa.Table.from_batches(waiting)
                writer.write_table(table.slice(0, BLOCKS * ROWS).cast(schema), row_group_size=BLOCKS * ROWS)
                rest = table.slice(BLOCKS * ROWS).combine_chunks()
                waiting, count = rest.to_batches(), rest.num_rows
        if count:
            writer.write_table(pa.Table.from_batches(waiting).cast(schema), row_group_size=BLOCKS * ROWS)
    with target.open("rb") as file:
        os.fsync(file.fileno())


_GEO = {
    "version": "1.0.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
}


def _batches(streams: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    with streams.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(0)
        while file.tell() < end:
            yield from pa.ipc.open_stream(file)
