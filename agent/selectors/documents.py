"""Passages that answer a question, and the documents they stand in."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Max, Sum

from agent.documents.kinds import DocumentKind
from agent.documents.lexical import Entry
from agent.documents.ranking import Embedder, Found, Passages
from agent.models import Document, Passage
from flux_site.api.errors import BadInput, NotFound, PermissionRefused

VIEW = "agent.view_document"
MAX_QUESTION = 1000  # characters
MAX_FOUND = 20


@dataclass(frozen=True, kw_only=True)
class FoundPassage:
    """A passage that answers, with all that a citation needs.

    Scores compare between kinds of documents: all passages are in one index.
    """

    document_key: str
    document_title: str
    kind: str
    standard: str
    edition: str
    source_url: str
    section: str
    page: int | None
    url: str
    text: str
    score: float
    coverage_frac: float
    likeness: float | None


@dataclass(frozen=True)
class _Loaded:
    version: tuple[Any, ...]
    rows: list[tuple[Any, ...]]
    passages: Passages
    embedding_model: str


_lock = threading.Lock()
_loaded: _Loaded | None = None


def search_passages(
    question: str,
    *,
    user: Any,
    kinds: Sequence[str] = (),
    limit: int = 5,
    embedder: Embedder | None = None,
) -> list[FoundPassage]:
    """Return the passages that answer a question, best first; none where the documents say nothing of it.

    Args:
        question: in words; what it asks of anybody is not obeyed, it is only searched for.
        user: who asks.
        kinds: of documents; none means all.
        limit: how many at most.
        embedder: what made the passages' vectors, where there are any.

    Raises:
        PermissionRefused: if the user may not see documents.
        BadInput: if the question is empty or too long, or the limit out of range.
    """
    if not user.has_perm(VIEW):
        raise PermissionRefused("You may not see the documents.")
    if not question.strip() or len(question) > MAX_QUESTION:
        raise BadInput(f"A question has 1 to {MAX_QUESTION} characters.", field="question")
    if not 1 <= limit <= MAX_FOUND:
        raise BadInput(f"must be 1 to {MAX_FOUND}", field="limit")
    unknown = sorted(set(kinds) - set(DocumentKind.__members__))
    if unknown:
        allowed = ", ".join(DocumentKind)
        raise BadInput(f"{unknown[0]!r} is no kind of document; allowed are {allowed}.", field="kinds")
    loaded = _load()
    vector = None
    if embedder is not None and loaded.embedding_model == embedder.name:
        vector = embedder.embed([question])[0]
    keep = np.array([row[2] in kinds for row in loaded.rows], dtype=bool) if kinds else None
    found = loaded.passages.search(question, limit=limit, vector=vector, keep=keep)
    return [_found(loaded.rows[each.index], each) for each in found]


def find_document(key: str, *, user: Any) -> tuple[Document, list[Passage]]:
    """Return a document that can be read, with its passages in order.

    Raises:
        PermissionRefused: if the user may not see documents.
        NotFound: if there is none of this key, or it was never read.
    """
    if not user.has_perm(VIEW):
        raise PermissionRefused("You may not see the documents.")
    document = Document.objects.filter(key=key, read_at__isnull=False).first()
    if document is None:
        raise NotFound(f"There is no document {key!r} that can be read.", field="key")
    return document, list(document.passages.defer("vector"))


def _found(row: tuple[Any, ...], found: Found) -> FoundPassage:
    key, title, kind, standard, edition, source, section, page, anchor, text = row
    return FoundPassage(
        document_key=key,
        document_title=title,
        kind=kind,
        standard=standard,
        edition=edition,
        source_url=source,
        section=section,
        page=page,
        url=f"/documents/{key}#{anchor}",
        text=text,
        score=found.score,
        coverage_frac=found.coverage_frac,
        likeness=found.likeness,
    )


def _load() -> _Loaded:
    """Return all passages, indexed; read anew when a document came, changed or went."""
    global _loaded  # noqa: PLW0603 - one index for the process
    documents = Document.objects.filter(read_at__isnull=False)
    figures = documents.aggregate(
        count=Count("pk"), newest=Max("read_at"), passages=Sum("passage_count"), last=Max("pk")
    )
    version = tuple(figures.values())
    known = _loaded
    if known is not None and known.version == version:
        return known
    with _lock:
        known = _loaded
        if known is not None and known.version == version:
            return known
        made = _loaded = _index(documents, version)
        return made


def _index(documents: Any, version: tuple[Any, ...]) -> _Loaded:
    rows = list(
        Passage.objects.filter(document__in=documents)
        .order_by("document_id", "ordinal")
        .values_list(
            "document__key",
            "document__title",
            "document__kind",
            "document__standard",
            "document__edition",
            "document__source_url",
            "section",
            "page",
            "anchor",
            "text",
            "digest",
            "vector",
        )
    )
    models = set(documents.values_list("embedding_model", flat=True))
    model = models.pop() if len(models) == 1 else ""
    passages = Passages(
        [Entry(title=row[1], section=row[6], text=row[9], standard=row[3]) for row in rows],
        digests=[row[10] for row in rows],
        vectors=_vectors([row[11] for row in rows]) if model else None,
    )
    return _Loaded(version=version, rows=[row[:10] for row in rows], passages=passages, embedding_model=model)


def _vectors(blobs: Sequence[bytes | memoryview | None]) -> np.ndarray | None:
    rows = [np.frombuffer(blob, dtype=np.float32) if blob is not None else None for blob in blobs]
    sizes = {len(row) for row in rows if row is not None}
    if len(sizes) != 1:
        return None
    nothing = np.full(sizes.pop(), np.nan, dtype=np.float32)
    return np.vstack([row if row is not None else nothing for row in rows])
