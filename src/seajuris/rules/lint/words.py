"""Second pass: whether every word of a rule file names something that exists, and may be used where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from seajuris.rules.lint.documents import Document
from seajuris.rules.lint.faults import Path, suggestion
from seajuris.rules.schemas import ANY_OF, BOUND, declared, spellings

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """What exists in a rule folder, as far as its files can be read.

    Attributes:
        facts: Declared facts, by path; empty where the declaration itself is faulty.
        grounds: The content of each ground, by id and by file name.
        instruments: By id and by file name.
        warnings: Keys of `warnings.yaml`.
        bases: Bases of jurisdiction, by kind of ground.
        states: Codes in the register.
        doubtful: Grounds of which is not known, for a fault, whether they are judged person by person.
    """

    facts: Mapping[str, Data]
    grounds: Mapping[str, Data]
    instruments: Mapping[str, Data]
    warnings: Mapping[str, Data]
    bases: Mapping[str, Collection[str]]
    states: Collection[str]
    doubtful: Collection[str] = ()

    @property
    def offences(self) -> Collection[str]:
        """The offences that a case may name."""
        values = self.facts.get("offences", {}).get("values")
        return values if isinstance(values, dict) else ()

    def bars(self, ground: str) -> bool:
        """Whether a ground is a bar."""
        return self.grounds[ground].get("kind") == "bar"


@dataclass(frozen=True, slots=True)
class Scope:
    """Of whom a condition may speak.

    Attributes:
        about: The members that are bound: `suspect`, `victim`, `other_vessel`, `decision`.
        claimant: Whether there is a State that claims.
    """

    about: frozenset[str] = field(default_factory=frozenset)
    claimant: bool = True


NOBODY = Scope(claimant=False)


def check_ground(document: Document, world: World) -> None:
    """Check a ground, a power at sea, or a bar."""
    data = document.data
    about = data.get("about")
    scope = Scope(_bound(document, about))
    kind = data.get("kind")
    for basis in _texts(data, "basis"):
        if kind in world.bases and basis[1] not in world.bases[kind]:
            _unknown(document, "R307", basis, f"basis of the kind {kind}", world.bases[kind])
    for warning in _items(data, "warnings"):
        _known(document, "R306", warning, "warning", world.warnings)
    _offences(document, world, data, ("offences",))
    _condition(document, world, data.get("when"), ("when",), scope)
    _claimant(document, world, data.get("claimant"), scope)
    bars = data.get("bars")
    if isinstance(bars, dict):
        for item in _items(bars, "grounds", ("bars",)):
            other = world.grounds.get(item[1], {}).get("kind", "prosecute")
            if _known(document, "R305", item, "ground", world.grounds) and other != "prosecute":
                document.fault("R305", item[0], f"{item[1]!r} is no ground to prosecute", "Name a ground to prosecute.")
        _offences(document, world, bars, ("bars", "offences"))
    _authorities(document, world, data.get("authority"), ("authority",), scope)
    for index, remark in _mappings(data, "conditions"):
        _condition(document, world, remark.get("when"), ("conditions", index, "when"), scope)
        _source(document, remark, ("conditions", index))


def _bound(document: Document, about: Any) -> frozenset[str]:
    # A ground that says something wrong about its members may speak of any: that fault is noted already.
    if document.faulty(("about",)):
        return frozenset(BOUND)
    return frozenset({about}) if isinstance(about, str) else frozenset()


def check_state(document: Document, world: World) -> None:
    """Check what a State's own law adds."""
    data = document.data
    for state in _texts(data, "state"):
        _known(document, "R303", state, "State in the register", world.states)
    for index, base in _mappings(data, "bases"):
        path: Path = ("bases", index)
        _grounds(document, world, base, path)
        _offences(document, world, base, (*path, "offences"))
        served = [g for g in base.get("grounds") or () if g in world.grounds]
        # A provision may speak of the suspect only if each ground that it serves is judged suspect by suspect.
        abouts = {world.grounds[g].get("about") for g in served if g not in world.doubtful}
        shared = frozenset(a for a in abouts if isinstance(a, str) and len(abouts) == 1)
        bound = shared if abouts or not served else frozenset(BOUND)
        _condition(document, world, base.get("when"), (*path, "when"), Scope(bound))
        _source(document, base, path)
    for index, absence in _mappings(data, "absent"):
        _grounds(document, world, absence, ("absent", index))
        _source(document, absence, ("absent", index))
    for index, offence in _mappings(data, "offences"):
        for item in _items(offence, "covers", ("offences", index)):
            _known(document, "R302", item, "offence in facts.yaml", world.offences)
        _source(document, offence, ("offences", index))


def check_instrument(document: Document, world: World) -> None:
    """Check the parties of a treaty or act."""
    data = document.data
    for source in _texts(data, "parties_from"):
        _known(document, "R304", source, "instrument", world.instruments)
    for item in _items(data, "except"):
        _known(document, "R303", item, "State in the register", world.states)
    where: dict[str, str] = {}
    for name in ("parties", "non_parties", "unknown"):
        table = data.get(name)
        for state in table if isinstance(table, dict) else ():
            path: Path = (name, state)
            _known(document, "R303", (path, state), "State in the register", world.states)
            if state in where:
                text = f"{state} stands under `{where[state]}` as well"
                document.fault("R704", path, text, "Keep the entry that the depositary's list supports.")
            where.setdefault(state, name)


def check_coordination(document: Document, world: World) -> None:
    """Check the rules on concurrent jurisdiction in one file."""
    for index, item in enumerate(document.data):
        if not isinstance(item, dict):
            continue
        _condition(document, world, item.get("when"), (index, "when"), NOBODY)
        _authorities(document, world, item.get("authority"), (index, "authority"), NOBODY)
        states = item.get("states")
        for member in _texts(states if isinstance(states, dict) else {}, "member", (index, "states")):
            _known(document, "R304", member, "instrument", world.instruments)


def check_warnings(document: Document, world: World) -> None:
    """Check the remarks."""
    referred = {w for g in world.grounds.values() for w in g.get("warnings") or ()}
    for key, entry in world.warnings.items():
        path: Path = ("warnings", key)
        if not entry:
            continue
        _condition(document, world, entry.get("when"), (*path, "when"), NOBODY)
        _source(document, entry, path)
        if entry.get("when") is None and key not in referred:
            text = f"no ground refers to {key}, and it has no condition of its own: nobody will ever see it"
            document.fault("R404", path, text, "Name it under `warnings` of a ground, or give it a `when`.")


# --- Conditions -------------------------------------------------------------------------------------------------------


def _condition(document: Document, world: World, test: Any, path: Path, scope: Scope) -> None:
    if not isinstance(test, dict):
        return
    for key in ("all", "any"):
        if isinstance(test.get(key), list):
            for index, part in enumerate(test[key]):
                _condition(document, world, part, (*path, key, index), scope)
    _condition(document, world, test.get("not"), (*path, "not"), scope)
    if "fact" in test:
        _fact_is(document, world, test, path, scope)
    if test.get("of", "claimant" if "place" in test else None) in ("claimant", "other"):
        _needs_claimant(document, (*path, "of" if "of" in test else "place"), scope)
    if "party" in test:
        for instrument in _texts(test, "party", path):
            _known(document, "R304", instrument, "instrument", world.instruments)
        state = test.get("state", "claimant")
        where: Path = (*path, "state" if "state" in test else "party")
        if state == "claimant":
            _needs_claimant(document, where, scope)
        elif isinstance(state, str) and state != "flag":
            _states_fact(document, world, state, where, scope)
    for item in _items(test, "offence", path):
        _known(document, "R302", item, "offence in facts.yaml", world.offences)


def _fact_is(document: Document, world: World, test: Data, path: Path, scope: Scope) -> None:
    name = test["fact"]
    if not isinstance(name, str) or not _fact(document, world, name, (*path, "fact"), scope) or "is" not in test:
        return
    fact = world.facts[declared(name)]
    wanted = test.get("is")
    if not isinstance(wanted, list):
        _value(document, world, fact, name, wanted, (*path, "is"), scope)
        return
    for index, value in enumerate(wanted):
        _value(document, world, fact, name, value, (*path, "is", index), scope)


def _value(document: Document, world: World, fact: Data, name: str, value: Any, path: Path, scope: Scope) -> None:
    kind = fact.get("type")
    if value == "known" or (value == "none" and fact.get("none")):
        return
    if kind in ("choice", "choices"):
        known = [*(fact.get("values") or ()), *(["none"] if fact.get("none") else [])]
        if value not in known:
            text = f"{name} is never {_shown(value)}"
            document.fault("R302", path, text, f"{suggestion(value, known)}Accepted: {', '.join(known)}, known.")
    elif kind == "yes_no":
        if not isinstance(value, bool):
            document.fault(
                "R302", path, f"{name} is true or false, never {_shown(value)}", "Write true, false or known."
            )
    elif kind in ("state", "states"):
        if value == "claimant":
            _needs_claimant(document, path, scope)
        elif isinstance(value, str) and "." in value:
            _states_fact(document, world, value, path, scope)
        elif value not in world.states:
            text = f"{_shown(value)} is no State in the register"
            fix = "Write a code of three capitals, claimant, known, none, or the path of a fact that names States."
            document.fault("R303", path, text, fix)
    elif kind is not None:
        document.fault("R302", path, f"{name} can only be asked whether it is known", "Write known.")


def _states_fact(document: Document, world: World, name: str, path: Path, scope: Scope) -> None:
    if _fact(document, world, name, path, scope) and not _names_states(world, name):
        document.fault("R302", path, f"{name} names no State", "Name a fact of the type state or states.")


def _names_states(world: World, name: str) -> bool:
    return world.facts[declared(name)].get("type") in ("state", "states", None)


def _fact(document: Document, world: World, name: str, path: Path, scope: Scope) -> bool:
    """Whether a fact exists and may be asked for here; notes what is wrong."""
    head = name.partition(".")[0]
    if declared(name) not in world.facts or "[" in name:
        fix = f"{suggestion(name, spellings(tuple(world.facts)))}Facts are declared in facts.yaml."
        document.fault("R301", path, f"no fact is called {name!r}", fix)
        return False
    if head in BOUND and head not in scope.about:
        some = next(alias for alias, group in ANY_OF.items() if group == BOUND[head])
        text = f"{name}: this rule is not judged {head.replace('_', ' ')} by {head.replace('_', ' ')}"
        document.fault(
            "R308", path, text, f"Write {some}.{name.partition('.')[2]}, or let the ground be `about: {head}`."
        )
        return False
    return True


def _needs_claimant(document: Document, path: Path, scope: Scope) -> None:
    if not scope.claimant:
        document.fault("R308", path, "no State claims jurisdiction here", "Ask of anyone, of the flag, or name a fact.")


def _claimant(document: Document, world: World, claimant: Any, scope: Scope) -> None:
    if not isinstance(claimant, dict):
        return
    named = [*_texts(claimant, "fact", ("claimant",)), *_items(claimant, "facts", ("claimant",))]
    for path, name in named:
        _states_fact(document, world, name, path, scope)


# --- Lists and sources ------------------------------------------------------------------------------------------------


def _authorities(document: Document, world: World, listed: Any, path: Path, scope: Scope) -> None:
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(item, dict):
            continue
        here: Path = (*path, index)
        for instrument in _texts(item, "instrument", here):
            _known(document, "R304", instrument, "instrument", world.instruments)
        if item.get("party") == "claimant":
            _needs_claimant(document, (*here, "party"), scope)
        _condition(document, world, item.get("when"), (*here, "when"), scope)
        _source(document, item, here)


def _grounds(document: Document, world: World, data: Data, path: Path) -> None:
    for item in _items(data, "grounds", path):
        if _known(document, "R305", item, "ground", world.grounds) and world.bars(item[1]):
            text = f"{item[1]!r} is a bar; a State's law gives a footing to grounds and powers"
            document.fault("R305", item[0], text, "Name a ground.")


def _offences(document: Document, world: World, data: Data, path: Path) -> None:
    for item in _items(data, "offences", path[:-1]):
        _known(document, "R302", item, "offence in facts.yaml", world.offences)


def _source(document: Document, data: Data, path: Path) -> None:
    source, verified = data.get("source"), data.get("verified")
    if verified is True and isinstance(source, str) and source.strip():
        seen = "http://" in source or "https://" in source
        if not seen or source.strip().casefold().startswith("from memory"):
            text = "`verified: true`, but the source names no text that was read"
            document.fault("R503", (*path, "verified"), text, "Give the address of the text, or write verified: false.")


def _known(document: Document, code: str, item: tuple[Path, str], what: str, known: Collection[str]) -> bool:
    if item[1] in known:
        return True
    _unknown(document, code, item, what, known)
    return False


def _unknown(document: Document, code: str, item: tuple[Path, str], what: str, known: Collection[str]) -> None:
    fix = suggestion(item[1], known) or ("Write a code of three capitals. " if code == "R303" else "")
    listed = f"There are: {', '.join(sorted(known))}." if 0 < len(known) <= 20 else ""
    document.fault(code, item[0], f"{item[1]!r} is no {what}", f"{fix}{listed}".strip() or f"Use a {what} that exists.")


def _texts(data: Data, key: str, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(data.get(key), str):
        yield (*path, key), data[key]


def _items(data: Data, key: str, path: Path = ()) -> Iterator[tuple[Path, str]]:
    listed = data.get(key)
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, str):
            yield (*path, key, index), item


def _mappings(data: Data, key: str) -> Iterator[tuple[int, Data]]:
    listed = data.get(key)
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
