"""Questions as people type them, written out: "xfmr 40687 01 0002 w/o load & whats its age" and the like.

Signs, missing apostrophes and ids with blanks are written out for every reader; short forms of words only for
who knows no names of the data (a town may be called Sub).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

SHORTHAND = Path(__file__).with_name("shorthand.yaml")
_SIGNS = (
    (r"\bw\s?/\s?o\b\.?", "without "),
    (r"\bb\s?/\s?c\b", "because "),
    (r"\bb\s?/\s?w\b", "between "),
    (r"\bn/a\b", "unknown "),
    (r"(?<![\w/])w\s?/(?=\s|[a-z\d])", "with "),
    (r"(?<=[\w%)])\s*&\s*(?=[A-Za-z\d])", " and "),
    (r"(?<=\s)\+\s+(?=[A-Za-z\d])", "and "),
    (r"(?<=[a-z\d] )n(?= [a-z])", "and"),
    (r"(?<![\w])\+\s?(\d+(?:\.\d+)?)\s?(?:%|percent\b)", r"\1 % more"),
    (
        r"(?<!\S)[-−]\s?(\d+(?:\.\d+)?)\s?(?:%|percent\b)(?=\s+(?:of\s+)?(?:the\s+)?(?:load|demand)\b)",
        r"\1 % less",
    ),
    (r"(?<=\bload )[-−]\s?(\d+(?:\.\d+)?)\s?(?:%|percent\b)", r"\1 % less"),
    (r"(?<!\S)@\s?(?=[\w-])", "at "),
    (r"#\s*(?=of\b)", "number "),
    (r"(?<![\w&])#\s?(?=\d)", ""),
    (r"(?<=[a-z]{3})\s?/\s?(?=[a-z]{3})(?![a-z]*/)", " and "),
    (r"\bback[ -](fee?d)\b", r"back\1"),
    (r"(?<=\d)\s?pct\b\.?", " percent"),
    (r"(?<=[a-z] )(\d{1,3})\s?(?:h|hrs?)\b(?!\s?/)\.?", r"\1 hours"),
    (r"(?<=\d)\s?(?:deg|degs)\b\.?", " degrees"),
    (
        r"\b(over|above|below|under|(?:more|less) than) (\d+(?:\.\d+)?) ?(?:%|percent) load(?:ing|ed)?\b",
        r"loaded \1 \2 %",
    ),
    (r"\bbreak (?:down )?(?:the |our )?(.+?) (?:down )?by\b", r"\1 by"),
    (r"(?:^|(?<=please ))(?:draw|plot|chart|graph|visualize|visualise)(?: me)?(?= )", "show"),
    (r",? (?:as|in|on) an? (?:\w+ )?(?:chart|graph|plot|diagram|table)(?=[.?!]?$)", ""),
    (r"\b(wo|xfmr|mtr|ckt|fdr|cust|sub|mw|med)'s\b", r"\1s"),
)
_NEGATIVE = (
    "do",
    "does",
    "did",
    "is",
    "are",
    "was",
    "were",
    "have",
    "has",
    "had",
    "would",
    "could",
    "should",
)
_APOSTROPHES = {
    **{f"{verb}n't": f"{verb} not" for verb in _NEGATIVE},
    **{f"{verb}nt": f"{verb} not" for verb in _NEGATIVE},
    "can't": "cannot",
    "cant": "cannot",
    "won't": "will not",
    "wont": "will not",
    "wheres": "where is",
    "whens": "when is",
    "whos": "who is",
    "whats": "what is",
    "hows": "how is",
    "thats": "that is",
    "theres": "there is",
    "youre": "you are",
    "theyre": "they are",
    "im": "i am",
    "ive": "i have",
    "howd": "how did",
    "lets": "let us",
}
_OF_THE_MODEL = {"xfmr": "transformer", "xfmrs": "transformers"}
"""Short forms that the model has as names of its own."""
_APOSTROPHE = re.compile(rf"(?<![\w'-])(?:{'|'.join(_APOSTROPHES)})(?![\w'-])", re.IGNORECASE)
_ID = re.compile(
    r"(?<![\w-])(?:(?P<sub>sub|substation)|(?P<xfmr>xfmr|xfrmr|transformer|trafo)|(?P<ckt>ckt|circuit"
    r"|feeder|fdr)"
    r"|(?P<pole>pole)|(?P<sw>sw|switch)|(?P<line>line)|(?P<br>br|branch)|(?P<tree>tree)|(?P<out>out|outage)"
    r"|(?P<wo>wo|work order)|(?P<mtr>mtr|meter)|(?P<cust>cust|customer))"
    r"(?: (?:id|number|no\.?|nr))?[ #]+(?P<digits>\d{5,8}(?:[ -]\d{2})?(?:[ -]\d{4})?)(?![\w.-])(?! "
    r"?(?:%|[a-z]*v\b|m\b))",
    re.IGNORECASE,
)
_DIGITS = {
    "sub": r"\d{5}",
    "xfmr": r"\d{5}-\d\d-\d{4}",
    "ckt": r"\d{5}-\d\d",
    "pole": r"\d{5}-\d\d-\d{4}",
    "sw": r"\d{5}-\d\d-\d{4}",
    "line": r"\d{5}-\d\d-\d{4}",
    "br": r"\d{6}",
    "tree": r"\d{6}",
    "out": r"\d{6}",
    "wo": r"\d{6}",
    "mtr": r"\d{7}",
    "cust": r"\d{7}",
}
"""How the number of an id of each kind is written; anything else may be a ZIP code or a year."""


def signs_written_out(text: str) -> str:
    """Return a text with signs, contractions and ids in blanks written out; everything else as it is."""
    text = text.replace("’", "'").replace("‘", "'")
    for pattern, instead in _SIGNS:
        text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
    text = _APOSTROPHE.sub(lambda match: _APOSTROPHES[match[0].lower()], text)
    return re.sub(r" {2,}", " ", _ID.sub(_whole_id, text)).strip()


def written_out(text: str) -> str:
    """Return a text with signs and short forms of words written out."""
    return _short_words().sub(_long_word, signs_written_out(text))


@cache
def short_forms() -> dict[str, str]:
    """Return the words that each short form stands for."""
    found = yaml.load(SHORTHAND.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {**_OF_THE_MODEL, **{str(short): str(words) for short, words in found.items()}}


@cache
def _short_words() -> re.Pattern[str]:
    longest = sorted(short_forms(), key=len, reverse=True)
    return re.compile(rf"(?<![\w'/&.-])(?:{'|'.join(map(re.escape, longest))})(?![\w'/&-])", re.IGNORECASE)


def _long_word(match: re.Match[str]) -> str:
    said = match[0]
    is_name = said != said.lower() and said != said.upper() and match.start() > 0
    return said if is_name else short_forms()[said.lower()]


def _whole_id(match: re.Match[str]) -> str:
    kind = str(match.lastgroup if match.lastgroup != "digits" else _kind(match))
    number = match["digits"].replace(" ", "-")
    return f"{kind.upper()}-{number}" if re.fullmatch(_DIGITS[kind], number) else match[0]


def _kind(match: re.Match[str]) -> str:
    return next(name for name in _DIGITS if match[name] is not None)
