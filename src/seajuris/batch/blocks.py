"""A block of rows on its way from a file to a file: what was read, and everything needed to write it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from seajuris.batch.answered import Columns

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 20_000
"""Rows of a block: large enough that what happens once for each costs nothing, small enough to hold several."""


Fixed = Literal["names", "types"] | None


class Originals(Protocol):
    """The rows of a block as they stood in the input."""

    def __len__(self) -> int:
        """Number of rows."""
        ...

    def cells(self, index: int) -> Sequence[str]:
        """A row as cells of text, in the order of the source's names."""
        ...

    def members(self, index: int) -> str:
        """A row as members of a JSON object, without the braces; empty if it has none."""
        ...

    def geometry(self, index: int) -> str | None:
        """Its geometry as GeoJSON, if it has one of its own."""
        ...

    def feature(self, index: int, added: str) -> str | None:
        """The GeoJSON feature that it is, with members added to its properties; `None` if it is none."""
        ...

    def table(self, indices: NDArray[np.int64]) -> pa.RecordBatch:
        """Some of the rows as an Arrow table, in the types of the source's schema."""
        ...

    def verbatim(self, index: int) -> Sequence[str]:
        """The row as it stood, for the file of rejected rows."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be answered.

    Attributes:
        row: Its number in the input, from 1, without the header.
        line: The line on which it begins, from 1; `None` where the format has no lines.
        code: As in docs/errors.md.
        column: The input column at fault, if it is one.
        reason: What is wrong.
        hint: What is accepted instead.
        original: The row as it stood, as cells.
    """

    row: int
    line: int | None
    code: str
    column: str | None
    reason: str
    hint: str | None
    original: Sequence[str]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow each other in the input.

    Attributes:
        last: The number of the last row of the block, whether it could be read or not.
        rows: Numbers of the rows that could be read, shape (n,).
        lines: The line on which each begins, shape (n,); 0 where the format has no lines.
        originals: Those rows as they stood.
        parts: The columns that are asked for: for each batch, which of those rows it holds, shape (k,). More than one
            only where the cells of a column differ in type, as JSON allows.
        faults: The rows that could not even be read, in their order.
    """

    last: int
    rows: NDArray[np.int64]
    lines: NDArray[np.int64]
    originals: Originals
    parts: tuple[tuple[NDArray[np.int64], pa.RecordBatch], ...]
    faults: tuple[Fault, ...]


class Source(Protocol):
    """A file that is read block by block.

    Attributes:
        names: Its columns in their order; of JSON, those of the first block.
        geometry: The column that holds points by the format's own declaration, if there is one.
        headings: Headings of what `Originals.verbatim` gives.
    """

    names: tuple[str, ...]
    geometry: str | None
    headings: tuple[str, ...]

    def schema(self) -> pa.Schema:
        """Names and types of the columns, for Parquet."""
        ...

    def blocks(self, columns: Columns, *, after: int, fixed: Fixed) -> Iterator[Block]:
        """Read on.

        Args:
            columns: The columns that are asked for.
            after: Leave out the blocks up to this row: they have been done.
            fixed: What the output fixes: the columns of `names` and no others, or their types as well.

        Raises:
            InputError: if the input cannot be read on.
        """
        ...

    def done(self) -> float | None:
        """The share of the input that has been read, 0 to 1; `None` if its length is not known."""
        ...

    def sha256(self) -> str:
        """Hash of the input, once it has been read to its end."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def text_column(values: Sequence[Any]) -> pa.Array:
    """An Arrow column of text."""
    import pyarrow as pa

    return pa.array(values, pa.string())
