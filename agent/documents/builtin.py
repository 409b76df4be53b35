"""The documents that come with the product: files beside this package, each with a front matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.documents.blocks import ReadDocument
from agent.documents.kinds import BadDocument, DocumentKind
from agent.documents.markdown_text import read_markdown

FOLDER = Path(__file__).resolve().parent.parent / "corpus"
NEEDED = ("title", "kind", "standard", "edition", "source")


@dataclass(frozen=True, kw_only=True)
class BuiltInDocument:
    """A document of the product: its key is the name of its file."""

    key: str
    kind: DocumentKind
    content: bytes
    document: ReadDocument


def built_in_documents(folder: Path = FOLDER) -> Iterator[BuiltInDocument]:
    """Yield the product's documents by key.

    Raises:
        BadDocument: if a front matter lacks something.
    """
    for path in sorted(folder.glob("*.md")):
        content = path.read_bytes()
        document = read_markdown(content.decode("utf-8"))
        missing = [name for name in NEEDED if not document.meta.get(name)]
        if missing:
            raise BadDocument(f"{path.name}: the front matter lacks {', '.join(missing)}.")
        yield BuiltInDocument(
            key=path.stem, kind=DocumentKind(document.meta["kind"]), content=content, document=document
        )
