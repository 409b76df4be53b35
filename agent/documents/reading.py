"""A file of any known format read into blocks."""

from __future__ import annotations

from collections.abc import Callable

from agent.documents.blocks import ReadDocument
from agent.documents.html_text import read_html
from agent.documents.kinds import BadDocument, DocumentFormat
from agent.documents.markdown_text import read_markdown
from agent.documents.pdf_text import read_pdf

MAX_CHARACTERS = 10_000_000


def read_document(
    *, content: bytes, file_format: DocumentFormat, tick: Callable[[int, int], None] | None = None
) -> ReadDocument:
    """Return what a file says.

    Raises:
        BadDocument: if it cannot be read, is too long or says nothing.
    """
    if file_format is DocumentFormat.PDF:
        found = read_pdf(content, tick)
    else:
        text = _decode(content, is_html=file_format is DocumentFormat.HTML)
        found = read_html(text) if file_format is DocumentFormat.HTML else read_markdown(text)
    if not found.blocks:
        raise BadDocument("The file holds no text.")
    length = sum(len(block.text) for block in found.blocks)
    if length > MAX_CHARACTERS:
        raise BadDocument(f"The file holds {length:,} characters; at most {MAX_CHARACTERS:,} are read.")
    return found


def _decode(content: bytes, *, is_html: bool) -> str:
    """Return the text of a file: UTF-8, or what its mark or its HTML says, or Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(_declared(content) if is_html else "cp1252", "replace")


def _declared(content: bytes) -> str:
    import codecs
    import re

    match = re.search(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", content[:2048])
    try:
        return codecs.lookup(match[1].decode("ascii")).name if match else "cp1252"
    except LookupError:
        return "cp1252"
