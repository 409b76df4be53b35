"""Whether a question asks the documents: how something is done, what a rule says, what a word means."""

from __future__ import annotations

import re
from enum import StrEnum

from agent.embedded.normal import Said, is_id
from agent.embedded.phrases import phrases

TECHNICAL, COMPLIANCE = "search_technical_docs", "search_compliance_docs"
_STANDARD = re.compile(
    r"(?<!\S)(?:(?:fac|tpl|cip|eop|prc|top|var|bal|com|iro|mod|per|nuc|int)[ -]\d{3}(?:-[\w.]+)*"
    r"|eea-?\d|25\.\d+) "
)
_ON_RECORD = re.compile(
    r"(?<!\S)(?:(?:plan|study|run|simulation|scenario) (?:number |no )?(?:\d+|@run) "
    r"|(?:last|latest|newest|my|recent) (?:cascade |restoration )?(?:runs?|simulations?|study|plan) )"
)
"""What is named by its number is on record, not in a document."""
_TECHNICAL = re.compile(r"(?<!\S)(?:sel-\d+\w*|ieee \d+|c ?\d{2}(?:[. ]\d+)*) ")
_IEEE_APPARATUS = re.compile(r"(?<!\S)c ?(?:37|57)[. ]\d+ ")
"""Standards of switchgear and transformers, which only the technical documents are about."""
_WORK_RULES = re.compile(
    r"(?:which|what) (?:jobs|tasks|works?|activities|operations|repairs) .*(?:needs?|requires?|demands?) .*"
    r"(?:employees|workers|persons|people|qualified|permit|observer|gloves|grounding|training) "
)


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
    if _IEEE_APPARATUS.search(text):
        return Lean.TECHNICAL
    if _WORK_RULES.match(text):
        return Lean.COMPLIANCE
    if found.start(text, "asks_how") or asks_meaning or found.is_whole(text, "what_is_term"):
        return Lean.COMPLIANCE if found.holds(text, "rule_verbs") else Lean.EITHER
    if found.end(text, "asks_how_after"):
        return Lean.EITHER
    if found.holds(text, "about_documents") or _TECHNICAL.search(text):
        return Lean.EITHER
    return None


_MORE = re.compile(
    r"(?:and|or|but) (?:for|at|if|when|in|on|with|without|range|above|below|under|over|near) |(?:what"
    r"|how) about "
)
_LONGEST_MORE = 10


def asks_more_of_documents(said: Said) -> bool:
    """Return whether a short question goes on about what documents said: "and for lines below 200 kV?"."""
    is_short = len(said.words) <= _LONGEST_MORE and _MORE.match(said.text) is not None
    is_of_data = phrases().holds(said.text, "asks_numbers") or "our " in said.text
    return is_short and not is_of_data and not any(is_id(word.plain) for word in said.words)
