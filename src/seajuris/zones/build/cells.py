"""Working through all cells of the world."""

from __future__ import annotations

from typing import Any

from .arrangement import CROWDED, FINEST, Cell, arrange, gather, has_coast, weight
from .classify import Classifier, dispute_key, examine
from .model import Model
from .pieces import CellResult, baseline_features, joined, limit_features, zone_features
from .rows import Row
from .tiling import BASE, Box, split_box

_STATE: dict[str, Any] = {}


def all_cells() -> list[Box]:
    """The coarse grid."""
    return [
        (-180.0 + BASE * i, -90.0 + BASE * j, -180.0 + BASE * (i + 1), -90.0 + BASE * (j + 1))
        for j in range(round(180 / BASE))
        for i in range(round(360 / BASE))
    ]


def start(model: Model) -> None:
    """Prepare this process (and those forked from it)."""
    _STATE["model"] = model
    _STATE["codes"] = model.by_cell()
    _STATE["classifier"] = Classifier(model)


def work(box: Box) -> tuple[CellResult, dict[tuple[str, ...], list[tuple[float, float, float]]]]:
    """All features of one coarse cell, and the overlaps in it that nobody listed."""
    model: Model = _STATE["model"]
    classifier: Classifier = _STATE["classifier"]
    classifier.unknown.found = {}
    result = CellResult([], [], [])
    stack = [box]
    while stack:
        here = stack.pop()
        cell = gather(model, here, _STATE["codes"].get(box, []))
        size = here[2] - here[0]
        heavy = weight(cell)
        if (size > 1 and (has_coast(cell.sea, here) or heavy > 1500)) or (size > FINEST and heavy > CROWDED):
            for half in split_box(here, size / 2):
                stack.extend(split_box(half, size / 2))
            continue
        _finish(model, classifier, cell, result)
    return joined(result, box), classifier.unknown.found


def _finish(model: Model, classifier: Classifier, cell: Cell, result: CellResult) -> None:
    cell = arrange(model, cell)
    faces = examine(model, cell)
    rows: list[list[Row]] = [classifier.rows(cell, faces, i) for i in range(len(cell.faces))]
    result.zones.extend(zone_features(cell, rows))
    if cell.sea.is_empty:
        return
    result.limits.extend(limit_features(model, cell, faces, rows))
    middle = ((cell.box[0] + cell.box[2]) / 2, (cell.box[1] + cell.box[3]) / 2)
    # A State alone disputes no coast; keys of one claimant are for waters that others claim further out.
    owners = {g: frozenset(model.states_of(g)) for g in {int(v) for v in faces.owner}}
    keys = {g: dispute_key(model.tables, s, *middle) if len(s) > 1 else None for g, s in owners.items()}
    result.baselines.extend(baseline_features(model, cell, faces, rows, keys))
