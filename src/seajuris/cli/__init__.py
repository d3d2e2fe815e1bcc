"""The command line. Parses and prints; everything else is done by the library.

Exit codes: 0 answered; 1 internal fault; 2 bad usage or input; 3 answered, but uncertain (only with ``--strict``);
5 zone data or rules missing, damaged or unusable; 141 the reader of a pipe went away.
"""

from __future__ import annotations

import gc
import os
import sys

from seajuris.errors import EXIT_INTERNAL, SeajurisError


def main() -> None:
    """Entry point of the command ``seajuris``."""
    if sys.argv[1:] == ["--version"]:
        from seajuris.version import __version__

        sys.stdout.write(f"seajuris {__version__}\n")
        return
    # A one-off query ends before a collection could pay for itself.
    gc.disable()
    sys.exit(_run())


def _run() -> int:
    from seajuris.cli.app import app

    try:
        app(prog_name="seajuris")
    except SeajurisError as fault:
        sys.stderr.write(f"seajuris: error {fault.code}: {_clean(str(fault))}\n")
        return fault.exit_code
    except Exception as fault:
        # A traceback could show names of victims; it is printed only on request.
        if os.environ.get("SEAJURIS_DEBUG"):
            raise
        sys.stderr.write(
            f"seajuris: internal fault ({type(fault).__name__}). Nothing was answered. Please report it; "
            "SEAJURIS_DEBUG=1 shows where it happened.\n"
        )
        return EXIT_INTERNAL
    return 0


def _clean(text: str) -> str:
    from seajuris.render.page import safe

    return "\n".join(safe(line) for line in text.split("\n"))
