"""Zone data and rules on a machine that works for another: the same ones, proved by their hashes, brought once.

A machine that has the same version of seajuris installed has the shipped data already. Others are handed over once for
each worker process, compressed, and kept in a folder of the worker; every use compares them again.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seajuris import software
from seajuris.api import zone_file
from seajuris.batch.answered import AssessOptions, LocateOptions
from seajuris.errors import DataError, SeajurisError
from seajuris.paths import shipped
from seajuris.rules.load import rules_in, shipped_rules
from seajuris.version import __version__
from seajuris.zones.integrity import declared_identity, integrity_of

_MANIFEST = "manifest.yaml"

_brought: dict[str, Path] = {}
"""By hash: what was handed over to this process."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What every machine of a run must have.

    Attributes:
        software: Version of seajuris, and the hash of its code.
        zones_sha256: Hash of the zone file.
        rules_sha256: Hash of the rules; `None` if none are read.
    """

    software: str
    zones_sha256: str
    rules_sha256: str | None

    @classmethod
    def of(cls, options: LocateOptions | AssessOptions) -> Needs:
        """What a run with these options needs.

        Raises:
            DataError: if the zone data are missing or damaged.
        """
        zones = integrity_of(zone_file(options.zones)).result()["sha256"]
        rules = None
        if isinstance(options, AssessOptions):
            rules = (rules_in(Path(options.rules)) if options.rules is not None else shipped_rules()).sha256
        return cls(_software(), zones, rules)


def zones_here(needs: Needs, named: str | None) -> Path:
    """The zone file on this machine.

    Args:
        needs: What it has to be.
        named: Where the machine that began the run has it; it may be a folder that all share.

    Raises:
        DataError: if this machine has another version of seajuris, or the zone data are not here.
    """
    _check_software(needs)
    candidates = [_brought.get(needs.zones_sha256), Path(named) if named else None, _shipped_zones()]
    for path in candidates:
        if path is not None and path.is_file() and _declared(path) == needs.zones_sha256:
            return path
    raise DataError("the zone data of the run are not on this machine", hint=f"Needed: {needs.zones_sha256[:12]}…")


def rules_here(needs: Needs, named: str | None) -> Path:
    """The rule folder on this machine; see `zones_here`."""
    _check_software(needs)
    candidates = [_brought.get(str(needs.rules_sha256)), Path(named) if named else None, shipped("rules")]
    for path in candidates:
        if path is not None and (path / "facts.yaml").is_file() and rules_in(path).sha256 == needs.rules_sha256:
            return path
    raise DataError("the rules of the run are not on this machine", hint=f"Needed: {str(needs.rules_sha256)[:12]}…")


def has_all(needs: Needs, zones: str | None, rules: str | None) -> bool:
    """Whether this machine has everything already.

    Raises:
        DataError: if it has another version of seajuris.
    """
    _check_software(needs)
    try:
        zones_here(needs, zones)
        if needs.rules_sha256 is not None:
            rules_here(needs, rules)
    except SeajurisError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Parcel:
    """Zone data and rules as they are handed over.

    Attributes:
        needs: What they are.
        zones: The zone file, compressed.
        manifest: Its manifest.
        rules: The rule files by their paths in the folder, compressed.
    """

    needs: Needs
    zones: bytes
    manifest: bytes
    rules: dict[str, bytes]

    @classmethod
    def pack(cls, needs: Needs, zones: str | None, rules: str | None) -> Parcel:
        """Pack what a run needs."""
        path = zone_file(zones)
        files = {}
        if needs.rules_sha256 is not None:
            folder = Path(rules) if rules is not None else shipped("rules")
            files = {p.relative_to(folder).as_posix(): zlib.compress(p.read_bytes()) for p in folder.rglob("*.yaml")}
        # Level 1: most bytes are zero, and more effort saves little.
        content = zlib.compress(path.read_bytes(), 1)
        return cls(needs, content, path.with_name(_MANIFEST).read_bytes(), files)

    def unpack(self, folder: Path) -> None:
        """Write everything below a folder of this machine, unless it is there, and use it from now on.

        Raises:
            DataError: if something is not what its hash says.
        """
        _check_software(self.needs)
        zones = folder / f"seajuris-zones-{self.needs.zones_sha256[:32]}" / "zones.gpkg"
        if not zones.is_file():
            content = zlib.decompress(self.zones)
            if hashlib.sha256(content).hexdigest() != self.needs.zones_sha256:
                raise DataError("the zone data were damaged on their way")
            zones.parent.mkdir(parents=True, exist_ok=True)
            _write(zones.with_name(_MANIFEST), self.manifest)
            _write(zones, content)
        if integrity_of(zones).result()["sha256"] != self.needs.zones_sha256:
            raise DataError("other zone data lie where those of the run belong", where=str(zones))
        _brought[self.needs.zones_sha256] = zones
        if self.needs.rules_sha256 is None:
            return
        rules = folder / f"seajuris-rules-{self.needs.rules_sha256[:32]}"
        for name, packed in self.rules.items():
            path = rules / name
            if not path.resolve().is_relative_to(rules.resolve()):
                raise DataError(f"a rule file has the name {name!r}")
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_file():
                _write(path, zlib.decompress(packed))
        if rules_in(rules).sha256 != self.needs.rules_sha256:
            raise DataError("the rules were damaged on their way", where=str(rules))
        _brought[self.needs.rules_sha256] = rules


def _write(path: Path, content: bytes) -> None:
    """Write a file unless another process of this machine has written it: one that is in use must not be replaced."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        part.write_bytes(content)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)


def _shipped_zones() -> Path | None:
    try:
        return zone_file(None)
    except DataError:
        return None


def _declared(path: Path) -> str | None:
    # What the manifest declares is compared with the file itself by whoever reads it.
    try:
        return declared_identity(path.with_name(_MANIFEST))["sha256"]
    except DataError:
        return None


def _check_software(needs: Needs) -> None:
    if needs.software != _software():
        raise DataError(
            f"this machine has seajuris {_software()}, the run was begun with {needs.software}",
            hint="Install the same version on all machines.",
        )


@cache
def _software() -> str:
    return f"{__version__} ({software.sha256()[:12]})"
