"""Words of time that do not say since when: "recent outages"."""

from __future__ import annotations

import re

_VAGUE = frozenset(["recent", "recently", "lately"])
_SPANS = ("In the last 24 hours", "In the last 7 days", "In the last 30 days")


def with_spans(text: str, unknown: tuple[str, ...]) -> dict[str, str]:
    """Return the question with each usual span in place of its vague words, by the words of the span.

    Empty if other words than vague ones are ``unknown``: then the span is not all that must be asked.
    """
    if not unknown or not all(word.lower() in _VAGUE for word in unknown):
        return {}
    rest = re.sub(rf"\b(?:{'|'.join(sorted(_VAGUE))})\b", " ", text, flags=re.IGNORECASE).strip(" ?.!")
    return {span: f"{' '.join(rest.split())} {span.lower()}" for span in _SPANS}
