"""The licences of all packages on which seajuris depends, and whether they go with its own.

    python tests/licences.py      # lists them; exit code 1 if one is not accepted

A licence is accepted if whoever has it may use, change and pass on the package together with work under the Apache
License 2.0, without that work coming under other terms. Reciprocity within a package's own files (MPL-2.0) is no
obstacle, since seajuris contains no file of another package; GPL, AGPL and "non-commercial" are.
"""

from __future__ import annotations

import importlib.metadata as metadata
import re
import sys
import tomllib
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from conftest import ROOT

ACCEPTED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
    "Zlib", "ZPL-2.1",
}  # fmt: skip

# What packages write that is no SPDX identifier.
_SPELLINGS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ZPL 2.1": "ZPL-2.1",
}

# Packages whose metadata say nothing: the licence is in their files, and was read there, for this version.
_READ = {("resvg-py", "0.5.0"): "MIT"}


@dataclass(frozen=True, slots=True, order=True)
class Licensed:
    """One package.

    Attributes:
        licence: An SPDX expression, or in the package's own words; empty if it says nothing.
    """

    name: str
    version: str
    licence: str

    @property
    def accepted(self) -> bool:
        """Whether the whole expression comes true with the accepted licences."""
        return accepted(self.licence)


def accepted(expression: str) -> bool:
    """Whether an SPDX expression can be met with accepted licences alone: all of what AND joins, any of what OR joins.

    An expression with parentheses is split at them too, which only ever refuses more than it must.
    """
    if "(" in expression and ")" in expression:
        return bool(parts := re.split(r"[()]|\bAND\b|\bOR\b", expression)) and all(
            part.strip() in ACCEPTED for part in parts if part.strip()
        )
    choices = re.split(r"\s+OR\s+", expression)
    return any(all(one.strip() in ACCEPTED for one in re.split(r"\s+AND\s+", choice)) for choice in choices)


def licence_of(package: metadata.Distribution) -> str:
    """What a package says of its licence: SPDX expression, else the field, else the classifiers."""
    told: Any = package.metadata
    read = _READ.get((canonicalize_name(package.name), package.version))
    if read is not None:
        return read
    words = told.get("License-Expression") or (told.get("License") or "").strip().partition("\n")[0]
    if not words or (words not in _SPELLINGS and not accepted(words)):
        # Some put the whole text there; the classifiers are shorter.
        listed = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
        words = " AND ".join(_SPELLINGS.get(c, c) for c in listed) or words
    return _SPELLINGS.get(words, words)


def declared() -> list[Requirement]:
    """All that pyproject.toml names: what the program needs, and every extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    # Extras name each other as seajuris[...]; each is in the list anyway.
    return [r for r in map(Requirement, listed) if canonicalize_name(r.name) != "seajuris"]


def dependencies() -> tuple[list[metadata.Distribution], set[str]]:
    """All declared packages with what those need, as far as needed on this system; and those that are not installed."""
    seen: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(r.name), e) for r in declared() for e in ("", *r.extras)]
    packages: dict[str, metadata.Distribution] = {}
    missing: set[str] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            package = packages[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            missing.add(name)
            continue
        for text in package.requires or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(needed.name), e) for e in ("", *needed.extras)]
    return list(packages.values()), missing


def all_licences() -> list[Licensed]:
    """Of run-time, optional and development packages."""
    return sorted(Licensed(canonicalize_name(p.name), p.version, licence_of(p)) for p in dependencies()[0])


def main() -> int:
    """Print them; 1 if one is not accepted."""
    refused = 0
    for package in all_licences():
        refused += not package.accepted
        mark = "" if package.accepted else "   <- not accepted"
        print(f"{package.name:<28} {package.version:<18} {package.licence or '(nothing)'}{mark}")
    for name in sorted(dependencies()[1]):
        print(f"{name:<28} not installed here, so not checked")
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main())
