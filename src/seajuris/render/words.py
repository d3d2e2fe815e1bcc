"""Labels in another language: gettext catalogues, names of States, numbers.

Labels are written in English where they are used; a catalogue (``locale/<language>/LC_MESSAGES/seajuris.po``, compiled
to ``.mo`` beside it) gives them in another language. Texts of the rules (titles, summaries, conditions, questions) are
law and stay as they are encoded. Names of States come from the State register, whose names are those of the CLDR.
"""

from __future__ import annotations

import gettext
from pathlib import Path

from seajuris import states
from seajuris.assessment import ANY_STATE
from seajuris.errors import InputError

LANGUAGES = ("en", "fr", "it")
LOCALE = Path(__file__).resolve().parent / "locale"
_COMMA = ("fr", "it")


class Words:
    """Labels, names and numbers in one language.

    Args:
        lang: One of `LANGUAGES`.

    Raises:
        InputError: for another language.
    """

    def __init__(self, lang: str = "en") -> None:
        if lang not in LANGUAGES:
            raise InputError(
                f"{lang!r} is not a language of the labels", where="--lang", hint=f"Accepted: {', '.join(LANGUAGES)}."
            )
        self.lang = lang
        self._catalogue: gettext.NullTranslations = (
            gettext.NullTranslations() if lang == "en" else gettext.translation("seajuris", LOCALE, [lang])
        )

    def __call__(self, text: str, **values: object) -> str:
        """A label in this language; ``{name}`` is filled in after the look-up, never interpreted twice."""
        translated = self._catalogue.gettext(text) if text else ""
        return translated.format(**values) if values else translated

    def count(self, one: str, many: str, number: int) -> str:
        """A label that depends on a number, which stands for ``{n}``."""
        return self._catalogue.ngettext(one, many, number).format(n=number)

    def name(self, code: str) -> str:
        """A State's short name; the code itself if the register does not know it."""
        try:
            return states.register().name_in(code, self.lang)
        except InputError:
            return code

    def state(self, code: str | None) -> str:
        """A State's name with its code; ``*`` is any State, `None` one that is not identified."""
        if code is None:
            return self("A State not yet identified")
        if code == ANY_STATE:
            return self("Any State")
        return f"{self.name(code)} ({code})"

    def names(self, codes: tuple[str, ...]) -> str:
        """Names of States in one line."""
        return ", ".join(self("Any State") if c == ANY_STATE else self.name(c) for c in codes)

    def number(self, value: float, places: int) -> str:
        """A number with the decimal sign of the language."""
        text = f"{value:.{places}f}"
        return text.replace(".", ",") if self.lang in _COMMA else text
