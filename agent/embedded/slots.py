"""What fills the slots of patterns: assets, names, periods, runs; and what a filled slot means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.embedded.normal import Said, Word, is_id
from agent.embedded.vocabulary import NOUNS
from agent.semantic.moments import moment_parts

_ID = r"[A-Z]{2,6}-[0-9A-Z-]+ "
_NAME_WORD = r"(?:[^\s]+\t|\d+\s)"
_NAME = rf"[^\s]+\t{_NAME_WORD}{{0,3}}"
_NOUN = f"(?:{'|'.join(sorted((re.escape(noun) for noun in NOUNS), key=len, reverse=True))}) "
_ASSET = (
    rf"(?:(?:the |our )?(?:{_NOUN}(?:called |named |with id |id |number )?)?{_ID}"
    rf"|(?:the |our )?{_NOUN}(?:called |named )?{_NAME}"
    rf"|(?:the |our )?{_NAME}{_NOUN})"
)
_NUMBER = r"-?\d+(?:\.\d+)? "
_SLOTS = {
    "asset": _ASSET,
    "thing": rf"(?:{_ASSET}|(?:the )?{_NAME})",
    "assets": rf"{_ASSET}(?:(?:and |or |plus |with |together with )?(?:also )?{_ASSET})*",
    "id": _ID,
    "customer": r"(?:customer )?CUST-[0-9A-Z-]+ ",
    "meter": r"(?:smart |the )?(?:meter )?MTR-[0-9A-Z-]+ ",
    "outage": r"(?:the )?(?:outage )?OUT-[0-9A-Z-]+ ",
    "line": rf"(?:(?:the )?(?:transmission line |power line |line |branch |conductor |circuit |feeder )?"
    rf"(?:LINE|BR|CKT)-[0-9A-Z-]+ "
    rf"|(?:the )?(?:transmission line|power line|line|circuit|feeder) (?:called |named )?{_NAME}"
    rf"|(?:the )?{_NAME}(?:transmission line|power line|line|circuit|feeder) )",
    "grid_asset": r"(?:the )?(?:[a-z]+ )?(?:SUB|LINE|BR|BUS|PLANT)-[0-9A-Z-]+ ",
    "local_asset": r"(?:the )?(?:[a-z]+ ){0,2}(?:XFMR|CKT|SW|POLE)-[0-9A-Z-]+ ",
    "name": _NAME,
    "place": rf"(?:{_ASSET}|(?:the )?(?:area of |city of |town of |zone )?"
    rf"(?:(?:far|north|south|east|west|new|old|upper|lower|el|san|fort|port|lake) )?{_NAME}(?:area "
    rf"|region |zone )?)",
    "words": r"(?:[^\s]+ ){1,8}",
    "person": r"(?:[^\sA-Z\d]+ ){1,4}",
    "number": _NUMBER,
    "whole": r"\d+ ",
    "factor": r"\d+(?:\.\d+)? (?:% |x |times )?",
    "run": r"(?:number |no )?(?:\d+|@run) ",
    "time": r"(?:[^\s]+ ){1,8}",
    "conditions": r"(?:[^\s]+ ){2,16}",
}


SLOTS = {name: source.replace(" ", r"\s") for name, source in _SLOTS.items()}
"""What a slot matches in a question's marked text, where a tab ends a word that may be part of a name."""


@dataclass(frozen=True)
class Asset:
    """What was said of an asset: its id, or the words that name it."""

    text: str
    is_named: bool

    @property
    def is_bare(self) -> bool:
        """Return whether it is a name without the word that says what it is: "Wallis"."""
        return self.is_named and not any(word in NOUNS for word in self.text.lower().split())

    @property
    def prefix(self) -> str:
        """Return the beginning of its id; nothing for a name."""
        return "" if self.is_named else self.text.partition("-")[0]


def asset(said: Said, span: tuple[int, int]) -> Asset:
    """Return the asset that a part of a question names."""
    part = said.cut(*span)
    ids = [word.plain for word in part.words if is_id(word.plain)]
    if ids:
        return Asset(ids[0], is_named=False)
    words = [word.written for word in part.words]
    while words and words[0].lower() in {"the", "our"}:
        words = words[1:]
    return Asset(" ".join(word for word in words if word.lower() not in {"called", "named"}), is_named=True)


def assets(said: Said, span: tuple[int, int]) -> list[str]:
    """Return all the assets that a list in a question names: ids, or names where it has no id."""
    part = said.cut(*span)
    ids = [word.plain for word in part.words if is_id(word.plain)]
    if ids:
        named = re.sub(
            rf"(?:(?:the |our )?(?:{_NOUN})?{_ID})|and |or |plus |with |together |also ", "", part.text
        )
        return list(dict.fromkeys(ids)) if not named.strip() else []
    return [asset(said, span).text]


def is_moment(text: str) -> bool:
    """Return whether words are an hour of a day: "yesterday at 3 pm", "August 3 at 14:00", "noon today"."""
    found = moment_parts(text)
    return found is not None


_UNIT_FACTORS = {
    "m/s": 1.0,
    "mps": 1.0,
    "mph": 0.44704,
    "ft/s": 0.3048,
    "fps": 0.3048,
    "km/h": 1 / 3.6,
    "kmh": 1 / 3.6,
    "kph": 1 / 3.6,
    "kn": 1852 / 3600,
    "knot": 1852 / 3600,
    "knots": 1852 / 3600,
}
_LONG_UNITS = (
    (r"(?:meters?|metres?) (?:per|a) second ", "m/s "),
    (r"miles? (?:per|an) hour ", "mph "),
    (r"(?:feet|foot) (?:per|a) second ", "ft/s "),
    (r"(?:kilometers?|kilometres?) (?:per|an) hour ", "km/h "),
    (r"degrees? (?:c|celsius|centigrade) ", "°c "),
    (r"degrees? (?:f|fahrenheit) ", "°f "),
    (r"(?:celsius|centigrade) ", "°c "),
    (r"fahrenheit ", "°f "),
    (
        r"(?:square|squarely|straight|right|directly) across(?: the (?:line|conductors?|wires?))? ",
        "perpendicular ",
    ),
    (r"(?:at )?(?:a )?right angles?(?: to the (?:line|conductors?))? ", "perpendicular "),
    (r"perpendicular (?:to|with) the (?:line|conductors?) ", "perpendicular "),
    (r"parallel (?:to|with) the (?:line|conductors?) ", "parallel "),
    (r"(?:no|without|without any|zero) (?:sun|sunshine|sunlight) ", "sunless "),
    (r"° c ", "°c "),
    (r"° f ", "°f "),
    (r"degrees? ", "° "),
    (r"(?:no|zero|without) wind |windless |still air |calm air |calm ", "0 m/s "),
)
_BESIDE = frozenset(
    [
        "at",
        "with",
        "and",
        "a",
        "an",
        "of",
        "the",
        "in",
        "under",
        "if",
        "it",
        "is",
        "was",
        "when",
        "while",
        "wind",
        "winds",
        "speed",
        "air",
        "ambient",
        "temperature",
        "outside",
        "weather",
        "blowing",
        "blows",
        "by",
        "for",
        "temp",
        "there",
        "breeze",
        "airflow",
        "air's",
        "conditions",
        "were",
        "be",
        "to",
        "line",
        "across",
    ]
)

_SUNLESS = "sunless"
_ANGLES = {"perpendicular": 90.0, "crosswind": 90.0, "parallel": 0.0, "along": 0.0}


@dataclass(frozen=True)
class Weather:
    """Weather that a question supposes. ``degrees`` is a temperature whose unit was not said."""

    air_temp_c: float | None = None
    wind_speed_m_s: float | None = None
    degrees: float | None = None
    wind_angle_deg: float | None = None
    sun_w_per_m2: float | None = None

    def as_input(self) -> dict[str, float]:
        """Return what is known of it, as the tool is asked."""
        values = {
            "air_temp_c": self.air_temp_c,
            "wind_speed_m_s": self.wind_speed_m_s,
            "wind_angle_deg": self.wind_angle_deg,
            "sun_w_per_m2": self.sun_w_per_m2,
        }
        return {name: value for name, value in values.items() if value is not None}


def weather(text: str) -> Weather | None:
    """Return the weather that words suppose, in °C and m/s; None if a word is no part of it."""
    for long, short in _LONG_UNITS:
        text = re.sub(rf"(?<!\S){long}", short, text)
    words = text.split()
    temp: float | None = None
    wind: float | None = None
    degrees: float | None = None
    angle: float | None = None
    sun: float | None = None
    at = 0
    while at < len(words):
        word = words[at]
        unit = words[at + 1] if at + 1 < len(words) else ""
        if re.fullmatch(r"-?\d+(?:\.\d+)?", word):
            value = float(word)
            if unit in _UNIT_FACTORS and wind is None and value >= 0:
                wind = round(value * _UNIT_FACTORS[unit], 4)
            elif unit in ("°c", "c") and temp is None and degrees is None:
                temp = value
            elif unit in ("°f", "f") and temp is None and degrees is None:
                temp = round((value - 32) * 5 / 9, 4)
            elif unit == "°" and temp is None and degrees is None:
                degrees = value
            else:
                return None
            at += 2
        elif word in _ANGLES and angle is None:
            angle = _ANGLES[word]
            at += 1
        elif word == _SUNLESS and sun is None:
            sun = 0.0
            at += 1
        elif word in _BESIDE:
            at += 1
        else:
            return None
    if temp is None and wind is None and degrees is None and sun is None:
        return None
    return Weather(temp, wind, degrees, angle if wind is not None else None, sun)


def load_factor(text: str) -> float | None:
    """Return a factor on loads: "1.1", "110 %", "1.1 times"; None if it is none."""
    words = text.split()
    if not words or not re.fullmatch(r"\d+(?:\.\d+)?", words[0]):
        return None
    value = float(words[0])
    is_percent = words[1:2] in (["%"], ["percent"])
    return round(value / 100, 6) if is_percent else value


_VALUE = r"-?\d+(?:\.\d+)?"
_IN_TEXT = re.compile(
    rf"(?<!\S){_VALUE} (?:m/s|mps|mph|ft/s|fps|km/h|kmh|kph|kn|knots?|°c|°f|c|f) (?:(?:of )?winds? )?"
    r"|(?<!\S)0 m/s |(?<!\S)(?:blowing )?(?:perpendicular|crosswind|parallel) |(?<!\S)sunless "
)


def weather_within(words: Sequence[Word]) -> tuple[Weather | None, list[Word]]:
    """Return the weather that stands among words, and the others; None where there is none."""
    text = "".join(f"{word.plain} " for word in words)
    for long, short in _LONG_UNITS[:-2]:
        text = re.sub(rf"(?<!\S){long}", short, text)
    text = re.sub(r"(?<!\S)(?:(?:no|zero|without) wind|windless|still air|calm air) ", "0 m/s ", text)
    spans = [match.group() for match in _IN_TEXT.finditer(text)]
    found = weather(" ".join(spans)) if spans else None
    if found is None:
        return None, list(words)
    rest = _IN_TEXT.sub("", text)
    written = {word.plain: word.written for word in words}
    return found, [Word(word, written.get(word, word)) for word in rest.split()]
