"""The products of Marine Regions that can be imported, and how to recognise them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seajuris.errors import InputError


@dataclass(frozen=True, slots=True)
class Product:
    """One product.

    Attributes:
        key: Short name, for the command line and messages.
        title: Title as published.
        version: Version for which this importer was written.
        doi: Identifier of that version.
        zone: Kind of zone that its polygons show.
        names: What file or layer names of it look like.
        pol_types: Values of ``POL_TYPE`` in it, in the form of `plain`.
    """

    key: str
    title: str
    version: str
    doi: str
    zone: str
    names: re.Pattern[str]
    pol_types: frozenset[str]


JOINT = "jointregime"
OVERLAPPING = "overlappingclaim"
_SHARED = {JOINT, OVERLAPPING}


def plain(text: str | None) -> str:
    """A word without case, spaces and punctuation, for comparison."""
    return re.sub(r"[\W_]+", "", text or "").casefold()


def _product(key: str, title: str, version: str, doi: str, zone: str, names: str, pol_type: str) -> Product:
    return Product(key, title, version, doi, zone, re.compile(names), frozenset({pol_type} | _SHARED))


# The order matters: the names of the narrower products contain that of the widest.
PRODUCTS = (
    _product("12nm", "Territorial Seas (12NM)", "4", "10.14284/633", "territorial_sea", r"12nm|territorialsea", "12nm"),
    _product("24nm", "Contiguous Zones (24NM)", "4", "10.14284/630", "contiguous_zone", r"24nm|contiguous", "24nm"),
    _product("internal", "Internal Waters", "4", "10.14284/631", "internal_waters", r"internalwater", "internalwaters"),
    _product(
        "archipelagic",
        "Archipelagic Waters",
        "4",
        "10.14284/629",
        "archipelagic_waters",
        r"archipelagicwater",
        "archipelagicwaters",
    ),
    _product("high_seas", "High Seas", "2", "10.14284/696", "high_seas", r"highseas", "highseas"),
    _product(
        "eez",
        "Maritime Boundaries and Exclusive Economic Zones (200NM)",
        "12",
        "10.14284/632",
        "exclusive_economic_zone",
        r"^(?:world)?eez(?:v\d+.*)?$|200nm",
        "200nm",
    ),
)
BY_KEY = {product.key: product for product in PRODUCTS}

NEEDED = ("eez", "12nm", "internal", "archipelagic")
"""Products without which a position would be put in the wrong zone."""

_OTHER = re.compile(r"boundar|land|iho|lowres|ecs")
"""Products that resemble those above: lines, unions with land, intersections with sea areas, simplified copies."""


def recognise(name: str, pol_types: set[str]) -> Product | None:
    """The product of a layer: by its name, and by its ``POL_TYPE`` where the name says nothing.

    Args:
        name: Name of the file or layer.
        pol_types: Values of ``POL_TYPE`` in it, in the form of `plain`.

    Returns:
        The product, or `None` if it is none of those that can be imported.

    Raises:
        InputError: if name and ``POL_TYPE`` contradict each other.
    """
    word = plain(name)
    told = {p for p in PRODUCTS if (p.pol_types - _SHARED) & pol_types}
    named = next((p for p in PRODUCTS if p.names.search(word)), None)
    if _OTHER.search(word):
        return None
    if len(told) > 1 or (named is not None and told and told != {named}):
        raise InputError(
            f"holds {' and '.join(sorted(p.title for p in told))}"
            + (f", but its name says {named.title}" if named is not None else ""),
            where=name,
            hint="Use the files as downloaded, one product in each.",
        )
    return named if named is not None else next(iter(told), None)


def version_of(name: str) -> str | None:
    """The version that a name gives: ``eez_v12`` is 12."""
    match = re.search(r"(?:^|[\W_])v(\d+)(?:$|[\W_])", name, re.IGNORECASE)
    return match[1] if match else None
