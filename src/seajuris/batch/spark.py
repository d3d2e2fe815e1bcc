"""Rows of a Spark DataFrame, answered where they are (`mapInArrow`).

Needs the extra ``seajuris[spark]`` on the driver, and seajuris itself, in the same version, on the executors. Spark
gives a task whose executor was lost to another one, and its own writers publish only what is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark import SparkFiles
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from seajuris.batch.answered import AssessOptions
from seajuris.batch.answering import Options, answer_batch
from seajuris.batch.assess import schema as assess_schema
from seajuris.batch.columns import Named, choose
from seajuris.batch.locate import schema as locate_schema
from seajuris.batch.resources import Needs, Parcel, rules_here, zones_here
from seajuris.batch.run import fact_paths_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from seajuris.batch.answered import Columns

FAULTS = ("sj_code", "sj_column", "sj_reason", "sj_hint")
"""Columns that say why a row was not answered; null where it was."""


def answer(frame: DataFrame, options: Options, named: Named | None = None) -> DataFrame:
    """Answer every row of a DataFrame.

    Args:
        frame: The rows.
        options: How rows are answered.
        named: The columns that tell something, where they are not to be recognised by their names.

    Returns:
        All rows, in the order of each partition: the columns of the input, the ``sj_*`` columns, and `FAULTS`. Where
        these say something, the row was not answered and its other ``sj_*`` columns are null.

    Raises:
        InputError: if a column or an option cannot be used.
        DataError: if the zone data are missing or damaged.
    """
    columns = choose(frame.columns, named or Named(), geometry=None, paths=fact_paths_of(options), where="DataFrame")
    needs = Needs.of(options)
    parcel = None
    rules = options.rules if isinstance(options, AssessOptions) else None
    if options.zones is not None or rules is not None:
        # A broadcast goes to each executor once. The shipped data are where the software is.
        parcel = frame.sparkSession.sparkContext.broadcast(Parcel.pack(needs, options.zones, rules))
    added = from_arrow_schema(_added(options))
    schema = StructType([*frame.schema.fields, *added.fields])
    names = frame.columns
    # Spark reads a dot in the name of a column (`vessel.type`) as the way into it: none of them has one on its way.
    numbered = frame.toDF(*(f"c{number}" for number in range(len(names))))
    return numbered.mapInArrow(_answering(names, columns, options, needs, parcel), schema)


def _added(options: Options) -> pa.Schema:
    import pyarrow as pa

    added = assess_schema(options) if isinstance(options, AssessOptions) else locate_schema(options)
    return pa.schema([*added, *((name, pa.string()) for name in FAULTS)])


def _answering(
    names: list[str], columns: Columns, options: Options, needs: Needs, parcel: Any
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function that runs on executors."""

    def answer_all(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        here = _options_here(options, needs, parcel)
        for batch in batches:
            yield _whole(batch.rename_columns(names), columns, here)

    return answer_all


def _options_here(options: Options, needs: Needs, parcel: Any) -> Options:
    if parcel is not None:
        parcel.value.unpack(Path(SparkFiles.getRootDirectory()))
    here = replace(options, zones=str(zones_here(needs, None)))
    return replace(here, rules=str(rules_here(needs, None))) if isinstance(here, AssessOptions) else here


def _whole(batch: pa.RecordBatch, columns: Columns, options: Options) -> pa.RecordBatch:
    """All rows of a batch with what was answered, or why not."""
    import pyarrow as pa

    wanted = batch.select(list(columns.names()))
    if not columns.names():
        wanted = pa.record_batch([pa.nulls(batch.num_rows)], names=["sj_none"])
    found = answer_batch(wanted, columns, options)
    # Where the answer to each row stands; a null gives nulls.
    place = pa.array(np.cumsum(found.accepted) - 1, pa.int64(), mask=~found.accepted)
    answers = [column.take(place) for column in found.columns.columns]
    told: list[list[str | None]] = [[None] * batch.num_rows for _ in FAULTS]
    for fault in found.rejected:
        for cells, value in zip(told, (fault.code, fault.column, fault.reason, fault.hint), strict=True):
            cells[fault.row] = value
    faults = [pa.array(cells, pa.string()) for cells in told]
    names = [*batch.schema.names, *found.columns.schema.names, *FAULTS]
    return pa.RecordBatch.from_arrays([*batch.columns, *answers, *faults], names=names)
