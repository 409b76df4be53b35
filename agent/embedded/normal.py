"""A question as the grammar sees it: words in lower case, ids in upper case, numbers and units apart.

Each word keeps what was written, so that a name goes to a tool as the reader wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.embedded.vocabulary import RESERVED

ASSET_PREFIXES = (
    "SUB",
    "CKT",
    "XFMR",
    "POLE",
    "MTR",
    "CUST",
    "BR",
    "LINE",
    "SW",
    "BUS",
    "PLANT",
    "TREE",
)
_OTHER_PREFIXES = ("OUT", "WO", "CREW", "SCN")
_PREFIXES = "|".join((*ASSET_PREFIXES, *_OTHER_PREFIXES))
_CONTRACTIONS = {
    "what's": "what is",
    "whats": "what is",
    "what're": "what are",
    "who's": "who is",
    "where's": "where is",
    "when's": "when is",
    "how's": "how is",
    "that's": "that is",
    "there's": "there is",
    "it's": "it is",
    "i'm": "i am",
    "i'd": "i would",
    "we're": "we are",
    "let's": "let us",
    "don't": "do not",
    "doesn't": "does not",
    "isn't": "is not",
    "can't": "cannot",
    "n't": "not",
    "pls": "please",
    "plz": "please",
    "u": "you",
    "gimme": "give me",
    "lemme": "let me",
    "wanna": "want to",
    "gonna": "going to",
    "who'd": "who would",
    "what'd": "what would",
    "what'll": "what will",
    "where're": "where are",
    "they're": "they are",
    "i've": "i have",
    "we've": "we have",
    "who've": "who have",
    "i'll": "i will",
    "we'll": "we will",
    "how'd": "how did",
    "there're": "there are",
    "n-1-1": "contingency",
    "n-1": "contingency",
    "n-2": "contingency",
}
_UNITS = r"°\s?[cf]\b|m/s|km/h|ft/s|mps|mph|kmh|kph|fps|knots?|kn|%|°|x(?=\s|$)|[cf](?![a-z0-9])"
_WORD = re.compile(
    rf"(?P<id>\b(?:{_PREFIXES})[-_‐‑–](?=[0-9a-z_-]*\d)[0-9a-z]+(?:[-_‐‑–][0-9a-z]+)*)"
    r"|(?P<moment>\d{4}-\d{2}-\d{2}(?:[t ]\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}:\d{2})"
    r"|(?P<name>[a-z]{2,5}-\d+[a-z0-9]*(?:[-.]\d+[a-z]?)*)"
    r"|(?P<percentile>\bp[1-9]\d\b)"
    r"|(?P<quarter>\bq[1-4]\b)"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th)\b)"
    r"|(?P<digits>\d+(?:-\d+)+)"
    rf"|(?P<number>(?<![\w-])[-−]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?<![\w-])[-−]?\d+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?P<unit>(?:{_UNITS})(?![a-zà-ÿ]))"
    r"|(?P<owner>['’]s\b)"
    r"|(?P<word>[a-zà-ÿ]+(?:(?:['’](?!s\b)|[&.-])[a-zà-ÿ]+)*)"
    r"|(?P<comma>,)",
    re.IGNORECASE,
)
_UNIT_WORDS = re.compile(rf"(?:{_UNITS})", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """A word as the grammar sees it, and as it was written."""

    plain: str
    written: str


@dataclass(frozen=True)
class Said:
    """A question's words. ``text`` ends every word with a space, so that patterns join without care."""

    words: tuple[Word, ...]
    mended: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """Return the words as the grammar matches them."""
        return "".join(f"{word.plain} " for word in self.words)

    @property
    def marked(self) -> str:
        """Return ``text`` with a tab after each word that may be part of a name."""
        return "".join(f"{word.plain}{chr(9) if may_name(word.plain) else ' '}" for word in self.words)

    @property
    def written(self) -> str:
        """Return the words as they were written, with no punctuation."""
        return _joined([word.written for word in self.words])

    def part(self, start: int, end: int) -> str:
        """Return what was written between two places of ``text``."""
        at, found = 0, []
        for word in self.words:
            if start <= at < end:
                found.append(word.written)
            at += len(word.plain) + 1
        return _joined(found)

    def cut(self, start: int, end: int) -> Said:
        """Return the words between two places of ``text``."""
        at, found = 0, []
        for word in self.words:
            if start <= at < end:
                found.append(word)
            at += len(word.plain) + 1
        return replace(self, words=tuple(found))


def read(text: str) -> Said:
    """Return a question's words; punctuation is none of them, a comma between ids is "and"."""
    found: list[Word] = []
    for match in _WORD.finditer(_expanded(text)):
        kind, written = match.lastgroup, match[0]
        match kind:
            case "id":
                found.append(Word(re.sub(r"[_‐‑–]", "-", written).upper(), written.upper()))
            case "number":
                plain = written.replace(",", "").replace("−", "-")
                found.append(Word(plain, written))
            case "unit":
                found.append(Word(re.sub(r"\s", "", written.lower()), written))
            case "comma":
                found.append(Word(",", ","))
            case "owner":
                found.append(Word("'s", "'s"))
            case _:
                found.append(Word(written.lower().replace("’", "'"), written))
    return Said(tuple(_without_commas(_joined_ids(found))))


def _joined(words: list[str]) -> str:
    return " ".join(words).replace(" 's", "'s")


def may_name(word: str) -> bool:
    """Return whether a plain word may be part of a name: it is no word of the trade, no id, no number."""
    return word not in RESERVED and word[0].isalpha() and not is_id(word)


def is_id(word: str) -> bool:
    """Return whether a plain word is the id of something of the grid: only ids are in upper case."""
    return word[:1].isupper()


def _expanded(text: str) -> str:
    text = text.replace("’", "'")
    for short, full in _CONTRACTIONS.items():
        text = re.sub(rf"\b{re.escape(short)}(?![\w'])", full, text, flags=re.IGNORECASE)
    return text


_NOUN_PREFIX = {
    "transformer": "XFMR",
    "xfmr": "XFMR",
    "circuit": "CKT",
    "feeder": "CKT",
    "substation": "SUB",
    "meter": "MTR",
    "pole": "POLE",
    "switch": "SW",
    "customer": "CUST",
    "outage": "OUT",
    "crew": "CREW",
}


def _joined_ids(words: list[Word]) -> list[Word]:
    """Return the words, ids written without their beginning made whole: "transformer 40687-01-0001"."""
    found: list[Word] = []
    for word in words:
        before = found[-1].plain if found else ""
        is_part = re.fullmatch(r"\d+(?:-\d+)+", word.plain) or re.fullmatch(r"\d{5,}", word.plain)
        if is_part and before in _NOUN_PREFIX:
            whole = f"{_NOUN_PREFIX[before]}-{word.plain}"
            found.append(Word(whole, whole))
        else:
            found.append(word)
    return found


def _without_commas(words: list[Word]) -> list[Word]:
    found: list[Word] = []
    for at, word in enumerate(words):
        if word.plain != ",":
            found.append(word)
            continue
        after = words[at + 1].plain if at + 1 < len(words) else ""
        if found and is_id(found[-1].plain) and is_id(after):
            found.append(Word("and", "and"))
    return found
