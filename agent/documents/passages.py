"""Documents cut into passages: a piece of one section, long enough to answer and short enough to quote."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from agent.documents.blocks import Block, ReadDocument

SECTION_SIGN = " › "  # between a heading and the one below it
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9(\"'])")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class CutParams:
    """How long passages are, in words."""

    target_words: int = 160
    most_words: int = 240


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A passage: ``section`` names the headings it stands under, ``digest`` is that of its words alone."""

    ordinal: int
    section: str
    anchor: str
    page: int | None
    text: str
    digest: str


def cut(document: ReadDocument, params: CutParams | None = None) -> tuple[Passage, ...]:
    """Return a document's passages in order. None spans two sections or pages; none is there twice."""
    params = params or CutParams()
    passages: list[Passage] = []
    seen: set[str] = set()
    anchors: dict[str, int] = {}
    for headings, group in groupby(document.blocks, key=lambda block: block.headings):
        section = SECTION_SIGN.join(headings)
        anchor = unique_anchor(headings[-1] if headings else "", anchors)
        pages = groupby(group, key=lambda block: block.page)
        for text, page in ((text, page) for page, blocks in pages for text in _pieces(list(blocks), params)):
            digest = passage_digest(text)
            if digest in seen or not _WORD.search(text):
                continue
            seen.add(digest)
            passages.append(
                Passage(
                    ordinal=len(passages),
                    section=section,
                    anchor=anchor,
                    page=page,
                    text=text,
                    digest=digest,
                )
            )
    return tuple(passages)


def passage_digest(text: str) -> str:
    """Return the SHA-256 of a text's words, the same whatever their case, spacing and punctuation."""
    return hashlib.sha256(" ".join(_WORD.findall(text.casefold())).encode()).hexdigest()


def unique_anchor(heading: str, used: dict[str, int]) -> str:
    """Return the name of a heading in a link, told apart from the same heading before it."""
    name = "-".join(_WORD.findall(heading.casefold()))[:80] or "top"
    used[name] = used.get(name, 0) + 1
    return name if used[name] == 1 else f"{name}-{used[name]}"


def _pieces(blocks: list[Block], params: CutParams) -> Iterator[str]:
    """Yield the texts of one section and page: whole blocks together, a long one cut after sentences."""
    gathered: list[str] = []
    words = 0
    for block in blocks:
        for part in _split(block.text, params):
            length = len(part.split())
            if gathered and (words + length > params.most_words or words >= params.target_words):
                yield "\n".join(gathered)
                gathered, words = [], 0
            gathered.append(part)
            words += length
    if gathered:
        yield "\n".join(gathered)


def _split(text: str, params: CutParams) -> list[str]:
    if len(text.split()) <= params.most_words:
        return [text]
    parts: list[str] = []
    gathered: list[str] = []
    for sentence in _SENTENCE.split(text):
        for words in _runs(sentence.split(), params.most_words):
            if gathered and len(gathered) + len(words) > params.target_words:
                parts.append(" ".join(gathered))
                gathered = []
            gathered = [*gathered, *words]
    return [*parts, " ".join(gathered)]


def _runs(words: list[str], length: int) -> Iterator[list[str]]:
    for start in range(0, len(words), length):
        yield words[start : start + length]
