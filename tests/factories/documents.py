"""Documents and passages for tests."""

from typing import Any

from agent import models
from tests.factories.grid import MOMENT, number


def make_document(**fields: Any) -> models.Document:
    """Create a document of the product that was read; it has no passages yet."""
    count = number()
    defaults = {
        "key": f"document-{count}",
        "title": f"Document {count}",
        "kind": "TECHNICAL",
        "format": "MARKDOWN",
        "standard": "IEEE C57.91",
        "file_name": f"document-{count}.md",
        "size_bytes": 100,
        "digest": f"{count:064x}",
        "is_built_in": True,
        "state": "READY",
        "passage_count": 1,
        "read_at": MOMENT,
    }
    return models.Document.objects.create(**{**defaults, **fields})


def make_passage(**fields: Any) -> models.Passage:
    """Create a passage of a document."""
    document = fields.pop("document", None) or make_document()
    count = number()
    defaults = {
        "document": document,
        "ordinal": count,
        "section": "Hot spot",
        "anchor": "hot-spot",
        "text": f"The hottest spot decides, case {count}.",
        "digest": f"{count:064x}",
    }
    return models.Passage.objects.create(**{**defaults, **fields})
