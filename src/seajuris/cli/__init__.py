"""The command line. Parses and prints; everything else is done by the library.

Exit codes: 0 answered; 1 internal fault; 2 bad usage or input; 3 answered, but uncertain (only with ``--strict``);
4 checked, and something was found; 5 zone data or rules missing, damaged or unusable; 130 interrupted (143 and 129:
ended by another signal); 141 the reader of a pipe went away.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from seajuris.errors import EXIT_BROKEN_PIPE, EXIT_INTERNAL, SeajurisError

_STOPPED = 130
"""What typer makes of an interrupt."""

_received: list[int] = []


def main() -> None:
    """Entry point of the command ``seajuris``."""
    _open_streams()
    if sys.argv[1:] != ["--version"]:
        # A one-off query ends before a collection could pay for itself.
        gc.disable()
    _received.clear()
    try:
        with _listening():
            code = _run()
    except SystemExit as stop:
        if stop.code == _STOPPED and _received:
            _end_as(_received[-1])
        raise
    sys.exit(code)


def _run() -> int:
    try:
        if sys.argv[1:] == ["--version"]:
            from seajuris.version import __version__

            # As the command itself does it, without loading the commands.
            sys.stdout.write(f"seajuris {__version__}\n")
            sys.stdout.flush()
            return 0
        from seajuris.cli.app import app

        app(prog_name="seajuris")
    except SeajurisError as fault:
        _tell(f"seajuris: error {fault.code}: {_told(fault)}\n")
        return fault.exit_code
    except KeyboardInterrupt:
        # Before typer was there to see it.
        raise SystemExit(_STOPPED) from None
    except BrokenPipeError:
        from seajuris.cli.output import silence

        silence(sys.stdout)
        return EXIT_BROKEN_PIPE
    except Exception as fault:
        # A traceback could show names of victims; it is printed only on request.
        if os.environ.get("SEAJURIS_DEBUG"):
            raise
        if isinstance(fault, OSError):
            from seajuris.cli.output import silence

            silence(sys.stdout)
            named = f" ({_shown(os.fsdecode(fault.filename))})" if isinstance(fault.filename, str | bytes) else ""
            _tell(f"seajuris: the system refused{named}: {fault.strerror or fault}. Nothing was answered.\n")
            return EXIT_INTERNAL
        _tell(
            f"seajuris: internal fault ({type(fault).__name__}). Nothing was answered. Please report it; "
            "SEAJURIS_DEBUG=1 shows where it happened.\n"
        )
        return EXIT_INTERNAL
    return 0


# --- Streams ------------------------------------------------------------------------------------------------------


def _open_streams() -> None:
    """Take the places of standard streams that are closed.

    Otherwise the next file that is opened, a memo perhaps, would take such a place, and what is meant for the stream
    would be written into it. What takes the place refuses all use, so that it is noticed.
    """
    for place, flags in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(place)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, flags)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (a descriptor, for good)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _tell(text: str) -> None:
    """Write to stderr. Where that cannot be written, the exit code still says it."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _told(fault: SeajurisError) -> str:
    from seajuris.render.page import safe

    where = f"{_shown(fault.where)}: " if fault.where else ""
    hint = f"\n  {fault.hint}" if fault.hint else ""
    return "\n".join(safe(line) for line in f"{where}{fault.message}{hint}".split("\n"))


def _shown(name: str) -> str:
    """A name with what cannot be printed as escapes: the name of a file could forge a second line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


# --- Signals ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _listening() -> Iterator[None]:
    """End on a signal as on Ctrl+C, through every ``finally``, so that no file stays half written."""

    def stop(number: int, _: FrameType | None) -> None:
        _received.append(number)
        raise KeyboardInterrupt

    before: dict[int, Any] = {}
    try:
        # Only the main thread may; a program that calls `main` from another keeps its own.
        with contextlib.suppress(ValueError):
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                # What was set to be ignored (nohup, a job in the background) stays ignored.
                if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
                    before[number] = signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_as(number: int) -> None:
    """Say that it was interrupted, and end by the signal: so a shell that runs many commands stops as well."""
    _tell("\nseajuris: interrupted. What was not complete was not written.\n")
    if os.name == "posix":
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
