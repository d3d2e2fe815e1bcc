"""Work on long arrays part by part, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def in_parts(work: Callable[[slice], None], count: int, fewest: int, most: int) -> None:
    """Do some work on each part of an array.

    NumPy lets go of the interpreter lock in long loops, so threads are enough. An error in one part is raised here.

    Args:
        work: What to do; parts are done at the same time, in any order.
        count: Length of the array; nothing is done if it is 0.
        fewest: Shorter parts are not made, but for the last one: they would take longer to share out than to do.
        most: Nor are longer ones: what a part needs stays in the processor's cache.
    """
    processors = os.cpu_count() or 1
    size = min(most, max(fewest, -(-count // processors)))
    parts = [slice(start, min(start + size, count)) for start in range(0, count, size)]
    if len(parts) == 1 or processors == 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(processors) as threads:
        for _ in threads.map(work, parts):
            pass
