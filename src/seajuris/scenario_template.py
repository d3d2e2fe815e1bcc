"""A scenario to start from: it can be run as it is, and says what every part is for."""

from __future__ import annotations

import json

_TEMPLATE = """\
# A teaching case. scenarios/README.md explains the form, docs/case-file.md lists all facts.
# Lines that begin with # are remarks; delete what you do not need.

id: @id@
title: One line that does not give the answer away

# On what the expectations rest: the judgment, and the provisions.
authority: >-
  Say here which judgment or provision decides.

# Where the position comes from, what was assumed, and why this accuracy. A position that you computed from a distance
# and a bearing needs an accuracy that covers what you assumed. A position that nobody published stays out.
position_note: Invented for this template.

# Exactly a case file: only facts that the sources give. What is left out is unknown, and unknown is not no.
case:
  position: "35°48.0'N 018°30.0'E"
  accuracy: 1 nm
  "on": 2023-06-14
  event: interception            # shipwreck, capsizing, collision, stranding, interception, rescue, ...
  offences: [migrant_smuggling]
  vessel: {flag: stateless, type: fishing}
  suspects:
    - {nationality: EGY, role: skipper}
  # victims:
  #   - {nationality: SYR, outcome: dead}
  # departure: LBY
  # destination: ITA
  # landed_in: none
  # Alleged values: {disputed: [crew, passenger]}

# What has to come out. Write it from the law before you run the case, and say also what must not come out.
expect:
  zones: [high_seas, "!territorial_sea"]
  regime: high_seas              # territory, high_seas or depends
  findings:
    - {state: EGY, ground: active-nationality}
  none:
    - {state: EGY, ground: territory}
  # only: {EGY: [active-nationality]}
  # bars:
  #   - {bar: ne-bis-in-idem, status: open}
  # questions: [departure]

# What courts did, with dates. It is shown with the answers only.
outcome: Not a real case.

# Points for trainers, shown after a quiz and with the answers of a handout.
learning:
  - What should a trainee take home?

# Questions for the room.
discuss:
  - Which fact would turn the answer around?

sources: []
confidence: low                  # high, medium or low: how well the facts are documented
"""


def template(name: str) -> str:
    """The text of a new scenario.

    Args:
        name: Its id: the file name without ``.yaml``. It is quoted: it can be anything that a file can be called.
    """
    return _TEMPLATE.replace("@id@", json.dumps(name))
