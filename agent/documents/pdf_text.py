"""PDF read into blocks, page by page: without running heads and feet, words at line ends joined again."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence

from agent.documents.blocks import Block, Outline, ReadDocument, tidy
from agent.documents.kinds import BadDocument

MAX_PAGES = 3000
EDGE_LINES = 2  # of a page's head and foot are looked at for text that every page repeats
REPEATED_FRAC = 0.5
MIN_PAGES_OF_REPEATS = 3
MAX_HEADING_WORDS = 14

_NUMBERED = re.compile(
    r"^(?:(?:section|chapter|clause|annex|appendix)\s+)?([A-Z]?\d+(?:\.\d+)*)\.?\s+(?=\S)", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_SENTENCE_END = re.compile(r"[.!?:;][\"')\]]*$")


def read_pdf(content: bytes, tick: Callable[[int, int], None] | None = None) -> ReadDocument:
    """Return what a PDF file says; ``tick(page, pages)`` is called for every page.

    Raises:
        BadDocument: if it cannot be read, asks for a password, has too many pages or holds no text.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it tells of every small fault of a file
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadDocument("The PDF file asks for a password; save it without one.")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise BadDocument(f"The PDF file has {count:,} pages; at most {MAX_PAGES:,} are read. Split it.")
        pages = []
        for number in range(count):
            pages.append(_lines(reader.pages[number].extract_text()))
            if tick is not None:
                tick(number + 1, count)
        title = tidy(str(reader.metadata.title)) if reader.metadata and reader.metadata.title else None
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, BadDocument):
            raise
        raise BadDocument(f"The PDF file cannot be read: {error}") from error
    if not any(pages):
        raise BadDocument("The PDF file holds no text, only pictures of it; run a text recognition first.")
    return ReadDocument(blocks=tuple(_blocks(_without_repeats(pages))), title=title or None)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def _without_repeats(pages: Sequence[list[str]]) -> list[list[str]]:
    """Return the pages without lines at their edges that many pages repeat, whatever number is in them."""
    if len(pages) < MIN_PAGES_OF_REPEATS:
        return [list(page) for page in pages]
    seen = Counter(key for page in pages for key in {_key(page[at]) for at in _edges(page)})
    needed = max(MIN_PAGES_OF_REPEATS, REPEATED_FRAC * len(pages))
    repeated = {key for key, count in seen.items() if count >= needed}
    return [
        [line for at, line in enumerate(page) if at not in _edges(page) or _key(line) not in repeated]
        for page in pages
    ]


def _edges(page: list[str]) -> set[int]:
    filled = [at for at, line in enumerate(page) if line]
    return {*filled[:EDGE_LINES], *filled[-EDGE_LINES:]}


def _key(line: str) -> str:
    return _DIGITS.sub("0", line.casefold())


def _blocks(pages: Sequence[list[str]]) -> list[Block]:
    outline, blocks = Outline(), []
    for number, page in enumerate(pages, start=1):
        gathered: list[str] = []
        for line in [*page, ""]:
            level = _heading_level(line, gathered)
            if line and level is None:
                gathered.append(line)
                continue
            text = tidy(_HYPHEN.sub("", "\n".join(gathered)))
            gathered = []
            if text:
                blocks.append(Block(text=text, headings=outline.headings, page=number))
            if level is not None:
                outline.enter(level, tidy(line))
    return blocks


def _heading_level(line: str, above: list[str]) -> int | None:
    """Return the level of a numbered heading such as '4.2 Ratings', None for any other line."""
    match = _NUMBERED.match(line)
    rest = line[match.end() :] if match else ""
    if (
        match is None
        or not rest[:1].isupper()
        or len(line.split()) > MAX_HEADING_WORDS
        or _SENTENCE_END.search(line)
        or (above and not _SENTENCE_END.search(above[-1]))
    ):
        return None
    return match[1].count(".") + 1
