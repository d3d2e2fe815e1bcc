"""Checks a zone file: hashes, format, geometry, topology, nesting, known disputes."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from seajuris.errors import DataError
from seajuris.paths import shipped
from seajuris.zones.measure import METRES_PER_NM, Origin
from seajuris.zones.store import ZoneStore, coordinates
from seajuris.zones.tools.findings import Check
from seajuris.zones.tools.reading import Layer, has_table, identity, opened, read_layer, read_manifest
from seajuris.zones.tools.topology import Disputes, gaps, overlaps

Say = Callable[[str], None]

FORMAT = "seajuris.zones-verify.v1"
LAYERS = ("zones", "limits", "baselines")
LONGEST_EDGE_M = 5_050.0
_SEARCH_DEGREES = 0.03
_APPLICATION = 0x47504B47
_WIDEST_PIECE = 4.0 + 1e-6
_SAMPLE = 800
_SEED = 20261101
_SEAM_M = 50.0


@dataclass(slots=True)
class Verification:
    """The outcome.

    Attributes:
        path: The file.
        identity: Version and hashes; the file is what its manifest declares.
        checks: All checks that were made.
    """

    path: Path
    identity: dict[str, str]
    checks: list[Check] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Number of findings."""
        return sum(check.count for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "format": FORMAT,
            "file": str(self.path),
            "identity": self.identity,
            "findings": self.count,
            "checks": [check.to_dict() for check in self.checks],
        }


def verify(path: Path, say: Say) -> Verification:
    """Check a zone file.

    Args:
        path: The GeoPackage; its manifest stands beside it.
        say: Takes progress.

    Raises:
        DataError: if the file is not what its manifest declares, or is no zone GeoPackage.
    """
    say("comparing with the manifest")
    found = Verification(path, identity(path))
    manifest = read_manifest(path)
    disputes, excepted = known_disputes(manifest), left_out()
    with opened(path) as database:
        layers = {}
        for name in (*LAYERS, "boundaries"):
            if name != "boundaries" or has_table(database, name):
                layers[name] = read_layer(database, name)
        claims = int(database.execute("SELECT count(*) FROM claims").fetchone()[0])
        found.checks.append(_identity(database, layers, claims, manifest))
        found.checks.append(_index(database, layers))
    say(f"{sum(len(layer) for layer in layers.values()):,} features read")
    found.checks.append(_geometry(layers))
    say("geometry examined")
    zones = _mended(layers["zones"])
    found.checks.append(_disputes(zones, disputes))
    found.checks += overlaps(zones, disputes, say)
    found.checks.append(_breadth(zones, path))
    found.checks.append(gaps(zones, excepted, say))
    return found


def _mended(layer: Layer) -> Layer:
    """The layer with valid geometries, so that what is invalid (and reported) does not stop the other checks."""
    broken = np.flatnonzero(~shapely.is_valid(layer.shapes))
    if not len(broken):
        return layer
    shapes = layer.shapes.copy()
    shapes[broken] = shapely.buffer(shapely.make_valid(shapes[broken]), 0)
    return replace(layer, shapes=shapes)


def known_disputes(manifest: dict[str, Any]) -> Disputes:
    """Disputes that are expected: those of ``expected_overlaps.yaml``, and those that an import declares."""
    path = shipped("data", "maritime_zones", "expected_overlaps.yaml")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        claimants = {str(o["key"]): frozenset(o["claimants"]) for o in content["overlaps"]}
        for key, states in (manifest.get("disputes") or {}).items():
            claimants[key] = claimants.get(key, frozenset()) | frozenset(states)
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as fault:
        raise DataError(f"the known disputes cannot be read: {fault}", where=str(path)) from None
    return Disputes(claimants)


def left_out() -> BaseGeometry:
    """Waters that the data leave out on purpose: areas of the claims file that say so."""
    path = shipped("data", "maritime_zones", "source", "claims.yaml")
    try:
        areas = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["areas"]
        return shapely.union_all([shapely.Polygon(areas[name]["polygon"]) for name in areas if name == "caspian_sea"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as fault:
        raise DataError(f"the areas of claims cannot be read: {fault}", where=str(path)) from None


def _identity(database: sqlite3.Connection, layers: dict[str, Layer], claims: int, manifest: dict[str, Any]) -> Check:
    check = Check("identity", "The file is what its manifest declares: hashes, and counts of every kind")
    check.examined = "SHA-256 of the file, counts of zones, limits, baselines and claims"
    if database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
        check.find("the file does not say that it is a GeoPackage")
    declared = manifest.get("counts") or {}
    counted: dict[str, Any] = {
        "zones": dict(Counter(layers["zones"].columns["zone"])),
        "limits": dict(Counter(_pairs_of(layers["limits"]))),
        "baselines": len(layers["baselines"]),
        "claims": claims,
    }
    for name, value in counted.items():
        if declared.get(name) != value:
            check.find(f"{name}: {value} in the file, {declared.get(name)} in the manifest")
    return check


def _pairs_of(limits: Layer) -> list[str]:
    return [f"{a} {b}" for a, b in zip(limits.columns["limit"], limits.columns["kind"], strict=True)]


def _index(database: sqlite3.Connection, layers: dict[str, Layer]) -> Check:
    check = Check("index", "The R*Tree of each layer has every feature, with a box that contains it")
    for name, layer in layers.items():
        # The name is one of this module.
        query = f"SELECT id, minx, miny, maxx, maxy FROM rtree_{name}_geom"  # noqa: S608
        boxes = {row[0]: row[1:] for row in database.execute(query)}
        bounds = shapely.bounds(layer.shapes)
        for fid in sorted(set(boxes) - set(layer.fids)):
            check.find(f"{name}: box {fid} without a feature")
        for fid, (west, south, east, north) in zip(layer.fids, bounds.tolist(), strict=True):
            box = boxes.get(fid)
            if box is None:
                check.find(f"{name}: feature {fid} is not in the index", west, south)
            elif not (box[0] <= west and box[1] <= south and box[2] >= east and box[3] >= north):
                check.find(f"{name}: feature {fid} reaches out of its box", west, south)
    check.examined = f"{sum(len(layer) for layer in layers.values()):,} features"
    return check


def _geometry(layers: dict[str, Layer]) -> Check:
    check = Check(
        "geometry", "Every geometry is valid, lies within the world, does not cross 180°, and has short edges"
    )
    for name, layer in layers.items():
        wanted = "Polygon" if name == "zones" else "LineString"
        valid, bounds = shapely.is_valid(layer.shapes), shapely.bounds(layer.shapes)
        for fid, shape, good, (west, south, east, north) in zip(
            layer.fids, layer.shapes, valid.tolist(), bounds.tolist(), strict=True
        ):
            what = f"{name}: feature {fid}"
            if shape.geom_type != wanted or shape.is_empty:
                check.find(f"{what} is no {wanted}" if not shape.is_empty else f"{what} is empty")
            elif not good:
                check.find(f"{what}: {shapely.is_valid_reason(shape)}", west, south)
            elif west < -180 or east > 180 or south < -90 or north > 90:
                check.find(f"{what} reaches out of the world ({west:g} to {east:g} east)", west, south)
            elif name == "zones" and east - west > _WIDEST_PIECE:
                check.find(f"{what} is {east - west:g} degrees wide: it crosses 180° or was not cut", west, south)
        if name != "boundaries":
            _edges(check, name, layer)
    check.examined = f"{sum(len(layer) for layer in layers.values()):,} features"
    return check


def _edges(check: Check, name: str, layer: Layer) -> None:
    import pyproj

    points, owner = shapely.get_coordinates(layer.shapes, return_index=True)
    if name == "zones":
        rings, ring_owner = shapely.get_rings(layer.shapes, return_index=True)
        points, ring = shapely.get_coordinates(rings, return_index=True)
        owner, same = ring_owner[ring], ring[:-1] == ring[1:]
    else:
        same = owner[:-1] == owner[1:]
    step = np.abs(np.diff(points, axis=0))
    suspect = same & (step.max(axis=1) > _SEARCH_DEGREES)
    if name == "zones":
        # Edges of the cutting grid follow meridians and parallels.
        suspect &= step.min(axis=1) > 1e-9
    at = np.flatnonzero(suspect)
    if not len(at):
        return
    length = np.asarray(pyproj.Geod(ellps="WGS84").inv(*points[at].T, *points[at + 1].T)[2])
    for k in np.flatnonzero(length > LONGEST_EDGE_M):
        i = int(at[k])
        fid = layer.fids[int(owner[i])]
        check.find(f"{name}: feature {fid} has an edge of {length[k] / 1000:.1f} km", *points[i].tolist())


def _disputes(zones: Layer, disputes: Disputes) -> Check:
    check = Check("disputes", "Every dispute is known, and nobody but its claimants has a zone in it")
    claimants: dict[str, set[str]] = defaultdict(set)
    place: dict[str, Any] = {}
    for key, state, shape in zip(*(zones.columns[c] for c in ("dispute", "state")), zones.shapes, strict=True):
        if key is not None and state is not None:
            claimants[key].add(state)
            place.setdefault(key, shape.representative_point())
    for key, states in sorted(claimants.items()):
        known = disputes.claimants.get(key)
        point = place[key]
        if known is None:
            check.find(f"{key}: not among the known disputes ({', '.join(sorted(states))})", point.x, point.y)
        elif not states <= known:
            check.find(f"{key}: {', '.join(sorted(states - known))} is no known claimant", point.x, point.y)
        elif len(states) == 1 and known != states:
            check.find(f"{key}: only {next(iter(states))} has a zone in it", point.x, point.y)
    unused = sorted(set(disputes.claimants) - set(claimants))
    if unused:
        check.notes.append("known, but not in these data: " + ", ".join(unused))
    check.examined = f"{len(claimants)} disputes in the data, {len(disputes.claimants)} known"
    return check


def _breadth(zones: Layer, path: Path) -> Check:
    """A sample: one corner of some pieces of territorial sea, measured to the State's baselines."""
    check = Check("breadth", "A territorial sea lies within its breadth of the baselines; no breadth exceeds 12 M")
    columns = zones.columns
    seas = []
    for i, zone in enumerate(columns["zone"]):
        breadth = columns["breadth_nm"][i]
        if zone != "territorial_sea" or columns["claim"][i] != "proclaimed":
            continue
        if breadth is not None and breadth > 12.0:
            point = zones.shapes[i].representative_point()
            check.find(f"territorial sea of {columns['state'][i]} with a breadth of {breadth:g} M", point.x, point.y)
        elif breadth is not None:
            seas.append(i)
    random = np.random.default_rng(_SEED)
    chosen = sorted(random.choice(len(seas), size=min(_SAMPLE, len(seas)), replace=False).tolist()) if seas else []
    # What is wrong with rows or index is told by checks of their own.
    store = ZoneStore(path, examined=True)
    for k in chosen:
        i = seas[k]
        corners = shapely.get_coordinates(zones.shapes[i])
        lon, lat = (float(v) for v in corners[int(random.integers(len(corners)))])
        breadth_m = columns["breadth_nm"][i] * METRES_PER_NM
        allowed = breadth_m + float(columns["accuracy_m"][i]) + _coast_accuracy(store, lon, lat, breadth_m) + _SEAM_M
        lines = [
            coordinates(row.blob)
            for row in store.near("baselines", lon, lat, allowed)
            if row["state"] == columns["state"][i]
        ]
        nearest = Origin(lon, lat).nearest(lines)
        if nearest is None or nearest.distance_m > allowed:
            away = "none" if nearest is None else f"{nearest.distance_m / METRES_PER_NM:.2f} M"
            text = (
                f"territorial sea of {columns['state'][i]} to {columns['breadth_nm'][i]:g} M: nearest baseline {away}"
            )
            check.find(text, lon, lat)
    check.examined = f"a corner of each of {len(chosen)} pieces of territorial sea, chosen evenly (seed {_SEED})"
    return check


def _coast_accuracy(store: ZoneStore, lon: float, lat: float, radius_m: float) -> float:
    """How far the coast as drawn may lie from the coast that limits were computed from, metres."""
    rows = store.near("zones", lon, lat, radius_m)
    return max((float(row["accuracy_m"] or 0.0) for row in rows if row["zone"] == "land"), default=0.0)
