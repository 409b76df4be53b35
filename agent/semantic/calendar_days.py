"""Days, weeks, months and years on a calendar."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from agent.semantic.form import Grain, Period
from agent.semantic.words import NUMBER_WORDS

MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)} | {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    )
}


def midnight(day: date) -> datetime:
    """Return the beginning of a day."""
    return datetime.combine(day, time())


def whole_days(first: date, number: int) -> Period:
    """Return a period of so many days from a first."""
    return Period(midnight(first), midnight(first + timedelta(days=number)))


def floored(day: date, grain: Grain) -> date:
    """Return the first day of the piece of time that a day is in."""
    match grain:
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
        case Grain.QUARTER:
            return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        case Grain.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def piece(day: date, grain: Grain, steps: int = 0) -> Period:
    """Return the piece of the calendar that a day is in, or one so many pieces later."""
    start = stepped(floored(day, grain), grain, steps)
    return Period(midnight(start), midnight(stepped(start, grain, 1)))


def stepped(day: date, grain: Grain, steps: int) -> date:
    """Return the day so many pieces of time later; months end where they end."""
    match grain:
        case Grain.DAY | Grain.HOUR:
            return day + timedelta(days=steps)
        case Grain.WEEK:
            return day + timedelta(weeks=steps)
    months = steps * {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}[grain]
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def small_number(word: str) -> int | None:
    """Return the number that a word is; None if it is none."""
    if word.isdigit():
        return int(word)
    return NUMBER_WORDS.get(word)


def day_number(word: str) -> int | None:
    """Return the day of a month that a word is: 5, 5th."""
    digits = word[:-2] if word[-2:] in {"st", "nd", "rd", "th"} else word
    return int(digits) if digits.isdigit() and 1 <= int(digits) <= 31 else None


def is_year(word: str) -> bool:
    """Return whether a word is a year."""
    return len(word) == 4 and word.isdigit() and 1900 <= int(word) <= 2100
