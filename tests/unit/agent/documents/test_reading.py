"""Files read into blocks: Markdown, HTML, PDF, and what is no document."""

import pytest

from agent.documents.blocks import Block
from agent.documents.kinds import BadDocument, DocumentFormat, recognise_format
from agent.documents.reading import read_document
from tests.unit.agent.documents.pdf_file import make_pdf

MARKDOWN = """---
title: "Loading"
kind: TECHNICAL
edition: 2011
---
# Ignored beside the front matter

Before any section, [linked](https://example.org) and `coded`.

## Limits

First line
and *second* line.

- one
- two

### Table

| Kind | Limit |
|---|---|
| normal | 110 °C |

```
T = A + B
```

<script>alert(1)</script>

## Next
End.
"""

HTML = """<!doctype html><html><head><title>Rule 25.52</title><style>p {}</style></head><body>
<nav><a href="/">Home</a></nav><h1>Reliability</h1><p>Whom it <b>binds</b>.<br>All of them.
<script>evil()</script><h2>Indices</h2><ul><li>SAIDI<li>SAIFI</ul>
<table><tr><th>Feeder</th><td>300&nbsp;%</td></tr></table><div>Tail &amp; end"""


def test_markdown_gives_blocks_under_their_headings() -> None:
    read = read_document(content=MARKDOWN.encode(), file_format=DocumentFormat.MARKDOWN)

    assert read.title == "Loading"
    assert read.meta == {"title": "Loading", "kind": "TECHNICAL", "edition": "2011"}
    assert read.blocks == (
        Block(text="Before any section, linked and coded."),
        Block(text="First line and second line.", headings=("Limits",)),
        Block(text="one", headings=("Limits",)),
        Block(text="two", headings=("Limits",)),
        Block(text="Kind | Limit", headings=("Limits", "Table")),
        Block(text="normal | 110 °C", headings=("Limits", "Table")),
        Block(text="T = A + B", headings=("Limits", "Table")),
        Block(text="<script>alert(1)</script>", headings=("Limits", "Table")),
        Block(text="End.", headings=("Next",)),
    )


def test_html_gives_blocks_without_scripts_and_menus() -> None:
    read = read_document(content=HTML.encode(), file_format=DocumentFormat.HTML)

    assert read.title == "Rule 25.52"
    assert read.blocks == (
        Block(text="Whom it binds. All of them."),
        Block(text="SAIDI", headings=("Indices",)),
        Block(text="SAIFI", headings=("Indices",)),
        Block(text="Feeder | 300 %", headings=("Indices",)),
        Block(text="Tail & end", headings=("Indices",)),
    )


def test_pdf_gives_pages_sections_and_whole_words_without_running_lines() -> None:
    subjects = ("fuses", "poles", "relays")
    pages = [
        [
            "Grid Manual",
            "1 Purpose",
            f"About {subject} and trans-",
            f"formers, {subject} first.",
            f"Page {page} of 3",
        ]
        for page, subject in enumerate(subjects, start=1)
    ]
    pages[1][1] = "4.2 Limits of loading"

    read = read_document(content=make_pdf(pages, title="Manual"), file_format=DocumentFormat.PDF)

    assert read.title == "Manual"
    assert [(block.text, block.headings, block.page) for block in read.blocks] == [
        ("About fuses and transformers, fuses first.", ("1 Purpose",), 1),
        ("About poles and transformers, poles first.", ("1 Purpose", "4.2 Limits of loading"), 2),
        ("About relays and transformers, relays first.", ("1 Purpose",), 3),
    ]


def test_pages_of_a_pdf_are_told_as_they_are_read() -> None:
    told: list[tuple[int, int]] = []

    read_document(
        content=make_pdf([["One."], ["Two."]]),
        file_format=DocumentFormat.PDF,
        tick=lambda page, pages: told.append((page, pages)),
    )

    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("content", "file_format", "reason"),
    [
        (b"%PDF-1.4 and then nothing", DocumentFormat.PDF, "cannot be read"),
        (make_pdf([[], []]), DocumentFormat.PDF, "text recognition"),
        (b"", DocumentFormat.MARKDOWN, "no text"),
        (b"<html><script>x</script></html>", DocumentFormat.HTML, "no text"),
        (b"---\n- a\n---\nText", DocumentFormat.MARKDOWN, "name: value"),
        (b"---\na: [\n---\nText", DocumentFormat.MARKDOWN, "no YAML"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, file_format: DocumentFormat, reason: str) -> None:
    with pytest.raises(BadDocument, match=reason):
        read_document(content=content, file_format=file_format)


def test_a_pdf_with_a_password_is_told_apart() -> None:
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([["Secret."]]))))
    writer.encrypt("word", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)

    with pytest.raises(BadDocument, match="password"):
        read_document(content=out.getvalue(), file_format=DocumentFormat.PDF)


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        ("Größe".encode("utf-8-sig"), DocumentFormat.MARKDOWN),
        ("Größe".encode("utf-16"), DocumentFormat.MARKDOWN),
        ("Größe".encode("cp1252"), DocumentFormat.MARKDOWN),
        ('<meta charset="iso-8859-1"><p>Größe'.encode("latin-1"), DocumentFormat.HTML),
    ],
)
def test_text_is_read_in_the_encoding_it_has(content: bytes, file_format: DocumentFormat) -> None:
    assert read_document(content=content, file_format=file_format).blocks[0].text == "Größe"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.md", b"x", DocumentFormat.MARKDOWN),
        ("A.HTM", b"x", DocumentFormat.HTML),
        ("b.c.pdf", b"%PDF-1.7", DocumentFormat.PDF),
    ],
)
def test_a_format_is_known_by_name_and_beginning(name: str, content: bytes, expected: DocumentFormat) -> None:
    assert recognise_format(name=name, content=content) is expected


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", b"PK", "allowed are"),
        ("pdf", b"x", "no suffix"),
        ("a.pdf", b"hello", "no PDF file inside"),
        ("a.md", b"%PDF-1.7", "a PDF file inside"),
        ("a.html", b"a\0b", "binary"),
    ],
)
def test_other_files_are_refused(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(BadDocument, match=reason):
        recognise_format(name=name, content=content)
