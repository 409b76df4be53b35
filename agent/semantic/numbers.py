"""Comparisons in questions: "above 90 %", "at least 1 MVA", "between 10 and 20 km", "3 or worse"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.semantic.form import Operator
from agent.semantic.words import Token


@dataclass(frozen=True)
class Unit:
    """A unit: what it measures; in the family's base a value is value · factor + offset."""

    family: str
    factor: float
    offset: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """A comparison as said; ``unit`` is None where none was named. A bare number with a unit means equal."""

    operator: Operator
    value: float
    upper: float | None = None
    unit: str | None = None
    is_bare: bool = False


UNITS = {
    "kwh": Unit("energy", 1.0),
    "mwh": Unit("energy", 1e3),
    "gwh": Unit("energy", 1e6),
    "wh": Unit("energy", 1e-3),
    "kva": Unit("apparent power", 1.0),
    "mva": Unit("apparent power", 1e3),
    "va": Unit("apparent power", 1e-3),
    "kw": Unit("power", 1.0),
    "mw": Unit("power", 1e3),
    "gw": Unit("power", 1e6),
    "megawatt": Unit("power", 1e3),
    "kilowatt": Unit("power", 1.0),
    "gigawatt": Unit("power", 1e6),
    "v": Unit("voltage", 1.0),
    "volt": Unit("voltage", 1.0),
    "kv": Unit("voltage", 1e3),
    "%": Unit("per cent", 1.0),
    "percent": Unit("per cent", 1.0),
    "pct": Unit("per cent", 1.0),
    "minute": Unit("duration", 1.0),
    "min": Unit("duration", 1.0),
    "h": Unit("duration", 60.0),
    "hour": Unit("duration", 60.0),
    "day": Unit("duration", 1440.0),
    "year": Unit("age", 1.0),
    "years": Unit("age", 1.0),
    "°c": Unit("temperature", 1.0),
    "c": Unit("temperature", 1.0),
    "celsius": Unit("temperature", 1.0),
    "degree": Unit("temperature", 1.0),
    "°f": Unit("temperature", 5 / 9, -160 / 9),
    "f": Unit("temperature", 5 / 9, -160 / 9),
    "fahrenheit": Unit("temperature", 5 / 9, -160 / 9),
    "m/s": Unit("speed", 1.0),
    "mph": Unit("speed", 0.44704),
    "km/h": Unit("speed", 1 / 3.6),
    "m": Unit("length", 1.0),
    "meter": Unit("length", 1.0),
    "metre": Unit("length", 1.0),
    "km": Unit("length", 1e3),
    "kilometer": Unit("length", 1e3),
    "kilometre": Unit("length", 1e3),
    "mile": Unit("length", 1609.344),
    "ft": Unit("length", 0.3048),
    "feet": Unit("length", 0.3048),
    "foot": Unit("length", 0.3048),
    "mm": Unit("rain", 1.0),
    "inch": Unit("rain", 25.4),
    "inches": Unit("rain", 25.4),
}
_LONG_UNITS: dict[tuple[str, ...], str] = {
    ("degree", "f"): "°f",
    ("degree", "fahrenheit"): "°f",
    ("degree", "c"): "°c",
    ("degree", "celsius"): "°c",
    ("m", "/", "s"): "m/s",
    ("km", "/", "h"): "km/h",
}
_PREFIXES: dict[tuple[str, ...], Operator] = {
    tuple(words.split()): operator
    for operator, phrases in {
        Operator.ABOVE: (
            "above",
            "over",
            "more than",
            "greater than",
            "larger than",
            "bigger than",
            "higher than",
            "exceeding",
            "exceed",
            "exceeded",
            "beyond",
            "longer than",
            "older than",
            "taller than",
            "hotter than",
            "warmer than",
            "in excess of",
            ">",
            "worse than",
        ),
        Operator.AT_LEAST: (
            "at least",
            "no less than",
            "not less than",
            "a minimum of",
            "minimum of",
            ">=",
            "≥",
        ),
        Operator.BELOW: (
            "below",
            "under",
            "less than",
            "fewer than",
            "smaller than",
            "lower than",
            "shorter than",
            "younger than",
            "newer than",
            "colder than",
            "cooler than",
            "<",
        ),
        Operator.AT_MOST: (
            "at most",
            "up to",
            "within",
            "no more than",
            "not more than",
            "a maximum of",
            "maximum of",
            "<=",
            "≤",
        ),
        Operator.EQUAL: ("exactly", "equal to"),
    }.items()
    for words in phrases
}
_MORE = {"more", "higher", "above", "greater", "longer", "older", "worse", "over", "larger", "bigger"}
_LESS = {"less", "lower", "below", "fewer", "shorter", "younger", "better", "under", "smaller"}


def match_comparison(tokens: Sequence[Token], start: int) -> tuple[int, Comparison] | None:
    """Return where the comparison at ``start`` ends, and what it is; None if none begins there."""
    lower = [token.lower for token in tokens]
    stems = [token.stem for token in tokens]
    if lower[start] == "between":
        return _between(tokens, stems, start)
    for length in (3, 2, 1):
        operator = _PREFIXES.get(tuple(lower[start : start + length])) or _PREFIXES.get(
            tuple(stems[start : start + length])
        )
        if operator is None:
            continue
        at = start + length
        while at < len(lower) and lower[at] in {"a", "the", "of"}:
            at += 1
        if at < len(tokens) and tokens[at].number is not None:
            value, unit, end = _quantity(tokens, stems, at)
            return end, Comparison(operator, value, unit=unit)
    if start and lower[start - 1] in {"top", "bottom"}:
        return None  # "top five meters" is no length
    if tokens[start].number is None or tokens[start].is_ordinal:
        return None
    value, unit, end = _quantity(tokens, stems, start)
    if lower[end : end + 1] in (["or"], ["and"]) and end + 1 < len(lower):
        if lower[end + 1] in _MORE:
            return end + 2, Comparison(Operator.AT_LEAST, value, unit=unit)
        if lower[end + 1] in _LESS:
            return end + 2, Comparison(Operator.AT_MOST, value, unit=unit)
    return None if unit is None else (end, Comparison(Operator.EQUAL, value, unit=unit, is_bare=True))


def converted(comparison: Comparison, unit: str) -> tuple[float, float | None] | None:
    """Return a comparison's numbers in a fact's unit; None if the units do not measure the same.

    A number without a unit is taken to be in the fact's.
    """
    if comparison.unit is None:
        return comparison.value, comparison.upper
    said, wanted = UNITS[comparison.unit], UNITS.get(unit.lower())
    if wanted is None or wanted.family != said.family:
        return None

    def convert(value: float) -> float:
        return round((value * said.factor + said.offset - wanted.offset) / wanted.factor, 9)

    return convert(comparison.value), None if comparison.upper is None else convert(comparison.upper)


def _between(tokens: Sequence[Token], stems: list[str], start: int) -> tuple[int, Comparison] | None:
    if start + 1 >= len(tokens) or tokens[start + 1].number is None:
        return None
    low, low_unit, end = _quantity(tokens, stems, start + 1)
    if end + 1 >= len(tokens) or tokens[end].lower not in {"and", "to"} or tokens[end + 1].number is None:
        return None
    high, unit, end = _quantity(tokens, stems, end + 1)
    if low_unit is not None and low_unit != unit:
        return None
    return end, Comparison(Operator.BETWEEN, low, high, unit)


def _quantity(tokens: Sequence[Token], stems: list[str], at: int) -> tuple[float, str | None, int]:
    value = tokens[at].number or 0.0
    after = at + 1
    for length in (3, 2):
        words = tuple(stems[after : after + length])
        if words in _LONG_UNITS:
            return value, _LONG_UNITS[words], after + len(words)
    if after < len(stems) and stems[after] in UNITS:
        is_age = stems[after] == "year" and stems[after + 1 : after + 2] == ["old"]
        return value, stems[after], after + 2 if is_age else after + 1
    if stems[after : after + 1] == ["time"]:
        after += 1  # "more than 10 times"
    return value, None, after
