"""``seajuris states``: the register of States."""

from __future__ import annotations

from typing import Annotated

import typer

from seajuris.cli.output import JsonOption, RulesOption, write, write_json

app = typer.Typer(help="The register of States.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _states() -> None:
    """Keep `show` a command of its own."""


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Code, name, or nationality: NOR, NO, Norway, Norwegian.")],
    as_json: JsonOption = False,
    rules: RulesOption = None,
) -> None:
    """Show what the register and the rules know about a State."""
    from pathlib import Path

    from seajuris import states
    from seajuris.api import today, zone_file
    from seajuris.render.labels import name as name_of
    from seajuris.rules.load import rules_in, shipped_rules
    from seajuris.zones.integrity import intact
    from seajuris.zones.store import zones_in

    state = states.register().resolve(name)
    rule_set = rules_in(Path(rules)) if rules is not None else shipped_rules()
    law = rule_set.national(state.sovereign)
    treaties = {}
    for path in sorted((rule_set.folder / "instruments").glob("*.yaml")):
        if rule_set.instrument(path.stem).kind == "treaty":
            found = rule_set.membership(path.stem, state.sovereign, today())
            treaties[path.stem] = {
                "bound": found.truth.value,
                "since": found.since,
                "verified": found.verified,
            }
    path = zone_file(None)
    with intact(path):
        claims = [c for c in zones_in(path).claims(state.sovereign) if c["territory"] == state.alpha3]
    data = {
        "alpha3": state.alpha3,
        "alpha2": state.alpha2,
        "name": state.name,
        "kind": state.kind,
        "sovereign": state.sovereign,
        "mids": list(state.mids),
        "status_note": state.status_note or None,
        "claims": claims,
        "treaties": treaties,
        "national_law": None if law is None else {"bases": len(law.bases), "summary": law.summary},
    }
    if as_json:
        write_json(data)
        return
    lines = [f"{state.name} ({state.alpha3}, {state.alpha2}), {state.kind}"]
    if state.sovereign != state.alpha3:
        lines.append(f"sovereign: {name_of(state.sovereign)} ({state.sovereign})")
    if state.status_note:
        lines.append(state.status_note)
    lines.append(f"MMSI begins with: {', '.join(state.mids) or 'none in the register'}")
    for claim in claims:
        since = f" since {claim['valid_from']}" if claim["valid_from"] else ""
        since += f" until {claim['valid_to']}" if claim["valid_to"] else ""
        area = f" ({claim['area']})" if claim["area"] else ""
        breadth = f" {claim['breadth_nm']:g} M" if claim["breadth_nm"] else ""
        lines.append(
            f"{claim['zone'].replace('_', ' ')}:{breadth} {claim['claim']}{area}{since} [{claim['confidence']}]"
        )
    for key, entry in treaties.items():
        since = f" since {entry['since']}" if entry["since"] else ""
        lines.append(f"{key}: bound {entry['bound']}{since}{'' if entry['verified'] else ' [unverified]'}")
    lines.append("national law: " + ("not encoded" if law is None else f"{len(law.bases)} bases. {law.summary}"))
    write("\n".join(lines) + "\n")
