"""Searches in documents, with embeddings where there are any; without them when their server is away."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from agent.backends.errors import BackendFault
from agent.selectors.documents import FoundPassage, search_passages
from agent.selectors.embedding import current_embedder

logger = logging.getLogger(__name__)


def search_documents(
    question: str, *, user: Any, kinds: Sequence[str] = (), limit: int = 5
) -> tuple[list[FoundPassage], str | None]:
    """Return the passages that answer a question, best first, and a warning where a service was missing.

    Raises:
        PermissionRefused: if the user may not see documents.
        BadInput: if the question is empty or too long, a kind unknown, or the limit out of range.
    """
    try:
        found = search_passages(question, user=user, kinds=kinds, limit=limit, embedder=current_embedder())
    except BackendFault as error:
        logger.warning("No vector of a question: %s", error)
        found = search_passages(question, user=user, kinds=kinds, limit=limit)
        return found, f"Searched by words alone: {error.message}"
    return found, None
