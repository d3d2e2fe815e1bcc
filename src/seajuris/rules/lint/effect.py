"""Third pass: conditions that can never be true, grounds that nobody can reach, provisions that serve nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seajuris.errors import RuleError
from seajuris.rules.lint.documents import Document
from seajuris.rules.lint.faults import Path
from seajuris.rules.lint.words import World
from seajuris.rules.model import All, Any_, Condition, Not, condition
from seajuris.rules.satisfy import ALWAYS, DEPENDS, NEVER, Solver, claimant_test
from seajuris.rules.vocabulary import FactDeclaration, Vocabulary

_FIX = "Correct one of the tests, or take the condition out."


def solver_for(world: World) -> Solver:
    """A solver for the facts and instruments of a folder, as far as they can be read."""
    facts = {path: _declaration(path, data) for path, data in world.facts.items() if isinstance(data, dict)}

    def binding(key: str) -> str:
        data = world.instruments.get(key, {})
        if data.get("binds_all") is True:
            return ALWAYS
        return DEPENDS if data.get("in_force") or not data else NEVER

    return Solver(Vocabulary(facts), binding)


def _declaration(path: str, data: Mapping[str, Any]) -> FactDeclaration:
    values = data.get("values")
    listed = {str(k): str(v) for k, v in values.items()} if isinstance(values, dict) else {}
    return FactDeclaration(path, str(data.get("type")), "", "", data.get("none"), listed)


def check_ground(document: Document, solver: Solver) -> None:
    """Check the conditions of a ground, and whether a State can come under it."""
    data = document.data
    when = _read(document, data.get("when"), ("when",))
    claimant = claimant_test(data) if not document.faulty(("claimant",)) else None
    sound = when is not None and not _dead(document, solver, when, ("when",), [])
    if when is not None and sound and claimant is not None and not solver.possible(claimant, when):
        text = "no State that this names can ever meet the condition of the ground"
        document.fault("R402", ("claimant",), text, "Name another fact or zone, or correct `when`.")
    given = [when] if when is not None and not document.faulty(("when",)) else []
    for part, key in (("authority", "when"), ("conditions", "when")):
        for index, item in enumerate(data.get(part) or ()):
            path: Path = (part, index, key)
            scope = _read(document, item.get(key), path) if isinstance(item, dict) else None
            if scope is not None:
                _dead(document, solver, scope, path, given)


def check_national(document: Document, solver: Solver, world: World) -> None:
    """Check the conditions of provisions, also against the grounds that they are to serve."""
    for index, base in enumerate(document.data.get("bases") or ()):
        if not isinstance(base, dict):
            continue
        path: Path = ("bases", index, "when")
        when = _read(document, base.get("when"), path)
        if when is not None and _dead(document, solver, when, path, []):
            continue
        for number, name in enumerate(base.get("grounds") or ()):
            ground = world.grounds.get(name, {}) if isinstance(name, str) else {}
            if ground:
                _serves(document, solver, base, when, ground, ("bases", index, "grounds", number))


def _serves(
    document: Document,
    solver: Solver,
    base: Mapping[str, Any],
    when: Condition | None,
    ground: Mapping[str, Any],
    path: Path,
) -> None:
    mine, its = base.get("offences", "any"), ground.get("offences", "any")
    if isinstance(mine, list) and isinstance(its, list) and not set(map(str, mine)) & set(map(str, its)):
        text = f"{base.get('id')} covers none of the offences of the ground {ground.get('id')}"
        document.fault("R403", path, text, "Correct `offences`, or take the ground out of the list.")
        return
    if when is None:
        return
    try:
        met = condition(ground.get("when"), "")
    except RuleError:
        return
    claimant = claimant_test(ground)
    tests = [met, when, *([claimant] if claimant is not None else [])]
    if solver.possible(*tests[:1], *tests[2:]) and not solver.possible(*tests):
        text = f"the `when` of {base.get('id')} contradicts the condition of the ground {ground.get('id')}"
        document.fault("R403", path, text, "Correct `when`, or take the ground out of the list.")


def check_warnings(document: Document, solver: Solver, world: World) -> None:
    """Check the conditions of remarks; one to which grounds refer may also be shown where its condition is unknown."""
    referred = {w for g in world.grounds.values() for w in g.get("warnings") or ()}
    for key, entry in world.warnings.items():
        path: Path = ("warnings", key, "when")
        when = _read(document, entry.get("when"), path) if isinstance(entry, dict) else None
        if when is not None and key not in referred:
            _dead(document, solver, when, path, [])


def check_coordination(document: Document, solver: Solver) -> None:
    """Check the conditions of rules on concurrent jurisdiction."""
    for index, item in enumerate(document.data):
        when = _read(document, item.get("when"), (index, "when")) if isinstance(item, dict) else None
        if when is not None:
            _dead(document, solver, when, (index, "when"), [])


def check_national_only(documents: Mapping[str, Document], served: set[str]) -> None:
    """Grounds that exist only through national law, and that no State's law serves."""
    for document in documents.values():
        if document.data.get("only_with_national") is True and document.data.get("id") not in served:
            text = "this ground exists only through national law, and no State's file names it"
            document.fault("R402", ("only_with_national",), text, "Add a provision that serves it to a State's file.")


def _read(document: Document, data: Any, path: Path) -> Condition | None:
    """A condition in which no fault is noted so far: one of the form that the reader takes."""
    return None if data is None or document.faulty(path) else condition(data, "")


def _dead(document: Document, solver: Solver, test: Condition, path: Path, given: list[Condition]) -> bool:
    """Note the parts of a condition that can never be true where the rest of the rule holds."""
    found = list(_never(solver, test, path, given))
    for where, alone in found:
        text = "this can never be true" if alone else "this can never be true together with the rest of the rule"
        document.fault("R401", where, text, _FIX)
    return bool(found)


def _never(solver: Solver, test: Condition, path: Path, given: list[Condition]) -> Iterator[tuple[Path, bool]]:
    if solver.possible(test, *given):
        yield from _branches(solver, test, path, given)
        return
    parts = _parts(test, path)
    hopeless = [(part, where) for part, where in parts if not solver.possible(part, *given)]
    # Point to the one part that spoils the whole, if there is one.
    if len(hopeless) == 1 and not isinstance(test, Not):
        yield from _never(solver, *hopeless[0], given)
    else:
        yield path, not solver.possible(test)


def _branches(solver: Solver, test: Condition, path: Path, given: list[Condition]) -> Iterator[tuple[Path, bool]]:
    match test:
        case All(parts):
            for index, (part, where) in enumerate(_parts(test, path)):
                others = [p for i, p in enumerate(parts) if i != index]
                yield from _branches(solver, part, where, [*given, *others])
        case Any_():
            for part, where in _parts(test, path):
                yield from _never(solver, part, where, given)
        case Not(part) if not solver.possible(part):
            # What is negated can never be: the negation always holds and says nothing.
            yield (*path, "not"), True


def _parts(test: Condition, path: Path) -> list[tuple[Condition, Path]]:
    match test:
        case All(parts):
            return [(p, (*path, "all", i)) for i, p in enumerate(parts)]
        case Any_(parts):
            return [(p, (*path, "any", i)) for i, p in enumerate(parts)]
        case _:
            return []
