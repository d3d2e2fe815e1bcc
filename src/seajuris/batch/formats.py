"""The file formats of a batch, by name and by the ending of a file."""

from __future__ import annotations

from pathlib import Path

from seajuris.errors import InputError

FORMATS = ("csv", "tsv", "jsonl", "geojson", "geojsonseq", "parquet")
TEXT = FORMATS[:-1]
"""Formats that are written as they go, and so can be piped."""

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".geojson": "geojson",
    ".geojsonl": "geojsonseq",
    ".geojsons": "geojsonseq",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".pq": "parquet",
}


def format_of(name: str, told: str | None, option: str) -> str | None:
    """The format of a file: the one told, or the one that its ending stands for; `None` for a pipe without one.

    Raises:
        InputError: if the name told is no format, or the ending stands for none.
    """
    accepted = f"Give {option} {', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
    if told is not None:
        if told.lower() not in FORMATS:
            raise InputError(f"{told!r} is no format", where=option, hint=accepted)
        return told.lower()
    if name == "-":
        return None
    ending = Path(name).suffix.lower()
    if ending not in _ENDINGS:
        raise InputError("its ending does not tell the format", where=name, hint=accepted)
    return _ENDINGS[ending]
