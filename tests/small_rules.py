"""A small rule folder without a fault, for tests that break it in known places. Invented law, invented sources."""

from __future__ import annotations

from pathlib import Path

FACTS = """\
facts:
  offences:
    type: choices
    ask: "Which offences?"
    values: {migrant_smuggling: "smuggling", murder: "murder", piracy: "piracy"}
  vessel.flag: {type: state, none: stateless, ask: "Which flag?"}
  departure: {type: states, none: none, ask: "From where?"}
  custody: {type: states, none: none, ask: "Who holds the suspects?"}
  organised_group: {type: yes_no, ask: "A group?"}
  entry:
    type: choice
    ask: "How did they land?"
    values: {own_means: "on their own boat", rescue: "with rescuers"}
  suspects[].nationality: {type: states, none: stateless, ask: "What nationality?"}
  suspects[].role:
    type: choice
    ask: "What part?"
    values: {skipper: "skipper", organiser: "organiser"}
  vessel.name: {type: text, ask: "What name?"}
"""

BASES = """\
prosecute: {flag: "flag", territoriality: "territory", active_personality: "nationality", protective: "clause"}
act_at_sea: {right_of_visit: "visit"}
bar: {immunity: "immunity"}
"""

WARNINGS = """\
warnings:
  W-FLAG:
    text: "A remark that a ground refers to."
    when: null
    source: "from memory"
    verified: false
  W-HIGH:
    text: "A remark with a condition of its own."
    when: {all: [{beyond_territorial_sea: true}, {not: {fact: vessel.flag, is: none}}]}
    source: "https://example.org/high"
    verified: true
"""

FLAG = """\
id: flag
title: "Flag"
basis: flag
kind: prosecute
claimant: {fact: vessel.flag}
offences: any
when: {fact: vessel.flag, is: claimant}
grade: national
order: 20
authority:
  - instrument: TREATY
    provision: "art. 1"
    duty: mandatory
    party: claimant
    when: {offence: [murder]}
    verified: true
    source: "https://example.org/treaty"
    checked: '2026-01-02'
conditions:
  - {text: "Ask the registry.", source: "from memory", verified: false, when: {fact: organised_group, is: true}}
warnings: [W-FLAG]
summary: "The flag State may have jurisdiction."
national_required: true
valid: {from: null, to: null}
leaflet_ref: null
"""

DEPARTURE = """\
id: departure
title: "Departure"
basis: territoriality
kind: prosecute
claimant: {fact: departure}
offences: [migrant_smuggling]
when:
  any:
    - {fact: departure, is: claimant}
    - all:
        - {fact: entry, is: rescue}
        - {place: [territorial_sea], of: claimant}
grade: national
order: 30
authority: []
conditions: []
warnings: []
summary: "The State of departure may have jurisdiction."
valid: {from: '2000-01-01', to: '2030-01-01'}
"""

NATIONALITY = """\
id: nationality
title: "Nationality"
basis: active_personality
kind: prosecute
claimant: {fact: suspect.nationality}
about: suspect
offences: any
when:
  all:
    - {fact: suspect.nationality, is: claimant}
    - {fact: suspect.role, is: [skipper, organiser]}
grade: optional
order: 40
summary: "The State of nationality may have jurisdiction."
"""

CLAUSE = """\
id: clause
title: "Clause"
basis: protective
kind: prosecute
claimant: {fact: custody}
offences: [piracy]
when: {party: TREATY, state: claimant}
grade: contested
order: 50
only_with_national: true
summary: "A clause of national law."
"""

IMMUNITY = """\
id: immunity
title: "Immunity"
basis: immunity
kind: bar
bars: {kind: prosecute, grounds: [flag, departure], offences: any}
when: {fact: any_suspect.role, is: skipper}
order: 200
summary: "Some ships are immune."
"""

TREATY = """\
id: TREATY
kind: treaty
title: 'A treaty on ships'
adopted: '1990-01-01'
in_force: '1992-01-01'
url: 'https://example.org/treaty'
checked: '2026-01-02'
parties:
  GRC: {from: '1995-01-01', verified: true}
  ITA: {from: '1993-01-01', consent: '1992-12-01', verified: true}
non_parties:
  TUR: {as_of: '2020-01-01', verified: true}
"""

PROPOSAL = """\
id: PROPOSAL
kind: eu_proposal
title: 'A proposal that binds nobody'
in_force: null
url: 'https://example.org/proposal'
checked: '2026-01-02'
"""

ITALY = """\
state: ITA
name: Italy
checked: '2026-01-02'
summary: 'What Italian law adds.'
bases:
  - id: ITA-flag
    grounds: [flag]
    provision: 'Code art. 4'
    offences: any
    conditions: ['The ship must be registered.']
    valid: {from: null, to: null}
    verified: true
    confidence: high
    source: 'https://example.org/ita/4'
    checked: '2026-01-02'
  - id: ITA-clause
    grounds: [clause]
    provision: 'Code art. 9'
    offences: [piracy, murder]
    when: {fact: custody, is: claimant}
    valid: {from: '2010-01-01', to: null}
    verified: false
    confidence: low
    source: from memory
    checked: '2026-01-02'
absent:
  - grounds: [nationality]
    note: 'Looked for and not found.'
    verified: true
    source: 'https://example.org/ita'
    checked: '2026-01-02'
offences:
  - provision: 'Code art. 100'
    offence: 'Smuggling'
    covers: [migrant_smuggling]
    verified: true
    source: 'https://example.org/ita/100'
    confidence: high
notes: ['A note.']
"""

GREECE = """\
state: GRC
name: Greece
checked: '2026-01-02'
summary: 'What Greek law adds.'
bases:
  - id: GRC-old
    grounds: [nationality, departure]
    provision: 'Old code art. 6'
    valid: {from: null, to: '2019-07-01'}
    verified: true
    confidence: high
    source: 'https://example.org/grc/old'
    checked: '2026-01-02'
  - id: GRC-new
    grounds: [nationality, departure]
    provision: 'New code art. 6'
    valid: {from: '2019-07-01', to: null}
    verified: true
    confidence: high
    source: 'https://example.org/grc/new'
    checked: '2026-01-02'
  - id: GRC-flag
    grounds: [flag]
    provision: 'New code art. 7'
    when: {fact: vessel.flag, is: claimant}
    verified: true
    confidence: high
    source: 'https://example.org/grc/7'
    checked: '2026-01-02'
"""

CONSULT = """\
- id: consult
  title: "Consult"
  text: "Talk to each other."
  when: {not: {fact: organised_group, is: false}}
  states: {member: TREATY, at_least: 2}
  authority:
    - instrument: TREATY
      provision: "art. 9"
      duty: mandatory
      party: none
      verified: true
      source: "https://example.org/treaty"
      checked: '2026-01-02'
- id: transfer
  title: "Transfer"
  text: "Hand it over."
  authority:
    - instrument: TREATY
      provision: "art. 10"
      duty: optional
      party: none
      verified: false
      source: "from memory"
      checked: '2026-01-02'
"""

FILES = {
    "facts.yaml": FACTS,
    "bases.yaml": BASES,
    "warnings.yaml": WARNINGS,
    "version.yaml": "version: 2026.01.0\n",
    "grounds/flag.yaml": FLAG,
    "grounds/departure.yaml": DEPARTURE,
    "grounds/nationality.yaml": NATIONALITY,
    "grounds/clause.yaml": CLAUSE,
    "grounds/immunity.yaml": IMMUNITY,
    "instruments/TREATY.yaml": TREATY,
    "instruments/PROPOSAL.yaml": PROPOSAL,
    "states/ITA.yaml": ITALY,
    "states/GRC.yaml": GREECE,
    "coordination/consult.yaml": CONSULT,
}


def write(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write the folder; `files` replaces some files or adds others."""
    for name, text in {**FILES, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
