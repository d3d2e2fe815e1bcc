"""Parts on Dask: on worker processes of this machine, or on a cluster that is there already.

Needs the extra ``seajuris[dask]``. A part that a lost worker had is given to another one by the scheduler; see
`seajuris.batch.distributed` for why nothing is lost or doubled by that.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distributed import Client, LocalCluster, WorkerPlugin, as_completed
from distributed.scheduler import KilledWorker

from seajuris.batch.distributed import Part, PartDone, PartsTask, Prepared, answer_part, finish, prepare
from seajuris.batch.resources import Needs, Parcel, has_all
from seajuris.errors import InputError, SeajurisError

if TYPE_CHECKING:
    from distributed import Worker

WAITING = 8
"""Parts that are with the scheduler for each worker, so that none is idle and the scheduler holds few."""

RETRIES = 3
"""How often a part is tried again whose worker could not read or write."""


class Resources(WorkerPlugin):  # type: ignore[misc]
    """Hands zone data and rules over to every worker, also to one that joins later, once.

    Args:
        parcel: What is handed over.
    """

    def __init__(self, parcel: Parcel) -> None:
        self.name = f"seajuris-{parcel.needs.zones_sha256[:12]}-{(parcel.needs.rules_sha256 or '')[:12]}"
        self._parcel = parcel

    def setup(self, worker: Worker) -> None:
        """Write them to the folder of the worker."""
        self._parcel.unpack(Path(worker.local_directory))


def run(
    task: PartsTask,
    *,
    scheduler: str | None = None,
    workers: int = 1,
    progress: Callable[[int, float], None] | None = None,
) -> dict[str, Any]:
    """Answer every row of a Parquet file or folder on Dask.

    Args:
        task: What is to be done.
        scheduler: Address of a scheduler; `None` starts workers on this machine.
        workers: How many, if they are started here.
        progress: Told after each part how many rows are done, and which share of all.

    Returns:
        What ``_SUCCESS.json`` holds.

    Raises:
        InputError: if the input or an option cannot be used, or the scheduler cannot be reached.
        DataError: if data are missing or damaged, here or on a worker.
    """
    prepared = prepare(task)
    done = dict(prepared.done)
    if prepared.left:
        with _client(scheduler, workers) as client:
            _bring(client, prepared.job.needs, task)
            for mark in _answered(client, prepared):
                done[mark.number] = mark
                if progress is not None:
                    rows = sum(d.rows for d in done.values())
                    progress(rows, rows / sum(part.rows for part in prepared.parts))
    return finish(prepared, done)


@contextlib.contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator[Client]:
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=30)
        except (OSError, ValueError) as fault:
            raise InputError(f"the scheduler cannot be reached: {fault}", where=scheduler) from None
        with client:
            client.wait_for_workers(1, timeout=300)
            yield client
        return
    # One thread each: what is computed holds the interpreter lock. Nothing listens beyond this machine.
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            # Without a page to look at, an HTTP server is begun all the same, on all networks unless it is told so.
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _bring(client: Client, needs: Needs, task: PartsTask) -> None:
    """Hand zone data and rules over, unless every worker has them."""
    zones, rules = task.options.zones, getattr(task.options, "rules", None)
    if not all(client.run(has_all, needs, _absolute(zones), _absolute(rules)).values()):
        client.register_plugin(Resources(Parcel.pack(needs, zones, rules)))


def _absolute(name: str | None) -> str | None:
    return None if name is None else str(Path(name).resolve())


def _answered(client: Client, prepared: Prepared) -> Iterator[PartDone]:
    """The marks of the parts, as they are done."""
    # Sent with each part: it is small, and what is scattered is lost with the workers that hold it.
    job, run_id = prepared.job, uuid.uuid4().hex
    left = iter(prepared.left)

    def submit(part: Part) -> Any:
        return client.submit(answer_part, part, job, key=f"seajuris-{part.name}-{run_id}", pure=False, retries=RETRIES)

    waiting = WAITING * max(1, len(client.nthreads()))
    running = as_completed([submit(part) for part in islice(left, waiting)])
    for future in running:
        try:
            yield future.result()
        except KilledWorker as fault:
            hint = "Perhaps for want of memory: take fewer --workers or smaller --part-rows, and go on with --resume."
            raise SeajurisError(f"every worker that took a part was lost ({fault})", hint=hint) from None
        with contextlib.suppress(StopIteration):
            running.add(submit(next(left)))
