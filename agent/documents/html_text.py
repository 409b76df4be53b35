"""HTML read into blocks: headings, paragraphs, list items and table rows; nothing of scripts and menus."""

from __future__ import annotations

from html.parser import HTMLParser

from agent.documents.blocks import Block, Outline, ReadDocument, tidy

SKIPPED = {"script", "style", "nav", "noscript", "template", "svg", "iframe", "form", "button", "select"}
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr", "col", "source", "area", "base", "embed", "track"}
BLOCKS = {
    "p", "div", "section", "article", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "dd", "dt", "dl",
    "main", "header", "footer", "aside", "body", "figure", "figcaption", "caption", "hr", "thead", "tbody",
}  # fmt: skip
HEADINGS = {f"h{level}": level for level in range(1, 7)}


def read_html(text: str) -> ReadDocument:
    """Return what a page says. A page that is broken gives what can be read of it."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_block()
    return ReadDocument(
        blocks=tuple(reader.blocks), title=reader.title or reader.first_heading, meta=reader.meta
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.title: str | None = None
        self.first_heading: str | None = None
        self.meta: dict[str, str] = {}
        self._outline = Outline()
        self._words: list[str] = []
        self._skipped = 0
        self._heading: int | None = None
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self._skipped += 1
        if self._skipped:
            return
        if tag == "title":
            self.end_block()
            self._is_title = True
        elif tag in HEADINGS:
            self.end_block()
            self._heading = HEADINGS[tag]
        elif tag in {"td", "th"}:
            if "".join(self._words).strip():
                self._words.append(" | ")
        elif tag == "br":
            self._words.append(" ")
        elif tag in BLOCKS:
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipped = max(self._skipped - 1, 0)
        elif not self._skipped and (tag in BLOCKS or tag in HEADINGS or tag == "title"):
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._words.append(data)

    def end_block(self) -> None:
        """Put down what was gathered as title, heading or block."""
        text = tidy("".join(self._words))
        self._words.clear()
        heading, self._heading = self._heading, None
        is_title, self._is_title = self._is_title, False
        if not text:
            return
        if is_title:
            self.title = self.title or text
        elif heading is not None:
            if heading == 1 and self.first_heading is None:
                self.first_heading = text
            else:
                self._outline.enter(heading, text)
        else:
            self.blocks.append(Block(text=text, headings=self._outline.headings))
