"""The longer sentences of a memo, in English; catalogues translate them."""

from __future__ import annotations

QUESTION = (
    "Which States may have criminal jurisdiction over what happened at {place} on {day}, on what legal basis? "
    "What has to be verified, and which facts are missing?"
)
ONE_STATE = "On the facts told, {n} State comes into question. It is listed with its grounds and how far they go:"
STATES = "On the facts told, {n} States come into question. Each is listed with its grounds and how far they go:"
NO_BASIS = "No basis found on the facts given. Check national clauses on acts abroad and the missing facts below."
ORDER = "Nearest connection first. This is an order of display, not a ranking of who should."
LAYERS = (
    "A treaty almost never gives a prosecutor a basis by itself: the national provision does. Both are listed, apart."
)
AT_SEA = "These powers are not jurisdiction to try anybody. They stand apart for that reason."
DECIDES_NOTHING = "This lists possibilities; it decides nothing."
STATUSES = (
    "ESTABLISHED: the facts told meet every condition that could be checked, on a verified national provision. "
    "CONDITIONAL: the facts told fit; something is left to verify. OPEN: hangs on a fact not told. "
    "[unverified]: nobody has yet read this in a published text; read it before you rely on it."
)
UNKNOWN = (
    "What is not told is unknown, and unknown is never treated as no. Whether a fact is proved is not judged here."
)
AUTHORITIES = (
    "Provisions marked [unverified] were encoded from memory or from a secondary source: check the text before "
    "relying on them. The links lead to the text that was read, not always to the official one."
)
REDACTED = "Names and numbers of ships, title, reference and notes were left out before the case was assessed."
METHOD = (
    "The position was placed in the maritime zones of the day of the facts; distances are geodesics on the WGS 84 "
    "ellipsoid (1 M is 1852 m). The conditions of each ground were tested on the facts told, with unknown as a value "
    "of its own. Treaty membership and national law are those of the day named with each finding."
)
RECORD = (
    "The same facts with the same versions give the same findings. This file holds the record of the assessment; the "
    "command `seajuris verify` computes it again and says what differs."
)
