"""Which embeddings are used: those of an OpenAI-compatible server where the settings name one, else none."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from agent.documents.ranking import Embedder


def current_embedder() -> Embedder | None:
    """Return what makes vectors, or None: documents are then found by their words alone."""
    if not settings.EMBEDDING_URL or not settings.EMBEDDING_MODEL:
        return None
    return _embedder(settings.EMBEDDING_URL, settings.EMBEDDING_MODEL, settings.EMBEDDING_KEY)


@functools.lru_cache(maxsize=4)
def _embedder(url: str, model: str, key: str) -> Embedder:
    from agent.backends.openai_embedding import OpenAIEmbedder

    return OpenAIEmbedder(url=url, model=model, key=key)
