"""Words of a question: tokens, stems and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"(?P<id>[A-Za-z]{2,6}-[0-9A-Za-z]*\d[0-9A-Za-z]*(?:-[0-9A-Za-z]+)*)"
    r"|(?P<date>\d{4}-\d{2}-\d{2}|\d{4}-\d{2}(?!\d)|\d{1,2}/\d{1,2}(?:/\d{4})?(?![\d/]))"
    r"|(?P<ordinal>\d{1,2}(?:st|nd|rd|th)\b)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"|(?P<quarter>[Qq][1-4]\b)"
    r"|(?P<word>[A-Za-zÀ-ÿ]+(?:'(?!s\b)[A-Za-z]+)?)"
    r"|(?P<hash>#(?=\s?of\b|\s?[a-z]))"
    r"|(?P<sign>%|°\s?[CF]\b|°|>=|<=|≥|≤|>|<|/)"
)
_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
NUMBER_WORDS = {word: value for value, word in enumerate(_UP_TO_TWENTY.split(" "))}
NUMBER_WORDS |= {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "thousand": 1000, "dozen": 12}
_SINGULAR = (
    "this its was has does is us as less gas status class bus always species series celsius texas "
    "previous versus vs analysis"
)
_NO_PLURALS = frozenset(_SINGULAR.split(" "))
_IRREGULAR = {"losses": "loss", "buses": "bus", "classes": "class", "people": "people", "axes": "axis"}


@dataclass(frozen=True)
class Token:
    """A word, number, sign or id of a question: as written, in lower case, its stem, and the number it is."""

    text: str
    lower: str
    stem: str
    number: float | None = None
    is_id: bool = False
    is_ordinal: bool = False


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a question; punctuation is none."""
    found = []
    text = text.replace("’", "'")
    for match in _TOKEN.finditer(text):
        kind, written = match.lastgroup, match[0]
        lower = written.lower().replace("° ", "°")
        number = None
        if kind == "number":
            number = float(written.replace(",", ""))
        elif kind == "ordinal":
            number = float(written[:-2])
        elif kind == "word" and lower in NUMBER_WORDS:
            number = float(NUMBER_WORDS[lower])
        if kind == "word" and lower == "s" and match.start() and text[match.start() - 1] == "'":
            continue
        if kind == "hash":
            found.append(Token(written, "number", "number"))
            continue
        found.append(
            Token(
                written,
                lower,
                stem(lower) if kind == "word" else lower,
                number,
                kind == "id",
                kind == "ordinal",
            )
        )
    return found


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the singular of a word in lower case; other forms stay."""
    if word in _NO_PLURALS:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems(phrase: str) -> tuple[str, ...]:
    """Return the stems of a phrase of the model."""
    return tuple(token.stem for token in tokens_of(phrase))
