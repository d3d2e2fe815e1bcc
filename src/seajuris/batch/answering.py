"""Blocks answered in their order, in this process or in several."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seajuris.batch.answered import Answered, AssessOptions, Columns, LocateOptions, Rejected
from seajuris.batch.blocks import Block
from seajuris.errors import SeajurisError

if TYPE_CHECKING:
    import pyarrow as pa

Options = LocateOptions | AssessOptions
Parts = tuple[tuple[NDArray[np.int64], "pa.RecordBatch"], ...]


class WorkerError(SeajurisError):
    """A worker process ended without an answer."""


@dataclass(frozen=True, slots=True)
class BlockAnswer:
    """The answer to a block.

    Attributes:
        indices: Which rows of the block were answered, in their order, shape (n,).
        columns: Their ``sj_*`` columns, n rows.
        rejected: The others; `row` is the index within the block.
        undated: How many of the answered rows tell no day.
    """

    indices: NDArray[np.int64]
    columns: pa.RecordBatch
    rejected: tuple[Rejected, ...]
    undated: int


def answer_batch(batch: pa.RecordBatch, columns: Columns, options: Options) -> Answered:
    """Answer one batch, in the way that the options stand for."""
    if isinstance(options, LocateOptions):
        from seajuris.batch.locate import locate_batch

        return locate_batch(batch, columns, options)
    from seajuris.batch.assess import assess_batch

    return assess_batch(batch, columns, options)


def answer_parts(parts: Parts, columns: Columns, options: Options) -> BlockAnswer:
    """Answer the batches of a block and put the rows into their order again."""
    import pyarrow as pa

    indices, tables, faults, undated = [], [], [], 0
    for rows, batch in parts:
        found = answer_batch(batch, columns, options)
        indices.append(rows[found.accepted])
        tables.append(found.columns)
        faults += [
            Rejected(int(rows[item.row]), item.code, item.column, item.reason, item.hint) for item in found.rejected
        ]
        undated += _undated(batch, found.accepted, columns, options)
    faults.sort(key=lambda item: item.row)
    every = np.concatenate(indices) if indices else np.empty(0, dtype=np.int64)
    if len(tables) > 1:
        order = np.argsort(every)
        joined = pa.concat_batches([table for table in tables if table.num_rows] or tables[:1])
        return BlockAnswer(every[order], joined.take(pa.array(order)), tuple(faults), undated)
    return BlockAnswer(every, tables[0], tuple(faults), undated)


def _undated(batch: pa.RecordBatch, accepted: NDArray[np.bool_], columns: Columns, options: Options) -> int:
    if options.on is not None or (isinstance(options, AssessOptions) and "on" in options.facts):
        return 0
    if columns.on is None:
        return int(accepted.sum())
    from seajuris.batch.rows import cells

    return sum(cell is None for cell, answered in zip(cells(batch, columns.on), accepted, strict=True) if answered)


def _ignore_interrupt() -> None:
    """Ctrl+C reaches every process of a terminal; the first one ends the others."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def answers(
    blocks: Iterable[Block], columns: Columns, options: Options, workers: int
) -> Iterator[tuple[Block, BlockAnswer]]:
    """Answer blocks; they come out in the order in which they went in.

    Args:
        blocks: The blocks.
        columns: Which column tells what.
        options: What holds for all rows.
        workers: Processes; 1 is this one.

    Raises:
        WorkerError: if a worker process was killed, for instance for want of memory.
    """
    if workers == 1:
        for block in blocks:
            yield block, answer_parts(block.parts, columns, options)
        return
    import multiprocessing

    # Started afresh, not forked: this process has threads and an open zone file.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupt) as pool:
        waiting: deque[tuple[Block, Future[BlockAnswer]]] = deque()
        try:
            for block in blocks:
                waiting.append((block, pool.submit(answer_parts, block.parts, columns, options)))
                # Enough to keep all busy; no more is held, however long the input is.
                if len(waiting) > workers + 1:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        except BrokenProcessPool:
            raise WorkerError(
                "a worker process was killed, perhaps for want of memory",
                hint="Go on with --resume, and fewer --workers.",
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
