"""Passages found by their words: BM25 over text, heading and title, exact, in memory.

``score = sum over the question's terms of idf * tf (k1 + 1) / (tf + k1 (1 - b + b * length / mean length))``
with idf = ln(1 + (N - n + 0.5) / (n + 0.5)) (Robertson and Zaragoza 2009). A term in a heading or title
counts as several in the text (BM25F with one length). ``coverage_frac`` is the share of the question's idf
that a passage holds: unlike a score it does not grow with the number of words, so it tells whether there is
an answer at all.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.documents.words import SYNONYMS, stem, term_groups, terms


@dataclass(frozen=True, kw_only=True)
class LexicalParams:
    """The constants of BM25, the weights of the fields, of synonyms and of a title that is said."""

    k1: float = 1.2
    b: float = 0.4
    section_weight: float = 2.5
    title_weight: float = 1.0
    standard_weight: float = 2.5
    synonym_weight: float = 0.4
    title_share_weight: float = 0.4


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is searched of a passage; ``standard`` is what its document is also called: "IEEE Std 738"."""

    title: str
    section: str
    text: str
    standard: str = ""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A passage with terms of the question: its place in the index, score, and share of the question."""

    index: int
    score: float
    coverage_frac: float


class LexicalIndex:
    """An inverted index. Built once, never changed; safe to share between threads."""

    def __init__(self, entries: Sequence[Entry], params: LexicalParams | None = None) -> None:
        self.params = params or LexicalParams()
        self.count = len(entries)
        holders: dict[str, list[int]] = defaultdict(list)
        weights: dict[str, list[float]] = defaultdict(list)
        lengths = np.zeros(self.count)
        for index, entry in enumerate(entries):
            counted: Counter[str] = Counter()
            for text, weight in (
                (entry.text, 1.0),
                (entry.section, self.params.section_weight),
                (entry.title, self.params.title_weight),
                (entry.standard, self.params.standard_weight),
            ):
                for term in terms(text):
                    counted[term] += weight  # type: ignore[assignment]  # a weighted count
            lengths[index] = len(terms(entry.text))
            for term, weight in counted.items():
                holders[term].append(index)
                weights[term].append(weight)
        mean = float(lengths.mean()) if self.count else 1.0
        params_ = self.params
        norms = params_.k1 * (1 - params_.b + params_.b * lengths / max(mean, 1.0))
        self._postings: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._idf: dict[str, float] = {}
        for term, found in holders.items():
            at = np.array(found)
            tf = np.array(weights[term])
            idf = math.log(1 + (self.count - len(found) + 0.5) / (len(found) + 0.5))
            self._idf[term] = idf
            self._postings[term] = (at, idf * tf * (params_.k1 + 1) / (tf + norms[at]))
        self._unknown_idf = math.log(1 + (self.count + 0.5) / 0.5)
        self._titles = [tuple(dict.fromkeys(terms(entry.title))) for entry in entries]

    def search(self, question: str, *, limit: int = 10, keep: np.ndarray | None = None) -> list[Match]:
        """Return the best passages, best first; those that hold no term of the question are left out.

        Args:
            question: in words.
            limit: how many at most.
            keep: which passages may be returned; the others count for how rare words are.
        """
        groups = list(dict.fromkeys(term_groups(question)))
        if not groups or not self.count:
            return []
        asked = {term for group in groups for term in group}
        scores = np.zeros(self.count)
        covered = np.zeros(self.count)
        total = 0.0
        for group in groups:
            weight = max(self._idf.get(term, 0.0) for term in group) or self._unknown_idf
            best = np.zeros(self.count)
            for term in group:
                self._add(term, 1.0, weight, scores, best)
                others = [other for other in _SYNONYMS.get(term, ()) if other not in asked]
                for other in others:
                    self._add(other, self.params.synonym_weight, weight / len(others), scores, best)
            covered += best
            total += weight
        found = np.flatnonzero(scores if keep is None else scores * keep)
        scores[found] *= [1.0 + self.params.title_share_weight * self._said(int(at), asked) for at in found]
        ranked = found[np.lexsort((found, -scores[found]))][:limit]
        return [
            Match(index=int(at), score=float(scores[at]), coverage_frac=float(covered[at] / total))
            for at in ranked
        ]

    def _said(self, index: int, asked: set[str]) -> float:
        """Return the share of a passage's title that a question says."""
        title = self._titles[index]
        whole = sum(self._idf[term] for term in title)
        return sum(self._idf[term] for term in title if term in asked) / whole if whole else 0.0

    def _add(self, term: str, factor: float, most: float, scores: np.ndarray, best: np.ndarray) -> None:
        """Add a term to the scores, and to each passage's best hold on the word that the term stands for."""
        if term in self._postings:
            at, contributions = self._postings[term]
            scores[at] += factor * contributions
            best[at] = np.maximum(best[at], min(self._idf[term], most))


_SYNONYMS = {stem(word): tuple(stem(other) for other in others) for word, others in SYNONYMS.items()}
