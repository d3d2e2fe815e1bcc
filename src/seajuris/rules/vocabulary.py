"""The declared facts: what a case may tell and a rule may ask for (`rules/facts.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from seajuris.errors import RuleError

TYPES = ("state", "states", "choice", "choices", "yes_no", "date", "text", "position", "length")


@dataclass(frozen=True, slots=True)
class FactDeclaration:
    """One declared fact.

    Attributes:
        path: Where it stands in a case; ``suspects[].nationality`` stands for every suspect's.
        type: One of `TYPES`.
        ask: The question for investigators when the fact is missing.
        why: What hangs on it, in a few words.
        none: The word for "told that there is none"; `None` where that makes no sense.
        values: For choices, each value with its plain words.
    """

    path: str
    type: str
    ask: str
    why: str
    none: str | None
    values: Mapping[str, str]


class Vocabulary:
    """All declared facts, by path."""

    def __init__(self, facts: Mapping[str, FactDeclaration]) -> None:
        self._facts = MappingProxyType(dict(facts))

    @classmethod
    def from_data(cls, data: Any, *, where: str) -> Vocabulary:
        """Read the content of `facts.yaml`.

        Raises:
            RuleError: if an entry is not as described there.
        """
        if not isinstance(data, dict) or not isinstance(data.get("facts"), dict):
            raise RuleError("needs a mapping `facts`", where=where)
        facts: dict[str, FactDeclaration] = {}
        for path, entry in data["facts"].items():
            spot = f"{where}: facts.{path}"
            if not isinstance(entry, dict) or not isinstance(entry.get("type"), str) or entry["type"] not in TYPES:
                raise RuleError(f"`type` must be one of {', '.join(TYPES)}", where=spot)
            unknown = set(entry) - {"type", "ask", "why", "none", "values"}
            if unknown:
                raise RuleError(f"unknown key {sorted(unknown)[0]!r}", where=spot)
            if entry["type"].startswith("choice") and not isinstance(entry.get("values"), dict):
                raise RuleError("a choice needs `values`", where=spot)
            if "ask" not in entry or not isinstance(entry.get("values") or {}, dict):
                raise RuleError("a fact needs `ask`, and `values` are a mapping", where=spot)
            if not isinstance(entry.get("none"), str | None):
                raise RuleError("`none` must be a word", where=spot)
            facts[path] = FactDeclaration(
                path=path,
                type=entry["type"],
                ask=str(entry["ask"]),
                why=str(entry.get("why", "")),
                none=entry.get("none"),
                values=MappingProxyType({k: str(v) for k, v in (entry.get("values") or {}).items()}),
            )
        return cls(facts)

    def __getitem__(self, path: str) -> FactDeclaration:
        """The declaration for a path, concrete (``suspects[0].role``) or general (``suspects[].role``)."""
        try:
            return self._facts[general(path)]
        except KeyError:
            raise RuleError(f"no fact is called {path!r}", where="rules", hint="facts.yaml declares them.") from None

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and general(path) in self._facts

    def __iter__(self) -> Any:
        return iter(self._facts.values())

    @property
    def paths(self) -> tuple[str, ...]:
        """All declared paths."""
        return tuple(self._facts)


def general(path: str) -> str:
    """``suspects[0].role`` becomes ``suspects[].role``."""
    head, bracket, rest = path.partition("[")
    return f"{head}[]{rest.partition(']')[2]}" if bracket else path
