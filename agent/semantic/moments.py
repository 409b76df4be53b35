"""Hours of a day in words: "yesterday at 3 pm", "August 3 at 14:00", "noon today"."""

from __future__ import annotations

import datetime as dt
import re

from agent.semantic.times import NoSuchDate, TimeGrammar
from agent.semantic.words import tokens_of

_TIMES = TimeGrammar(dt.datetime(2024, 2, 29))  # noqa: DTZ001 - any local moment: only the words matter


def is_time(text: str) -> bool:
    """Return whether words are a time and nothing else: "last month", "in July 2024", "since March"."""
    tokens = tokens_of(text)
    try:
        found = _TIMES.match(tokens, 0)
    except NoSuchDate:
        return True  # a time that does not exist is the tool's to refuse
    return found is not None and found.end == len(tokens)


_CLOCK = re.compile(
    r"(?:(?:at|around|about|from) )?(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?"
    r"(?: ?(?P<half>am|pm|a\.m|p\.m))?(?: ?o'clock)?"
    r"|noon|midday|midnight)",
    re.IGNORECASE,
)


def moment_parts(text: str) -> tuple[str, int, int] | None:
    """Return the day as it is said, and hour and minute; None where words are no hour of a day."""
    words = re.sub(r"\bthis (morning|afternoon|evening)\b", r"today \1", text.strip(), flags=re.IGNORECASE)
    part = re.search(r"\b(?:in the )?(morning|afternoon|evening)\b", words, re.IGNORECASE)
    words = re.sub(r"\b(?:in the )?(?:morning|afternoon|evening)\b", "", words, flags=re.IGNORECASE)
    for match in _CLOCK.finditer(words):
        if not match["hour"] and match[0].lower().split()[-1] not in {"noon", "midday", "midnight"}:
            continue
        day = " ".join(f"{words[: match.start()]} {words[match.end() :]}".split()).strip(" ,")
        hour = _hour(match, part[1].lower() if part else "")
        if hour is not None and day and is_time(day) and _is_said_as_hour(match, part is not None):
            return day, hour, int(match["minute"] or 0)
    return None


def _is_said_as_hour(match: re.Match[str], has_part: bool) -> bool:
    return not match["hour"] or bool(match["minute"] or match["half"]) or has_part


def _hour(match: re.Match[str], part: str) -> int | None:
    if not match["hour"]:
        return 0 if "midnight" in match[0].lower() else 12
    hour = int(match["hour"])
    half = (match["half"] or "").lower().replace(".", "")
    if not half and part and hour <= 12:
        half = "am" if part == "morning" else "pm"
    if half:
        if not 1 <= hour <= 12:
            return None
        return hour % 12 + (12 if half == "pm" else 0)
    return hour if hour <= 23 and int(match["minute"] or 0) <= 59 else None
