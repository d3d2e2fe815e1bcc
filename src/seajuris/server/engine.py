"""What the API answers: the functions of the library, with everything that is read once kept open.

An engine computes one request after the other and for as long as it takes; ``workers`` bounds both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seajuris.errors import InputError
from seajuris.server.answer import Answer
from seajuris.server.routes import MEMO_TYPES, Route

if TYPE_CHECKING:
    from seajuris.case import Case
    from seajuris.rules.load import RuleSet

MAX_ENTRIES = 100
"""Suspects, victims, vessels and decisions of one case here, together: so many keep an answer short."""
MAX_ACCURACY_M = 500 * 1852.0
"""A larger circle takes a minute and holds half a sea: nothing to try things out with."""
MAX_MAPS = 16
ENLARGE = 1.5
"""How far a map around a position is drawn beyond its first view; a window, which takes longer, is drawn as it is."""

Options = Mapping[str, str]


class Engine:
    """Answers with one rule set and one zone file, both kept open.

    Args:
        zones: A zone GeoPackage instead of the shipped one.
        rules: A rule folder instead of the shipped one.
    """

    def __init__(self, *, zones: str | Path | None = None, rules: str | Path | None = None) -> None:
        self._zones = zones
        self._rules = rules
        self._draw: Callable[..., str] = lru_cache(MAX_MAPS)(self._fragment)

    def warm(self) -> None:
        """Read everything once, so that the first answer is as quick as the next and faults show at the start.

        Raises:
            DataError: if the zone data are missing or damaged.
            RuleError: if a rule file cannot be used.
        """
        from seajuris import api, states
        from seajuris.case import Case
        from seajuris.zones.integrity import integrity_of

        integrity_of(api.zone_file(self._zones))
        case = Case.from_dict({"position": "0 N 0 E"}, vocabulary=self.rule_set.vocabulary)
        api.assess(case, zones=self._zones, rules=self._rules)
        states.register().resolve("Italian")
        _ = self._vocabulary

    @cached_property
    def rule_set(self) -> RuleSet:
        """The rules."""
        from seajuris.rules.load import rules_in, shipped_rules

        return rules_in(Path(self._rules)) if self._rules is not None else shipped_rules()

    def answer(self, route: Route, options: Options, body: str) -> Answer:
        """The answer to a request for a declared route.

        Raises:
            SeajurisError: if what was sent cannot be used.
        """
        call: Callable[[Options, str], Answer] = getattr(self, route.call)
        return call(options, body)

    # --- Routes ---------------------------------------------------------------------------------------------------

    def assess(self, _: Options, body: str) -> Answer:
        """The assessment of a case, as ``seajuris assess --json`` prints it."""
        from seajuris import api

        case = self._case(body)
        return Answer.json(api.assess(case, zones=self._zones, rules=self._rules).to_dict())

    def case(self, _: Options, body: str) -> Answer:
        """A case file, YAML or JSON, read and written in canonical form."""
        case = self._case(body, yaml=True)
        return Answer.json({"format": "seajuris.case.v1", "case": case.to_dict()})

    def map(self, options: Options, body: str) -> Answer:
        """The interactive map of a case's position, or of a part of the sea, without its style and script."""
        from seajuris import api

        case = self._case(body)
        position = None if case.position is None else (case.position.source, case.position.accuracy_m)
        html = self._draw(position, case.on or api.today(), options.get("extent"))
        return Answer.json({"format": "seajuris.map.v1", "html": html})

    def memo(self, options: Options, body: str) -> Answer:
        """The memo of a case in one of its formats."""
        from seajuris import api
        from seajuris.redact import redacted
        from seajuris.render.memo.build import Options as MemoOptions
        from seajuris.render.memo.write import memo
        from seajuris.render.words import Words

        form = options.get("format", "html")
        if form not in MEMO_TYPES:
            raise InputError(f"{form!r} is no format", where="format", hint=f"Accepted: {', '.join(MEMO_TYPES)}.")
        redact = options.get("redact", "no")
        if redact not in ("yes", "no"):
            raise InputError(f"{redact!r} is neither yes nor no", where="redact")
        lang = options.get("lang", "en")
        Words(lang)
        day = api.parse_day(options.get("date")) or api.today()
        case = self._case(body)
        if redact == "yes":
            case = redacted(case, self.rule_set.vocabulary)
        told = MemoOptions(day.isoformat(), lang, redact == "yes", form, None)
        # As the command does: where no day was told, that of the memo stands in.
        with api.as_of(day if case.on is None else None):
            result = api.assess(case, zones=self._zones, rules=self._rules)
        content = memo(result, self.rule_set, told, zones=self._zones)
        return Answer(content, MEMO_TYPES[form], file_name=f"memo.{form}")

    def scenarios(self, _: Options, __: str) -> Answer:
        """The teaching scenarios that ship with the software."""
        return self._scenarios

    def vocabulary(self, _: Options, __: str) -> Answer:
        """Facts, States and words from which the page is built."""
        return self._vocabulary

    def openapi(self, _: Options, __: str) -> Answer:
        """The description of this API."""
        from seajuris.server.openapi import openapi

        return Answer.json(openapi())

    # --- What they share ------------------------------------------------------------------------------------------

    def _case(self, body: str, *, yaml: bool = False) -> Case:
        """The case in a body: JSON; where YAML is read too, JSON if it begins with a brace, as on standard input."""
        from seajuris.case import LISTS, Case, case_data_from_text
        from seajuris.errors import CaseError
        from seajuris.jsonio import parse_json
        from seajuris.yamlio import parse_yaml

        def parse(text: str, **told: Any) -> Any:
            data = (
                parse_yaml(text, **told) if yaml and text.lstrip()[:1] not in ("{", "[") else parse_json(text, **told)
            )
            if data is None:
                # An empty file is a case for `assess`; here it would be the sign of a request that went wrong.
                raise CaseError("the case is empty", where="case", hint="{} is a case of which nothing is told.")
            return data

        data = case_data_from_text(body if yaml else body or "null", where="case", parse=parse)
        if sum(len(entries) for name in LISTS if isinstance(entries := data.get(name), list)) > MAX_ENTRIES:
            raise CaseError(
                f"more than {MAX_ENTRIES} persons, vessels and decisions",
                where="case",
                hint="For a case of that size use `seajuris assess` with a case file.",
            )
        case = Case.from_dict(data, vocabulary=self.rule_set.vocabulary)
        if case.position is not None and (case.position.accuracy_m or 0.0) + case.position.precision_m > MAX_ACCURACY_M:
            raise CaseError(
                f"a position uncertain by more than {MAX_ACCURACY_M / 1852:.0f} M",
                where="case: accuracy",
                hint="For a circle of that size use `seajuris assess`.",
            )
        return case

    def _fragment(self, position: tuple[str, float | None] | None, on: Any, extent: str | None) -> str:
        from seajuris import api
        from seajuris.position import parse_position
        from seajuris.render.map.interactive import SCRIPT, STYLE, interactive_fragment

        place = None
        if position is not None:
            text, accuracy = position
            place = api.locate(parse_position(text, accuracy=accuracy), on=on, zones=self._zones)
        elif extent is None:
            raise InputError("a map needs a position or a window", where="extent", hint="e.g. extent=10,32,18,38")
        fragment = interactive_fragment(
            place, zones=self._zones, extent=extent, on=on, enlarge=ENLARGE if place is not None else 1.0
        )
        # The page loads both from their own addresses: its policy allows nothing that stands in the page.
        return fragment.replace(f"<style>{STYLE}</style>\n", "").replace(f"<script>{SCRIPT}</script>\n", "")

    @cached_property
    def _scenarios(self) -> Answer:
        from seajuris.scenarios import load, names, scenario_folder

        folder = scenario_folder(None)
        # Files named `law-...` are checks of single rules, no teaching cases.
        told = [load(folder / f"{name}.yaml") for name in names(folder) if not name.startswith("law-")]
        listed = [
            {
                "id": s.id,
                "title": s.title,
                "case": s.data["case"],
                "learning": s.data.get("learning", []),
                "discuss": s.data.get("discuss", []),
            }
            for s in told
        ]
        return Answer.json({"format": "seajuris.scenarios.v1", "scenarios": listed})

    @cached_property
    def _vocabulary(self) -> Answer:
        from seajuris import states
        from seajuris.assessment import DISCLAIMER
        from seajuris.render import labels
        from seajuris.version import __version__

        facts = [
            {
                "path": fact.path,
                "type": fact.type,
                "label": labels.FACTS.get(fact.path, fact.path),
                "ask": fact.ask,
                "why": fact.why,
                "none": fact.none,
                "values": dict(fact.values),
            }
            for fact in self.rule_set.vocabulary
        ]
        register = [
            {"code": s.alpha3, "name": s.name, "kind": s.kind, "demonyms": list(s.demonyms)} for s in states.register()
        ]
        words = {
            "zones": labels.ZONES,
            "limits": labels.LIMITS,
            "statuses": labels.STATUSES,
            "grades": labels.GRADES,
            "short_grades": labels.SHORT_GRADES,
            "verdicts": labels.VERDICTS,
            "delimitations": labels.DELIMITATIONS,
            "boundaries": labels.BOUNDARIES,
            "regimes": labels.REGIMES,
            "claims": labels.CLAIMS,
            "duties": labels.DUTIES,
            "lists": {name: list(both) for name, both in labels.LISTS.items()},
        }
        return Answer.json(
            {
                "format": "seajuris.vocabulary.v1",
                "software": __version__,
                "disclaimer": DISCLAIMER,
                "facts": facts,
                "states": register,
                "words": words,
            }
        )
