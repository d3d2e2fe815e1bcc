"""What a zone file is: version, sources, licences, method, accuracy, contents, and what is not in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seajuris.zones.tools.reading import has_table, identity, opened, read_manifest

FORMAT = "seajuris.zones-info.v1"

SEARCH_AND_RESCUE = (
    "Search-and-rescue regions are not in the data: no open source gives limits that could be verified, and they give "
    "no State jurisdiction over a crime."
)


@dataclass(frozen=True, slots=True)
class Info:
    """A zone file described.

    Attributes:
        path: The file.
        identity: Version and hashes, compared with the file.
        manifest: The manifest.
        pieces: Pieces in the layer ``zones`` by kind of zone.
        states: Number of States with a zone of that kind.
        lines: Features of the other layers, and rows of the claims table.
    """

    path: Path
    identity: dict[str, str]
    manifest: dict[str, Any]
    pieces: dict[str, int]
    states: dict[str, int]
    lines: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """For scripts."""
        told = ("licence", "attribution", "accuracy", "method", "not_covered", "sources", "claims_from", "report")
        return {
            "format": FORMAT,
            "file": str(self.path),
            "identity": self.identity,
            "counts": {"pieces": self.pieces, "states": self.states, **self.lines},
            "search_and_rescue": SEARCH_AND_RESCUE,
            **{key: self.manifest[key] for key in told if key in self.manifest},
        }


def info(path: Path) -> Info:
    """Describe a zone file.

    Args:
        path: The GeoPackage; its manifest stands beside it.

    Raises:
        DataError: if it is missing, damaged, or not what its manifest declares.
    """
    with opened(path) as database:
        rows = database.execute(
            "SELECT zone, count(*), count(DISTINCT state) FROM zones GROUP BY zone ORDER BY zone"
        ).fetchall()
        lines = {
            name: int(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - fixed names
            for name in ("limits", "baselines", "boundaries", "claims")
            if has_table(database, name)
        }
    manifest = read_manifest(path)
    return Info(
        path,
        identity(path),
        manifest,
        {row[0]: int(row[1]) for row in rows},
        {row[0]: int(row[2]) for row in rows},
        lines,
    )
