"""Templates, the shipped ones or those of a folder: run in a sandbox, with everything escaped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seajuris.errors import InputError
from seajuris.yamlio import read_text

FOLDER = Path(__file__).resolve().parent / "templates"
HINT = 'Install it with: pip install "seajuris[memo]"'


class MemoError(InputError):
    """A memo that cannot be made as asked."""


def missing(package: str) -> MemoError:
    """The error for a library that is not installed."""
    return MemoError(f"memos in this format need the package {package!r}, which is not installed", hint=HINT)


def render(name: str, folder: Path | None, filters: dict[str, Callable[..., Any]], **values: Any) -> str:
    """Fill in a template.

    Args:
        name: File name of the template.
        folder: Folder whose files go before the shipped ones.
        filters: Filters that the template may use.
        values: What it may print. Text is escaped for HTML unless a filter marked it as safe.

    Raises:
        MemoError: if the template cannot be read or does what is not allowed, or jinja2 is missing.
    """
    try:
        from jinja2 import FunctionLoader, StrictUndefined, TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise missing("jinja2") from None

    def source(wanted: str) -> str | None:
        # Names come from templates: only plain file names, so that none leads out of the folder.
        if Path(wanted).name != wanted or wanted.startswith("."):
            return None
        for place in (folder, FOLDER):
            if place is not None and (place / wanted).is_file():
                return read_text(place / wanted, where=str(place / wanted), error=MemoError)
        return None

    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters)
    environment.globals.pop("lipsum", None)
    where = str((folder or FOLDER) / name)
    try:
        return environment.get_template(name).render(**values)
    except TemplateError as fault:
        number = getattr(fault, "lineno", None)
        line = f", line {number}" if number else ""
        raise MemoError(f"the template cannot be used: {fault.message}", where=f"{where}{line}") from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError) as fault:
        raise MemoError(f"the template cannot be used: {fault}", where=where) from None
