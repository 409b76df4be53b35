"""The passages that answer a question: by words, and by meaning where embeddings are there; each text once.

The two rankings are joined by reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): a passage gets
1 / (60 + rank) from each ranking that holds it. Without embeddings the order is that of the words alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from agent.documents.lexical import Entry, LexicalIndex, Match

FUSION_K = 60
CANDIDATES = 50


class Embedder(Protocol):
    """What turns texts into vectors of length 1 whose dot product says how alike they are."""

    @property
    def name(self) -> str:
        """Return the model's name: vectors of different names are never compared."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one row of 32-bit floats for each text."""


@dataclass(frozen=True, kw_only=True)
class RankParams:
    """From when on a passage is an answer: its share of the question's words, or its likeness to it."""

    least_coverage_frac: float = 0.32
    least_likeness: float = 0.45


@dataclass(frozen=True, kw_only=True)
class Found:
    """A passage that answers: place, score of its words, share of the question's, likeness (or null).

    Scores of one index compare, whatever passages were kept.
    """

    index: int
    score: float
    coverage_frac: float
    likeness: float | None


class Passages:
    """Passages ready to be searched. Built once, never changed."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        digests: Sequence[str] | None = None,
        vectors: np.ndarray | None = None,
        params: RankParams | None = None,
    ) -> None:
        """Index passages; ``vectors`` has a row each, a row of NaN where a passage has no vector."""
        self.params = params or RankParams()
        self._lexical = LexicalIndex(entries)
        self._digests = list(digests) if digests is not None else None
        self._vectors = vectors

    def search(
        self,
        question: str,
        *,
        limit: int = 5,
        vector: np.ndarray | None = None,
        keep: np.ndarray | None = None,
    ) -> list[Found]:
        """Return the passages that answer a question, best first; none where the documents say nothing.

        ``keep`` tells which passages may be returned; none given: all.
        """
        found_by_words = self._lexical.search(question, limit=CANDIDATES, keep=keep)
        matches = {match.index: match for match in found_by_words}
        likeness = self._likeness(vector)
        if likeness is not None and keep is not None:
            likeness = np.where(keep, likeness, -1.0)
        order = _fused(list(matches), likeness)
        found: list[Found] = []
        seen: set[str] = set()
        for index in order:
            answer = self._answer(index, matches.get(index), likeness)
            digest = self._digests[index] if self._digests is not None else str(index)
            if answer is None or digest in seen:
                continue
            seen.add(digest)
            found.append(answer)
            if len(found) == limit:
                break
        return found

    def _likeness(self, vector: np.ndarray | None) -> np.ndarray | None:
        if vector is None or self._vectors is None or not len(self._vectors):
            return None
        return np.nan_to_num(self._vectors @ vector, nan=-1.0)

    def _answer(self, index: int, match: Match | None, likeness: np.ndarray | None) -> Found | None:
        coverage = match.coverage_frac if match else 0.0
        alike = float(likeness[index]) if likeness is not None else None
        if coverage < self.params.least_coverage_frac and (
            alike is None or alike < self.params.least_likeness
        ):
            return None
        score = match.score if match else 0.0
        return Found(index=index, score=score, coverage_frac=coverage, likeness=alike)


def _fused(ranked: Sequence[int], likeness: np.ndarray | None) -> list[int]:
    if likeness is None:
        return list(ranked)
    scores: dict[int, float] = {}
    for ranking in (ranked, [int(at) for at in np.argsort(-likeness, kind="stable")[:CANDIDATES]]):
        for rank, index in enumerate(ranking, start=1):
            scores[index] = scores.get(index, 0.0) + 1 / (FUSION_K + rank)
    return sorted(scores, key=lambda index: (-scores[index], index))
