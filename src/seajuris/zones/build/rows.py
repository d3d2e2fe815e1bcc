"""The rows of the layer ``zones``: columns without geometry."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from .tables import NOT_IN_TABLE, Claim, Version

ACCURACY = {
    "computed": 150.0,
    "mapped": 500.0,
    "land": 150.0,
    "economic": 500.0,
    "unlimited": 500.0,
}
"""Half-width in metres within which a limit of the zone is trusted."""


CLAIMS = "table claims"
"""Where the full source stands: repeating it in every piece would double the file."""


class Row(NamedTuple):
    """Columns of one zone, without geometry."""

    zone: str
    territory: str | None
    state: str | None
    claim: str | None
    proclaimed_from: str | None
    proclaimed_to: str | None
    valid_from: str | None
    valid_to: str | None
    breadth_nm: float | None
    method: str | None
    dispute: str | None
    instrument: str | None
    source: str | None
    confidence: str | None
    accuracy_m: float


def merged(versions: list[Version]) -> list[Version]:
    """Join versions that follow each other without a gap; the latest claim names the result."""
    result: list[Version] = []
    for v in sorted(set(versions), key=lambda v: v.start or ""):
        if result and result[-1].end == v.start and v.start is not None:
            result[-1] = Version(result[-1].start, v.end, continued(v.claim))
        elif not result or result[-1] != v:
            result.append(v)
    return result


@cache
def continued(claim: Claim) -> Claim:
    """The claim without its start: the waters were territorial sea before it too."""
    return Claim(
        claim.territory,
        claim.zone,
        claim.breadth_nm,
        claim.area,
        claim.claim,
        None,
        claim.end,
        claim.instrument,
        claim.source,
        claim.confidence,
        claim.narrower,
    )


def claimed(zone: str, code: str, state: str, version: Version, key: str | None, method: str, accuracy: float) -> Row:
    """The row of a zone that rests on a claim, for one claimant."""
    claim = version.claim
    proclaimed = claim.claim == "proclaimed"
    return Row(
        zone=zone,
        territory=code,
        state=state,
        claim=claim.claim,
        proclaimed_from=claim.start if proclaimed else None,
        proclaimed_to=claim.end if proclaimed else None,
        valid_from=version.start,
        valid_to=version.end,
        breadth_nm=claim.breadth_nm,
        method=method,
        dispute=key,
        instrument=claim.instrument,
        source=NOT_IN_TABLE if claim.source is None else CLAIMS,
        confidence=claim.confidence,
        accuracy_m=accuracy,
    )


def land(code: str | None, state: str | None, key: str | None, accuracy: float) -> Row:
    """The row of land, for one claimant."""
    return Row(
        "land",
        code,
        state,
        None,
        None,
        None,
        None,
        None,
        None,
        "mapped",
        key,
        None,
        "as mapped",
        None,
        accuracy,
    )


def high_seas() -> Row:
    """The row of waters beyond every entitlement."""
    return Row(
        "high_seas",
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        "computed",
        None,
        None,
        "beyond every 200 M envelope",
        None,
        ACCURACY["unlimited"],
    )
