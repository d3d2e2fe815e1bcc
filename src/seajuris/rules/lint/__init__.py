"""``seajuris rules lint``: everything that is wrong with a rule folder, at once, each with file, line, path and fix.

The ordinary reader (`rules.load`) stops at the first fault, which is right for an answer and useless for an author.
Here each file is read with the lines of its values; four passes then look at form, words, effect and time. A fault in
one place silences later passes in that place, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seajuris.errors import RuleError
from seajuris.reading import files_in, read_text
from seajuris.rules.lint import effect, time, words
from seajuris.rules.lint.documents import Document, read
from seajuris.rules.lint.faults import CODES, Fault
from seajuris.rules.lint.shape import check_shape
from seajuris.rules.lint.words import World

__all__ = ["CODES", "Fault", "Report", "lint"]

FOLDERS = {
    "grounds": "ground",
    "states": "state-law",
    "instruments": "instrument",
    "coordination": "coordination",
}
ACCEPTED = "accepted.yaml"
"""Faults that were looked at and stay, each with a reason: entries `{code, file, about, reason}`."""
TOP = {
    "facts.yaml": "facts",
    "warnings.yaml": "warnings",
    "bases.yaml": "bases",
    "version.yaml": "version",
    ACCEPTED: "accepted",
}


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run.

    Attributes:
        faults: In order of file and line.
        accepted: Faults that `accepted.yaml` accepts, with the reason.
        files: How many files were read.
    """

    faults: tuple[Fault, ...]
    accepted: tuple[tuple[Fault, str], ...]
    files: int

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "format": "seajuris.rules-lint.v1",
            "files": self.files,
            "faults": [fault.to_dict() for fault in self.faults],
            "accepted": [{**fault.to_dict(), "reason": reason} for fault, reason in self.accepted],
        }


def lint(folder: Path) -> Report:
    """Check a rule folder.

    Raises:
        RuleError: if it is no rule folder at all.
    """
    if not (folder / "facts.yaml").is_file():
        raise RuleError("not a rule folder: facts.yaml is missing", where=str(folder))
    stray: list[Fault] = []
    documents = {file: _read(folder, file) for file in _files(folder, stray)}
    for file, document in documents.items():
        kind = _kind(file)
        if document.readable and kind is not None:
            check_shape(document, kind)
    world = _world(documents)
    _ids(documents)
    _words(documents, world)
    _effect(documents, world)
    _time(documents)
    faults = sorted({*stray, *(fault for d in documents.values() for fault in d.faults)})
    return _accept(documents.get(ACCEPTED), faults, len(documents))


# --- Files ----------------------------------------------------------------------------------------------------------


def _files(folder: Path, stray: list[Fault]) -> Iterator[str]:
    """The rule files, in order; others that look like rules are noted as read by nobody."""
    for file in files_in(folder, where=str(folder), error=RuleError):
        path = Path(file)
        if any(part.startswith(".") for part in path.parts):
            continue
        if path.suffix == ".yaml" and _kind(file) is not None:
            yield file
        elif path.suffix.lower() in (".yaml", ".yml", ".json"):
            fix = f"Files end in .yaml and lie in {', '.join(f'{name}/' for name in FOLDERS)}."
            stray.append(Fault(file, 1, "R703", "", "no rule is read from this file", fix))


def _kind(file: str) -> str | None:
    parts = file.split("/")
    return TOP.get(file) if len(parts) == 1 else FOLDERS.get(parts[0]) if len(parts) == 2 else None


def _read(folder: Path, file: str) -> Document:
    try:
        text = read_text(folder / file, where=file, error=RuleError)
    except RuleError as fault:
        document = Document(file, readable=False)
        document.fault("R101", (), fault.message, fault.hint or "Save the file as plain text.")
        return document
    return read(text, file)


def _of(documents: Mapping[str, Document], kind: str) -> dict[str, Document]:
    """Readable documents of one kind that are mappings, by file name without ending."""
    found = {Path(f).stem: d for f, d in documents.items() if _kind(f) == kind and d.readable}
    return {name: d for name, d in found.items() if isinstance(d.data, list if kind == "coordination" else dict)}


def _world(documents: Mapping[str, Document]) -> World:
    from seajuris import states

    def table(file: str, key: str) -> dict[str, Any]:
        document = documents.get(file)
        data = document.data.get(key) if document and isinstance(document.data, dict) else None
        if document is None or not isinstance(data, dict):
            return {}
        return {k: {} if document.faulty((key, k)) or not isinstance(v, dict) else v for k, v in data.items()}

    def by_name(kind: str) -> dict[str, Any]:
        # A file that cannot be read exists all the same: others may name it.
        found: dict[str, Any] = {Path(f).stem: {} for f, d in documents.items() if _kind(f) == kind}
        for name, document in _of(documents, kind).items():
            found[name] = document.data
            found.setdefault(str(document.data.get("id")), document.data)
        return found

    bases = documents.get("bases.yaml")
    kinds = bases.data if bases and isinstance(bases.data, dict) else {}
    doubtful = {name for name, d in _of(documents, "ground").items() if d.faulty(("about",))}
    doubtful |= {Path(f).stem for f, d in documents.items() if _kind(f) == "ground" and not d.readable}
    return World(
        facts=table("facts.yaml", "facts"),
        grounds=by_name("ground"),
        instruments=by_name("instrument"),
        warnings=table("warnings.yaml", "warnings"),
        bases={kind: listed for kind, listed in kinds.items() if isinstance(listed, dict)},
        states=frozenset(state.alpha3 for state in states.register()),
        doubtful=frozenset(doubtful),
    )


# --- Passes over all files --------------------------------------------------------------------------------------------


def _ids(documents: Mapping[str, Document]) -> None:
    """Names of files against their content, and ids against each other."""
    for kind, key in (("ground", "id"), ("instrument", "id"), ("state-law", "state")):
        for name, document in _of(documents, kind).items():
            told = document.data.get(key)
            if isinstance(told, str) and told != name:
                text = f"`{key}: {told}` in a file called {name}.yaml"
                document.fault("R702", (key,), text, f"Rename the file to {told}.yaml, or write `{key}: {name}`.")
    seen: dict[str, str] = {}
    for name, document in _of(documents, "state-law").items():
        for index, base in enumerate(document.data.get("bases") or ()):
            told = base.get("id") if isinstance(base, dict) else None
            if isinstance(told, str):
                path = ("bases", index, "id")
                _once(document, path, told, seen)
                if not told.startswith(f"{name}-"):
                    document.fault("R702", path, f"the id {told} does not begin with {name}-", f"Call it {name}-...")
    seen = {}
    for _, document in sorted(_of(documents, "coordination").items()):
        for index, item in enumerate(document.data):
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                _once(document, (index, "id"), item["id"], seen)
    seen = {}
    for document in _of(documents, "ground").values():
        if isinstance(document.data.get("id"), str):
            _once(document, ("id",), document.data["id"], seen)


def _once(document: Document, path: tuple[str | int, ...], told: str, seen: dict[str, str]) -> None:
    if told in seen:
        document.fault("R701", path, f"the id {told!r} is used already, in {seen[told]}", "Give each its own id.")
    seen.setdefault(told, f"{document.file}, line {document.line(path)}")


def _words(documents: Mapping[str, Document], world: World) -> None:
    checks = {
        "ground": words.check_ground,
        "state-law": words.check_state,
        "instrument": words.check_instrument,
        "coordination": words.check_coordination,
        "warnings": words.check_warnings,
    }
    for kind, check in checks.items():
        for document in _of(documents, kind).values():
            check(document, world)


def _effect(documents: Mapping[str, Document], world: World) -> None:
    solver = effect.solver_for(world)
    grounds = _of(documents, "ground")
    for document in grounds.values():
        effect.check_ground(document, solver)
    for document in _of(documents, "state-law").values():
        effect.check_national(document, solver, world)
    for document in _of(documents, "warnings").values():
        effect.check_warnings(document, solver, world)
    for document in _of(documents, "coordination").values():
        effect.check_coordination(document, solver)
    served = {
        ground
        for document in _of(documents, "state-law").values()
        for base in document.data.get("bases") or ()
        if isinstance(base, dict) and base.get("applied") is not False
        for ground in base.get("grounds") or ()
        if isinstance(ground, str)
    }
    effect.check_national_only(grounds, served)


def _time(documents: Mapping[str, Document]) -> None:
    for document in documents.values():
        if document.readable:
            time.check_order(document)
    for document in _of(documents, "state-law").values():
        time.check_versions(document)


# --- Accepted faults --------------------------------------------------------------------------------------------------


def _accept(document: Document | None, faults: list[Fault], files: int) -> Report:
    data = document.data if document is not None and isinstance(document.data, dict) else {}
    listed = data.get("accepted")
    left, accepted = list(faults), []
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        told = entry if isinstance(entry, dict) else {}
        hits = [f for f in left if _matches(f, told)]
        if told.get("reason") and hits:
            accepted += [(fault, str(told["reason"])) for fault in hits]
            left = [f for f in left if f not in hits]
        else:
            line = document.line(("accepted", index)) if document is not None else 1
            text = "no such fault is found" if told.get("reason") else "a fault is accepted only with a reason"
            fix = "Take the entry out." if told.get("reason") else "Say why it stays."
            left.append(Fault(ACCEPTED, line, "R705", f"accepted[{index}]", text, fix))
    return Report(tuple(sorted(left)), tuple(accepted), files)


def _matches(fault: Fault, told: Mapping[str, Any]) -> bool:
    about = told.get("about")
    named = isinstance(about, str) and (about in fault.message or about == fault.path)
    return fault.code == told.get("code") and fault.file == told.get("file") and named
