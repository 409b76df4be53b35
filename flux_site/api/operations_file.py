"""The allow-list of operations: when a file of documents is set, only those are answered."""

import json
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from flux_site.api.errors import FluxError


class OperationNotListed(FluxError):
    """The document is not among those that this site answers."""

    code = "OPERATION_NOT_LISTED"


def check_listed(query: str, path: Path | None) -> None:
    """Raise unless a document is in the file, character by character but for space around it.

    Raises:
        OperationNotListed: if it is not.
        ImproperlyConfigured: if the file cannot be read.
    """
    if path is not None and query.strip() not in documents_in(path):
        raise OperationNotListed("This site answers listed operations only, and this is none of them.")


@lru_cache(maxsize=8)
def documents_in(path: Path) -> frozenset[str]:
    """Return the documents of a file: a JSON array of texts, or an object whose values are the texts.

    Raises:
        ImproperlyConfigured: if it is neither.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"The file of operations {path} cannot be read: {error}") from error
    texts = list(content.values()) if isinstance(content, dict) else content
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ImproperlyConfigured(
            f"The file of operations {path} must be a JSON array of documents, or an object of them by name."
        )
    return frozenset(text.strip() for text in texts)
