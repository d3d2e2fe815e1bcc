"""Every place in a rule set where a condition stands, with its address in the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seajuris.rules.load import RuleSet
from seajuris.rules.model import All, Any_, Condition, Not


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A condition in a rule.

    Attributes:
        file: Path inside the rule folder.
        path: Where in the file: ``authority[3].when.all[1]``.
        rule: Id of the ground, provision, remark or rule of coordination.
        test: The condition.
    """

    file: str
    path: str
    rule: str
    test: Condition

    def leaves(self) -> Iterator[Site]:
        """The simple tests in it, each with its own address."""
        match self.test:
            case All(parts) | Any_(parts):
                word = "all" if isinstance(self.test, All) else "any"
                for index, part in enumerate(parts):
                    yield from Site(self.file, f"{self.path}.{word}[{index}]", self.rule, part).leaves()
            case Not(part):
                yield from Site(self.file, f"{self.path}.not", self.rule, part).leaves()
            case _:
                yield self


def sites(rules: RuleSet) -> Iterator[Site]:
    """All conditions of a rule set, in the order of the files."""
    for ground in sorted(rules.grounds, key=lambda g: g.id):
        file = f"grounds/{ground.id}.yaml"
        yield Site(file, "when", ground.id, ground.when)
        for index, authority in enumerate(ground.authority):
            if authority.when is not None:
                yield Site(file, f"authority[{index}].when", ground.id, authority.when)
        for index, remark in enumerate(ground.conditions):
            if remark.when is not None:
                yield Site(file, f"conditions[{index}].when", ground.id, remark.when)
    for state in encoded_states(rules):
        law = rules.national(state)
        for index, base in enumerate(law.bases if law is not None else ()):
            if base.when is not None:
                yield Site(f"states/{state}.yaml", f"bases[{index}].when", base.id, base.when)
    for warning in rules.warnings:
        if warning.when is not None:
            yield Site("warnings.yaml", f"warnings.{warning.id}.when", warning.id, warning.when)
    for item in rules.coordination:
        if item.when is not None:
            yield Site("coordination", f"{item.id}.when", item.id, item.when)


def encoded_states(rules: RuleSet) -> tuple[str, ...]:
    """The States whose law is encoded, by code."""
    return tuple(sorted(path.stem for path in (rules.folder / "states").glob("*.yaml")))


def encoded_instruments(rules: RuleSet) -> tuple[str, ...]:
    """The ids of all instruments."""
    return tuple(sorted(path.stem for path in (rules.folder / "instruments").glob("*.yaml")))
