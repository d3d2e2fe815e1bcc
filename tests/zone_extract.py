"""Small true extracts of the two maps that the zone build starts from, for tests of the whole build.

``python tests/zone_extract.py`` cuts them again out of the pinned archives in ``build/zone-sources`` (``make zones``
fetches them) and writes ``tests/fixtures/zone-extract``. Coordinates are those of the maps, to the last digit; boxes
lie on the coarse grid of the build, so that no edge of an extract runs through a cell.
© OpenStreetMap contributors, ODbL-1.0.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import shapely
import yaml

from seajuris.zones.build.sources import obtain, read_member, read_packages, read_sea, read_territories
from seajuris.zones.build.tiling import tile_sea

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "data" / "maritime_zones"
EXTRACT = ROOT / "tests" / "fixtures" / "zone-extract"

Box = tuple[float, float, float, float]

REGIONS: dict[str, tuple[Box, ...]] = {
    "Strait of Gibraltar and Alboran Sea": ((-8, 34, 0, 38),),
    "Strait of Sicily": ((8, 34, 16, 38),),
    "Strait of Otranto": ((16, 38, 20, 42),),
    "Strait of Dover": ((0, 50, 4, 54),),
    "Fiji, across 180 degrees": ((176, -22, 180, -14), (-180, -22, -176, -14)),
    "Bermuda": ((-68, 30, -64, 34),),
    "Bouvet Island": ((0, -58, 4, -54),),
}
"""What is cut out: seas with straits, bays, disputes and agreed lines, and islands far off on every side."""

BOXES = tuple(box for boxes in REGIONS.values() for box in boxes)


def inside(lon: float, lat: float, boxes: tuple[Box, ...] = BOXES) -> bool:
    """Whether a position lies in one of the boxes."""
    return any(w <= lon <= e and s <= lat <= n for w, s, e, n in boxes)


def make_root(folder: Path) -> Path:
    """A folder like ``data/maritime_zones`` with the shipped inputs, for the extract; archives stand beside it.

    Closing lines elsewhere are left out: the build insists that each closes a water on the map. So is the dispute over
    Melilla, east of 4 degrees west, from the list of known ones: a build has to tell of disputes that nobody listed.
    """
    root = folder / "zones"
    shutil.copytree(SHIPPED / "source", root / "source")
    overlaps = yaml.safe_load((SHIPPED / "expected_overlaps.yaml").read_text(encoding="utf-8"))
    (ceuta,) = [o for o in overlaps["overlaps"] if o["key"] == "ceuta-melilla"]
    ceuta["bounds"] = [[-6.0, 34.8, -4.0, 35.99]]
    (root / "expected_overlaps.yaml").write_text(yaml.safe_dump(overlaps, allow_unicode=True), encoding="utf-8")
    shutil.copy(EXTRACT / "packages.yaml", root / "source" / "packages.yaml")
    path = root / "source" / "baselines.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["closing_lines"] = [
        line
        for line in content["closing_lines"]
        if any(all(inside(x, y, (box,)) for x, y in line["line"]) for box in BOXES)
    ]
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return root


def _cut(polygons: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """The parts of polygons in the boxes."""
    found: list[shapely.Polygon] = []
    for polygon in polygons:
        for box in BOXES:
            if shapely.intersects(shapely.box(*polygon.bounds), shapely.box(*box)):
                part = shapely.clip_by_rect(polygon, *box)
                found += [p for p in shapely.get_parts(part) if p.geom_type == "Polygon" and p.area > 0]
    return found


def _seas(polygons: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """The sea in the boxes, put together from the tiles of the build: the map is one polygon, and not a valid one."""
    tiles = tile_sea(polygons)
    found: list[shapely.Polygon] = []
    for box in BOXES:
        west, south, east, north = box
        wet = [t for (w, s, e, n), t in tiles.items() if west <= w and e <= east and south <= s and n <= north]
        found += [p for p in shapely.get_parts(shapely.union_all(wet)) if p.geom_type == "Polygon"]
    return found


def _geometry(polygon: shapely.Polygon) -> dict[str, Any]:
    return json.loads(shapely.to_geojson(polygon))  # type: ignore[no-any-return]


def _archive(path: Path, member: str, content: dict[str, Any]) -> str:
    """Write an archive, the same bytes every time; its SHA-512."""
    raw = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(raw)
        archive.addfile(info, io.BytesIO(raw))
    path.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))
    return hashlib.sha512(path.read_bytes()).hexdigest()


def main() -> None:
    """Cut the extracts out of the pinned archives."""
    packages = read_packages(SHIPPED / "source" / "packages.yaml")
    directory = ROOT / "build" / "zone-sources"
    content = {key: read_member(p, obtain(p, directory, fetch=False)) for key, p in packages.items()}
    sea = _seas(read_sea(content["sea"]))
    territories = {code: _cut(polygons) for code, polygons in read_territories(content["territories"]).items()}
    EXTRACT.mkdir(parents=True, exist_ok=True)
    cut: dict[str, dict[str, Any]] = {
        "sea": {"type": "GeometryCollection", "geometries": [_geometry(p) for p in sea]},
        "territories": {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {"isoA3": code}, "geometry": _geometry(polygon)}
                for code, polygons in sorted(territories.items())
                for polygon in polygons
            ],
        },
    }
    listed: dict[str, Any] = {}
    for key, package in packages.items():
        name = f"{key}.tgz"
        digest = _archive(EXTRACT / name, package.member, cut[key])
        listed[key] = {
            "title": f"{package.title}; an extract",
            "name": package.name,
            "version": package.version,
            "file": name,
            "sha512": digest,
            "member": package.member,
            "licence": package.licence,
            "attribution": package.attribution,
        }
    (EXTRACT / "packages.yaml").write_text(
        "# Extracts for tests, written by tests/zone_extract.py.\n"
        + yaml.safe_dump({"packages": listed}, sort_keys=False, allow_unicode=True, width=110),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
