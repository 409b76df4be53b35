"""Texts that are no questions: statements for a database, and attempts to change what may be done."""

from __future__ import annotations

import re

STATEMENT = "I answer questions in words; statements for a database are not run."
TAKEOVER = "I answer questions about this grid's data only, and what I may do does not change by asking."

_SQL = re.compile(
    r"\b(?:select\b.*\bfrom|insert\s+into|delete\s+from|update\s+\w+\s+set|drop\s+(?:table|schema|database|view|user)|truncate\s+table"
    r"|alter\s+(?:table|user|role)|create\s+(?:table|user|role|or\s+replace)|union\s+(?:all\s+)?select|grant\s+\w+\s+(?:on|to)|copy\s+into"
    r"|exec(?:ute)?\s+immediate|attach\s+database|pragma)\b|--|/\*"
    r"|;\s*(?:select|insert|delete|drop|alter|truncate|grant|revoke|union|exec|execute|copy|attach|pragma|commit|rollback|declare|merge"
    r"|update\s+\w+\s+set|create\s+(?:or\s+replace|table|user|role|view|schema|database)|set\s+\w+\s*=|use\s+\w+\s*;)\b|'\s*(?:or|and)\s|\bor\s+1\s*=\s*1\b|\)\s*;",
    re.IGNORECASE | re.DOTALL,
)
_TAKEOVER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b"
    r"(?:instruction|rule|prompt|guideline|previous|above|before|told|training|restriction)"
    r"|\b(?:print|show|repeat|reveal|tell me|output|leak)\b.{0,20}\byour (?:own )?(?:\w+ )?"
    r"(?:prompt|instructions|rules|configuration)"
    r"|system prompt|developer mode"
    r"|\bjailbreak|you are now\b|\bpretend\b|act as\b|roleplay|reveal your|your instructions",
    re.IGNORECASE,
)


def screened(text: str) -> str | None:
    """Return why a text is not answered at all; None where it may be a question."""
    if _SQL.search(text):
        return STATEMENT
    return TAKEOVER if _TAKEOVER.search(text) else None
