"""The tree of commands. Each command imports what it needs when it runs."""

from __future__ import annotations

import typer

from seajuris.cli import (
    assess,
    batch,
    explain,
    locate,
    map,
    memo,
    quiz,
    rules,
    scenario,
    schema,
    serve,
    states,
    verify,
    whatif,
    zones,
)

app = typer.Typer(
    name="seajuris",
    help="Which States may prosecute an incident at sea, and on what legal basis. It never decides a case.",
    epilog="Exit codes: 0 answered, 1 internal fault, 2 bad input, 3 uncertain (--strict), 5 data or rules unusable.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("locate")(locate.locate)
app.command("assess")(assess.assess)
app.command("explain")(explain.explain)
app.command("map")(map.map_)
app.command("memo")(memo.memo)
app.command("verify")(verify.verify)
app.command("whatif")(whatif.whatif)
app.command("quiz")(quiz.quiz)
app.command("serve")(serve.serve)
app.command("schema")(schema.schema)
app.add_typer(batch.app, name="batch")
app.add_typer(states.app, name="states")
app.add_typer(scenario.app, name="scenario")
app.add_typer(rules.app, name="rules")
app.add_typer(zones.app, name="zones")


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and stop.", is_eager=True),
) -> None:
    if version:
        from seajuris.version import __version__

        typer.echo(f"seajuris {__version__}")
        raise typer.Exit
