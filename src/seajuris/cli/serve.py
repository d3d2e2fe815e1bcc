"""``seajuris serve``: the same engine as a page in the browser, on this machine only."""

from __future__ import annotations

from typing import Annotated

import typer

from seajuris.cli.output import RulesOption, ZonesOption, write


def serve(
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port on 127.0.0.1; 0 takes one that is free.")
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    zones: ZonesOption = None,
    rules: RulesOption = None,
) -> None:
    """Open a local page: click a position, tell facts, see zone and States change at once. Stop with Ctrl+C.

    It listens on 127.0.0.1 only, and answers only who has the token in the address that it prints.
    """
    import gc
    import signal
    import sys
    import webbrowser

    from seajuris.server.run import start
    from seajuris.server.workers import Workers

    engine = Workers(zones=zones, rules=rules)
    server, address = start(engine, port=port)
    # The command line answers once and leaves; a server has to clear up after itself.
    gc.enable()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        engine.warm()
        write(f"{address}\n")
        sys.stderr.write("seajuris: open this address in a browser on this machine; stop with Ctrl+C\n")
        if not no_browser and not webbrowser.open(address):
            sys.stderr.write("seajuris: no browser was found to open it\n")
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        engine.close()
    sys.stderr.write("seajuris: stopped\n")
