"""What documents are about, what files they come as, and how a file is recognised."""

from __future__ import annotations

from enum import StrEnum


class BadDocument(ValueError):
    """Raised when a file is no document that can be read; the message says why and what would help."""


class DocumentKind(StrEnum):
    """What a document is about."""

    TECHNICAL = "TECHNICAL"
    COMPLIANCE = "COMPLIANCE"
    OTHER = "OTHER"


class DocumentFormat(StrEnum):
    """What a document's file is."""

    MARKDOWN = "MARKDOWN"
    HTML = "HTML"
    PDF = "PDF"


SUFFIXES = {
    ".md": DocumentFormat.MARKDOWN,
    ".markdown": DocumentFormat.MARKDOWN,
    ".txt": DocumentFormat.MARKDOWN,
    ".html": DocumentFormat.HTML,
    ".htm": DocumentFormat.HTML,
    ".pdf": DocumentFormat.PDF,
}


def recognise_format(*, name: str, content: bytes) -> DocumentFormat:
    """Return the format of a file by its name's suffix, checked against how it begins.

    Raises:
        BadDocument: if the suffix is none of ours, or the content is something else.
    """
    suffix = f".{name.rsplit('.', 1)[-1].lower()}" if "." in name else ""
    if suffix not in SUFFIXES:
        allowed = ", ".join(SUFFIXES)
        raise BadDocument(f"{name!r} has no suffix of a document; allowed are {allowed}.")
    found = SUFFIXES[suffix]
    is_pdf = content[:1024].lstrip().startswith(b"%PDF-")
    if is_pdf != (found is DocumentFormat.PDF):
        raise BadDocument(f"{name!r} is {'a' if is_pdf else 'no'} PDF file inside; give it the right suffix.")
    if found is not DocumentFormat.PDF and b"\0" in content[:4096]:
        raise BadDocument(f"{name!r} is a binary file, not {found.value.capitalize()} text.")
    return found
