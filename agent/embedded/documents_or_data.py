"""Whether a question asks the documents: how something is done, what a rule says, what a word means."""

from __future__ import annotations

import re
from enum import StrEnum

from agent.embedded.normal import Said
from agent.embedded.phrases import phrases

TECHNICAL, COMPLIANCE = "search_technical_docs", "search_compliance_docs"
_STANDARD = re.compile(
    r"(?<!\S)(?:(?:fac|tpl|cip|eop|prc|top|var|bal|com|iro|mod|per|nuc|int)[ -]\d{3}(?:-[\w.]+)*"
    r"|eea-?\d|25\.\d+) "
)
_ON_RECORD = re.compile(r"(?<!\S)(?:plan|study|run|simulation|scenario) (?:number |no )?(?:\d+|@run) ")
"""What is named by its number is on record, not in a document."""
_TECHNICAL = re.compile(r"(?<!\S)(?:sel-\d+\w*|ieee \d+|c\d{2}(?:[. ]\d+)*) ")


class Lean(StrEnum):
    """Which documents a question asks."""

    TECHNICAL = "TECHNICAL"
    COMPLIANCE = "COMPLIANCE"
    EITHER = "EITHER"


def lean(said: Said) -> Lean | None:
    """Return which documents a question asks; None where it does not say so."""
    text, found = said.text, phrases()
    if _ON_RECORD.search(text):
        return None
    if _STANDARD.search(text) or found.holds(text, "standards") or found.holds(text, "rules"):
        return Lean.COMPLIANCE
    asks_meaning = text.startswith(("what does ", "what do ")) and found.end(text, "means") > 0
    if found.start(text, "asks_how") or asks_meaning or found.is_whole(text, "what_is_term"):
        return Lean.COMPLIANCE if found.holds(text, "rule_verbs") else Lean.EITHER
    if found.end(text, "asks_how_after"):
        return Lean.EITHER
    if found.holds(text, "about_documents") or _TECHNICAL.search(text):
        return Lean.EITHER
    return None
