"""Times in questions: "last week", "July last year", "between August 2 and August 4", "the last 24 hours".

Everything is a period on the local clock, its end excluded. "Today" is the day of the clock's moment. The
last N days are whole days, today's the last; hours are counted back from the moment itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.semantic.calendar_days import (
    MONTH_NAMES,
    MONTHS,
    WEEKDAYS,
    day_number,
    is_year,
    midnight,
    piece,
    small_number,
    stepped,
    whole_days,
)
from agent.semantic.form import Grain, Period
from agent.semantic.words import Token

_SEASONS = {"spring": (3, 3), "summer": (6, 3), "autumn": (9, 3), "fall": (9, 3), "winter": (12, 3)}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "q1": 1, "q2": 2, "q3": 3, "q4": 4}
_UNITS = {grain.value.lower(): grain for grain in Grain}
_LEADING = {"in", "on", "during", "for", "of", "within", "at", "the", "throughout", "across", "from", "as"}
_BEFORE = {"last", "past", "previous", "preceding"}


class NoSuchDate(Exception):
    """A date that no calendar has: February 30."""


@dataclass(frozen=True)
class Relative:
    """A period before another one of the talk: "the week before"."""

    grain: Grain


@dataclass(frozen=True)
class Said:
    """A time found in a question: where it ends, and what it is."""

    end: int
    period: Period | Relative
    has_year: bool = True


class TimeGrammar:
    """Finds times among tokens, as seen from a local moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._today = now.date()

    def match(self, tokens: Sequence[Token], start: int) -> Said | None:
        """Return the time that begins at ``start``, with the words before it that only lead to it.

        Raises:
            NoSuchDate: if a date is named that does not exist.
        """
        words = [token.lower for token in tokens]
        found = self._of_the_running(words, start) or self._range(words, start)
        if found is None:
            at = start
            while at < len(words) and words[at] in _LEADING:
                at += 1
            if words[at : at + 2] == ["over", "the"]:
                at += 2
            found = self._single(words, at)
        if found is None or not isinstance(found.period, Period):
            return found
        said = " ".join(token.text for token in tokens[start : found.end])
        return Said(found.end, Period(found.period.start, found.period.end, said), found.has_year)

    def last_hour(self) -> Period:
        """Return the hour back from the moment: what is so now of what is measured by the hour."""
        found = self._rolling(1, Grain.HOUR)
        return Period(found.start, found.end, "now, the newest hour")

    def _of_the_running(self, words: list[str], at: int) -> Said | None:
        """Return "of the year" as the one that is running: the largest outage of the year."""
        if words[at : at + 2] != ["of", "the"] or words[at + 2 : at + 3] not in (
            ["year"],
            ["month"],
            ["week"],
        ):
            return None
        following = words[at + 3 : at + 4]
        if following and (following[0] in {"before", "earlier", "prior"} or following[0][0].isdigit()):
            return None
        return Said(at + 3, piece(self._today, _UNITS[words[at + 2]]))

    def before(self, period: Period, grain: Grain) -> Period | None:
        """Return the period of a grain right before another; None if the other has no beginning."""
        if period.start is None:
            return None
        start = stepped(period.start.date(), grain, -1)
        return Period(
            midnight(start),
            period.start if grain is not Grain.HOUR else None,
            f"the {grain.value.lower()} before",
        )

    # Ranges

    def _range(self, words: list[str], at: int) -> Said | None:
        if at >= len(words):
            return None
        match words[at]:
            case "between" | "from" if (days := self._days_of_month(words, at + 1)) is not None:
                return days
            case "between" | "from":
                first = self._point(words, at + 1)
                if first is None or first.end >= len(words):
                    return self._open_range(words, at, first) if words[at] == "from" else None
                if words[first.end] not in {"and", "to", "until", "till", "through", "thru"}:
                    return self._open_range(words, at, first) if words[at] == "from" else None
                second = self._point(words, first.end + 1)
                return None if second is None else self._joined(first, second)
            case "since" | "starting" | "after" | "before" | "until" | "till" | "through" | "up":
                skip = 2 if words[at] in {"starting", "up"} and at + 1 < len(words) else 1
                found = self._point(words, at + skip)
                if found is None or not isinstance(found.period, Period):
                    return None
                start, end = found.period.start, found.period.end
                match words[at]:
                    case "since" | "starting":
                        return Said(found.end, Period(start, None))
                    case "after":
                        return Said(found.end, Period(end, None))
                    case "before":
                        return Said(found.end, Period(None, start))
                    case _:
                        return Said(found.end, Period(None, end))
        days = self._days_of_month(words, at)
        if days is not None:
            return days
        first = self._point(words, at)
        if (
            first is not None
            and first.end < len(words)
            and words[first.end] in {"to", "until", "through", "thru"}
        ):
            second = self._point(words, first.end + 1)
            if second is not None:
                return self._joined(first, second)
        return None

    def _days_of_month(self, words: list[str], at: int) -> Said | None:
        """Return "1 to 5 August 2025" or "August 1 to 5"."""
        while at < len(words) and words[at] in _LEADING:
            at += 1
        links = {"to", "and", "until", "through", "thru"}
        match words[at : at + 4]:
            case [first, link, second, month] if (
                link in links and month in MONTHS and day_number(first) and day_number(second)
            ):
                end = at + 4
            case [month, first, link, second] if (
                link in links and month in MONTHS and day_number(first) and day_number(second)
            ):
                end = at + 4
            case _:
                return None
        start = self._dated(words, end, MONTHS[month], day_number(first) or 0)
        finish = self._dated(words, end, MONTHS[month], day_number(second) or 0)
        return self._joined(start, finish)

    def _open_range(self, words: list[str], at: int, first: Said | None) -> Said | None:
        is_open = first is not None and words[first.end : first.end + 1] in (["on"], ["onward"], ["onwards"])
        if first is None or not is_open or not isinstance(first.period, Period):
            return None
        return Said(first.end + 1, Period(first.period.start, None))

    def _joined(self, first: Said, second: Said) -> Said | None:
        if not isinstance(first.period, Period) or not isinstance(second.period, Period):
            return None
        start, end = first.period.start, second.period.end
        if not first.has_year and second.has_year and start is not None and end is not None:
            start = start.replace(year=second.period.start.year if second.period.start else end.year)
        if start is not None and end is not None and start >= end and not first.has_year:
            start = start.replace(year=start.year - 1)
        if start is None or end is None or start >= end:
            return None
        return Said(second.end, Period(start, end))

    def _point(self, words: list[str], at: int) -> Said | None:
        while at < len(words) and words[at] in _LEADING:
            at += 1
        return self._single(words, at)

    # Single periods

    def _single(self, words: list[str], at: int) -> Said | None:
        if at >= len(words):
            return None
        for matcher in (
            self._ago,
            self._named,
            self._backward,
            self._relative,
            self._month,
            self._date,
            self._weekday,
            self._season,
            self._half,
            self._quarter,
            self._year,
        ):
            found = matcher(words, at)
            if found is not None:
                return found
        return None

    def _ago(self, words: list[str], at: int) -> Said | None:
        match words[at : at + 3]:
            case [number, "day" | "days", "ago"] if (days := small_number(number)) is not None:
                return Said(at + 3, whole_days(self._today - timedelta(days=days), 1))
            case [number, unit, "ago"] if unit.removesuffix("s") in {"week", "month", "year"}:
                steps = 1 if number == "a" else small_number(number)
                grain = _UNITS[unit.removesuffix("s")]
                return None if steps is None else Said(at + 3, piece(self._today, grain, -steps))
        return None

    def _named(self, words: list[str], at: int) -> Said | None:
        today = self._today
        one_day = timedelta(days=1)
        match words[at : at + 3]:
            case ["day", "before", "yesterday"]:
                return Said(at + 3, whole_days(today - 2 * one_day, 1))
            case ["year", "to", "date"]:
                return Said(
                    at + 3, Period(midnight(today.replace(month=1, day=1)), midnight(today + one_day))
                )
            case ["month", "to", "date"]:
                return Said(at + 3, Period(midnight(today.replace(day=1)), midnight(today + one_day)))
        match words[at]:
            case "midnight" if words[at - 1 : at] == ["since"]:
                return Said(at + 1, whole_days(today, 1))
            case "today":
                return Said(at + 1, whole_days(today, 1))
            case "yesterday":
                return Said(at + 1, whole_days(today - one_day, 1))
            case "ytd":
                return Said(
                    at + 1, Period(midnight(today.replace(month=1, day=1)), midnight(today + one_day))
                )
            case "weekend":
                return Said(at + 1, self._weekend(0))
        match words[at : at + 2]:
            case ["last" | "past", "weekend"]:
                return Said(at + 2, self._weekend(0))
            case ["this", "weekend"] if today.weekday() >= 5:
                return Said(at + 2, self._weekend(0))
        return None

    def _weekend(self, back: int) -> Period:
        saturday = self._today - timedelta(days=(self._today.weekday() - 5) % 7 + 7 * back)
        return whole_days(saturday, 2)

    def _backward(self, words: list[str], at: int) -> Said | None:
        first = words[at]
        if first not in _BEFORE | {"this", "current"} or at + 1 >= len(words):
            return None
        number = small_number(words[at + 1])
        if first in _BEFORE and number is not None and at + 2 < len(words):
            grain = _UNITS.get(words[at + 2].removesuffix("s"))
            return None if grain is None or number < 1 else Said(at + 3, self._rolling(number, grain))
        grain = _UNITS.get(words[at + 1])
        if grain is None:
            return None
        if first in {"this", "current"}:
            return None if grain is Grain.HOUR else Said(at + 2, piece(self._today, grain))
        if grain in (Grain.HOUR, Grain.DAY):
            return Said(at + 2, self._rolling(1 if grain is Grain.HOUR else 24, Grain.HOUR))
        if first == "past":
            return Said(at + 2, self._rolling(1, grain))
        return Said(at + 2, piece(self._today, grain, -1))

    def _rolling(self, number: int, grain: Grain) -> Period:
        tomorrow = self._today + timedelta(days=1)
        if grain is Grain.HOUR:
            # The moment itself belongs to them: rows are stamped with the start of what they are about.
            end = self._now + timedelta(microseconds=1)
            return Period(end - timedelta(hours=number), end)
        return Period(midnight(stepped(tomorrow, grain, -number)), midnight(tomorrow))

    def _relative(self, words: list[str], at: int) -> Said | None:
        grain = _UNITS.get(words[at])
        if grain is None or words[at + 1 : at + 2] not in (["before"], ["earlier"], ["prior"]):
            return None
        following = words[at + 2 : at + 3]
        return (
            None
            if following and (following[0] in MONTHS or following[0].isdigit())
            else Said(at + 2, Relative(grain))
        )

    def _month(self, words: list[str], at: int) -> Said | None:
        modifier = words[at] if words[at] in {"last", "this", "past", "previous"} else None
        here = at + 1 if modifier else at
        month = MONTHS.get(words[here]) if here < len(words) else None
        if month is None or (
            words[here] in {"may", "mar"} and not modifier and not self._is_month(words, at)
        ):
            return None
        end = here + 1
        day = day_number(words[end]) if end < len(words) and not modifier else None
        if day is not None:
            return self._dated(words, end + 1, month, day)
        return self._whole_month(words, end, month, modifier)

    def _is_month(self, words: list[str], at: int) -> bool:
        """Return whether "may" is the month: after a preposition, or before a number."""
        after = words[at + 1 : at + 2]
        return (
            at > 0
            and words[at - 1] in _LEADING | {"since", "and", "before", "after", "until", "vs", "versus"}
        ) or (bool(after) and after[0][0].isdigit())

    def _dated(self, words: list[str], end: int, month: int, day: int) -> Said:
        year, end, has_year = self._year_after(words, end)
        if year is None:
            year = self._today.year
            if day <= monthrange(year, month)[1] and date(year, month, day) > self._today:
                year -= 1
        if day > monthrange(year, month)[1]:
            raise NoSuchDate(f"{MONTH_NAMES[month - 1].capitalize()} {year} has no day {day}")
        return Said(end, whole_days(date(year, month, day), 1), has_year)

    def _whole_month(self, words: list[str], end: int, month: int, modifier: str | None) -> Said:
        year, end, has_year = self._year_after(words, end)
        is_listed = words[end : end + 1] in (["and"], ["vs"], ["versus"], ["or"])
        if year is None and is_listed and words[end + 1 : end + 2] and words[end + 1] in MONTHS:
            year, _, has_year = self._year_after(words, end + 2)  # July and August 2024
        if year is None:
            year = self._today.year if month <= self._today.month else self._today.year - 1
            if modifier in {"last", "past", "previous"} and month == self._today.month:
                year -= 1
        start = date(year, month, 1)
        return Said(end, Period(midnight(start), midnight(stepped(start, Grain.MONTH, 1))), has_year)

    def _year_after(self, words: list[str], at: int) -> tuple[int | None, int, bool]:
        here = at + 1 if words[at : at + 1] == ["of"] else at
        if here < len(words) and is_year(words[here]):
            return int(words[here]), here + 1, True
        match words[here : here + 2]:
            case ["last" | "previous", "year"]:
                return self._today.year - 1, here + 2, True
            case ["this" | "current", "year"]:
                return self._today.year, here + 2, True
        return None, at, False

    def _date(self, words: list[str], at: int) -> Said | None:
        word = words[at]
        if word[0].isdigit() and word.count("/") == 1 and len(word) > 2:
            first, second = map(int, word.split("/"))
            if not 1 <= first <= 12:
                raise NoSuchDate(f"{word} is no month and day")
            return self._dated(words, at + 1, first, second)
        if word[0].isdigit() and (word.count("-") == 2 or word.count("/") == 2):
            parts = word.split("-") if "-" in word else [word.split("/")[i] for i in (2, 0, 1)]
            try:
                return Said(at + 1, whole_days(date(*map(int, parts)), 1))
            except ValueError:
                raise NoSuchDate(f"{word} is no date") from None
        if len(word) == 7 and word[4] == "-" and word.replace("-", "").isdigit():
            year, month = map(int, word.split("-"))
            if not 1 <= month <= 12:
                raise NoSuchDate(f"{word} is no month")
            start = date(year, month, 1)
            return Said(at + 1, Period(midnight(start), midnight(stepped(start, Grain.MONTH, 1))))
        day = day_number(word)  # 5 August, the 5th of August
        here = at + 2 if words[at + 1 : at + 2] == ["of"] else at + 1
        if day is not None and here < len(words) and words[here] in MONTHS:
            return self._dated(words, here + 1, MONTHS[words[here]], day)
        return None

    def _weekday(self, words: list[str], at: int) -> Said | None:
        modifier = words[at] if words[at] in {"last", "this", "past"} else None
        here = at + 1 if modifier else at
        if here >= len(words) or words[here] not in WEEKDAYS:
            return None
        back = (self._today.weekday() - WEEKDAYS[words[here]]) % 7
        if back == 0 and modifier in {"last", "past"}:
            back = 7
        return Said(here + 1, whole_days(self._today - timedelta(days=back), 1))

    def _season(self, words: list[str], at: int) -> Said | None:
        modifier = words[at] if words[at] in {"last", "this", "past"} else None
        here = at + 1 if modifier else at
        if here >= len(words) or words[here] not in _SEASONS:
            return None
        month, length = _SEASONS[words[here]]
        year, end, has_year = self._year_after(words, here + 1)
        if year is None and modifier is None:
            return None
        if year is None:
            year = self._today.year if month <= self._today.month else self._today.year - 1
            is_running = stepped(date(year, month, 1), Grain.MONTH, length) > self._today
            if modifier in {"last", "past"} and is_running:
                year -= 1
        start = date(year, month, 1)
        return Said(end, Period(midnight(start), midnight(stepped(start, Grain.MONTH, length))), has_year)

    def _half(self, words: list[str], at: int) -> Said | None:
        """Return "the first half of 2025", or of this year."""
        if words[at] not in {"first", "second"} or words[at + 1 : at + 2] != ["half"]:
            return None
        year, end, has_year = self._year_after(words, at + 2)
        if year is None:
            return None
        start = date(year, 1 if words[at] == "first" else 7, 1)
        return Said(end, Period(midnight(start), midnight(stepped(start, Grain.MONTH, 6))), has_year)

    def _quarter(self, words: list[str], at: int) -> Said | None:
        number = _QUARTERS.get(words[at])
        if number is None:
            return None
        end = at + 1
        if words[at][0] != "q":
            if words[end : end + 1] != ["quarter"]:
                return None
            end += 1
        year, end, has_year = self._year_after(words, end)
        if year is None:
            year = self._today.year
            if date(year, 3 * number - 2, 1) > self._today:
                year -= 1
        start = date(year, 3 * number - 2, 1)
        return Said(end, Period(midnight(start), midnight(stepped(start, Grain.QUARTER, 1))), has_year)

    def _year(self, words: list[str], at: int) -> Said | None:
        if not is_year(words[at]):
            return None
        start = date(int(words[at]), 1, 1)
        return Said(at + 1, Period(midnight(start), midnight(stepped(start, Grain.YEAR, 1))))
