"""Which kind of question a text probably is, learned from examples; what it names is read elsewhere.

A linear model (multinomial logistic regression on TF-IDF weights of words and parts of words; Manning,
Raghavan and Schütze 2008, §6.4 and §15) of the sentences in ``examples.yaml``. It is the last reading: rules
that know every word come first, and what it finds is told with the words that were passed over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

EXAMPLES = Path(__file__).with_name("examples.yaml")
WEIGHTS = Path(__file__).with_name("likely.npz")
FEATURES: Mapping[str, Mapping[str, Any]] = {
    "words": {"ngram_range": (1, 3), "token_pattern": r"[a-z_']+"},
    "parts": {"ngram_range": (2, 5), "analyzer": "char_wb"},
}
_ID = re.compile(r"\b([A-Za-z]{2,5})-[\w-]*\d[\w-]*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Likely:
    """A kind of question, and how probable it is (a fraction)."""

    kind: str
    probability: float


def likely(text: str) -> Likely:
    """Return the most probable kind of a question, by the names of ``examples.yaml``."""
    model = _model()
    counted = [vectorizer.transform([plain_form(text)]) for vectorizer in model.vectorizers]
    scores = model.intercepts + sum(
        (row @ weights for row, weights in zip(counted, model.weights, strict=True)), np.zeros(1)
    )
    shares = np.exp(scores[0] - scores[0].max())
    best = int(shares.argmax())
    return Likely(model.kinds[best], float(shares[best] / shares.sum()))


def plain_form(text: str) -> str:
    """Return a text with its ids and numbers as words for what they are: "feeds xfmr_id", "above number_"."""
    with_ids = _ID.sub(lambda match: f" {match[1].lower()}_id ", text)
    return _NUMBER.sub(" number_ ", with_ids).lower()


def examples() -> dict[str, list[str]]:
    """Return the questions of each kind."""
    return dict(yaml.load(EXAMPLES.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def digest() -> str:
    """Return a digest of what the weights were learned from: the examples, and what is counted in them."""
    told = json.dumps([examples(), FEATURES, plain_form("XFMR-1 2")], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class _Model:
    kinds: Sequence[str]
    vectorizers: Sequence[Any]
    weights: Sequence[Any]
    intercepts: Any


@cache
def _model() -> _Model:
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        names = list(FEATURES)
        return _Model(
            kinds=[str(kind) for kind in kept["kinds"]],
            vectorizers=[vectorizer(name, kept[f"{name}_terms"], kept[f"{name}_idf"]) for name in names],
            weights=[kept[f"{name}_weights"].astype(np.float32) for name in names],
            intercepts=kept["intercepts"][np.newaxis, :],
        )


def vectorizer(name: str, terms: Any = None, idf: Any = None) -> Any:
    """Return what counts the words, or parts of words, of a text; with terms and weights it is ready."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # takes a second, and few questions need it

    vocabulary = None if terms is None else {str(term): at for at, term in enumerate(terms)}
    made = TfidfVectorizer(sublinear_tf=True, min_df=2, vocabulary=vocabulary, **FEATURES[name])
    if idf is not None:
        made.idf_ = np.asarray(idf, dtype=np.float64)
    return made
