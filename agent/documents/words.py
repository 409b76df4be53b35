"""Text turned into the terms that are searched: stems, and the parts of numbers such as FAC-003 or 25.52."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

_WORDS = """
a about above after all also am an and any are as at be because been before being below between both
but by can could did do does doing down during each explain few for from further give had has have
having he her here hers him his how i if in into is it its itself just may me mean means might more
most must my no nor not of off on once only or other our ours out over own per please same say says
shall she should show so some such tell than that the their theirs them then there these they this
those through to too under until up upon us very was we were what when where which while who whom
why will with would you your yours
"""
STOP_WORDS = frozenset(_WORDS.split())

# Words that the trade uses for one another. A question in one finds documents in the other.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "dga": ("dissolved", "gas"),
    "outage": ("interruption",),
    "interruption": ("outage",),
    "blackout": ("shutdown", "restoration"),
    "tree": ("vegetation",),
    "vegetation": ("tree",),
    "trim": ("prune", "vegetation"),
    "prune": ("trim",),
    "mvcd": ("clearance",),
    "ltc": ("tap", "changer"),
    "oltc": ("tap", "changer"),
    "ufls": ("underfrequency", "shedding"),
    "uvls": ("undervoltage", "shedding"),
    "eea": ("energy", "emergency", "alert"),
    "med": ("major", "event", "day"),
    "ami": ("meter",),
    "mad": ("approach", "distance"),
    "vrla": ("valve", "regulated"),
    "vla": ("vented",),
    "loto": ("lock", "tag"),
    "infrared": ("thermography",),
    "thermography": ("infrared",),
    "ir": ("infrared",),
    "relay": ("protection",),
    "overhead": ("line",),
    "frozen": ("freeze", "cold"),
    "winter": ("cold",),
    "hurricane": ("storm",),
    "storm": ("hurricane",),
    "password": ("credential",),
    "rating": ("ampacity",),
    "ampacity": ("rating",),
    "sick": ("medical",),
    "medical": ("care",),
    "puc": ("puct",),
    "puct": ("commission",),
    "avr": ("automatic", "voltage", "regulator"),
    "substation": ("station",),
    "station": ("substation",),
    "deadline": ("later", "due"),
    "home": ("residential",),
    "min": ("minimum",),
    "max": ("maximum",),
    "freq": ("frequency",),
    "temp": ("temperature",),
    "loaded": ("load",),
}

ENDINGS = (("ational", "ate"), ("ization", "ize"), ("ation", "ate"), ("ment", ""), ("ness", ""))
_TOKEN = re.compile(r"[a-z0-9]+(?:[.\-/][a-z0-9]+)*")
_PART = re.compile(r"[a-z]+|[0-9]+")
_NAMED_BY_NUMBER = re.compile(
    r"\b(ieee|ansi|nesc|osha|puct|puc|ferc|nerc)(?: (?:std|standard|order|rule|guide|c))*\.?"
    r" (c?\d+(?:\.\d+)*)"
)
"""Standards whose names are two words: "IEEE Std 738" is found as IEEE 738."""
_VOWEL = re.compile(r"[aeiouy]")


def terms(text: str) -> list[str]:
    """Return the terms of a text in order; a name with a number gives itself, its beginnings and its parts.

    ``FAC-003-5`` gives fac-003-5, fac-003, fac, 003 and 5, so that it is found as FAC-003 and as FAC 003.
    """
    return [term for group in term_groups(text) for term in group]


def term_groups(text: str) -> list[tuple[str, ...]]:
    """Return the terms of a text, those of one word or number together."""
    groups: list[tuple[str, ...]] = []
    text = text.casefold()
    groups += [(f"{name[1]}-{name[2]}",) for name in _NAMED_BY_NUMBER.finditer(text)]
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.replace(".", "").isdigit():
            groups.append((token,))
        elif any(character.isdigit() for character in token):
            pieces = re.split(r"([.\-/])", token)
            names = ["".join(pieces[:end]) for end in range(len(pieces), 0, -2)]
            groups.append(tuple(dict.fromkeys([*names, *_PART.findall(token)])))
        else:
            parts = (part for part in re.split(r"[.\-/]", token) if part not in STOP_WORDS)
            groups.extend((stem(part),) for part in parts)
    return groups


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return a word without its English ending: plural, past, -ing, -ly and the like.

    It need not be a word again; what counts is that forms of one word meet and different words do not.
    """
    if len(word) <= 3 or not word.isalpha():
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and _VOWEL.search(root):
            return _mended(root)
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    for ending, instead in (
        ("ational", "ate"),
        ("ization", "ize"),
        ("ation", "ate"),
        ("ment", ""),
        ("ness", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return _mended(word[: -len(ending)] + instead)
    return _mended(word)


def _singular(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _mended(root: str) -> str:
    """Return a root in the form that all its endings share: no silent e, no doubled consonant, i for y."""
    if len(root) > 4 and root.endswith("e"):
        root = root[:-1]
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "aeioulsz":
        root = root[:-1]
    if len(root) > 3 and root.endswith("y"):
        root = f"{root[:-1]}i"
    return root
