"""Work on long arrays part by part, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def in_parts(work: Callable[[slice], None], count: int, most: int, fewest: int = 1) -> None:
    """Do some work on each part of an array.

    NumPy lets go of the interpreter lock in long loops, so threads are enough. An error in one part is raised here.

    Args:
        work: What to do; parts are done at the same time, in any order.
        count: Length of the array; nothing is done if it is 0.
        most: Length of the longest part.
        fewest: A shorter array is not divided to keep all processors busy.
    """
    processors = os.cpu_count() or 1
    size = most if count < fewest else min(most, -(-count // processors))
    parts = [slice(start, min(start + size, count)) for start in range(0, count, max(size, 1))]
    if len(parts) == 1 or processors == 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(processors) as threads:
        for _ in threads.map(work, parts):
            pass
