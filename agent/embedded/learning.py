"""``python -m agent.embedded.learning --check|--write``: learns what ``likely.py`` reads, from examples."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np
from scipy.sparse import hstack
from sklearn.linear_model import LogisticRegression

from agent.embedded.likely import FEATURES, WEIGHTS, digest, examples, plain_form, vectorizer

INVERSE_REGULARIZATION = 20.0


def learn(questions: dict[str, list[str]]) -> dict[str, Any]:
    """Return what ``likely.npz`` holds, learned from the questions of each kind."""
    texts = [plain_form(text) for kind in questions.values() for text in kind]
    kinds = [kind for kind, said in questions.items() for _ in said]
    vectorizers = {name: vectorizer(name) for name in FEATURES}
    counted = {name: each.fit_transform(texts) for name, each in vectorizers.items()}
    model = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=1_000, tol=1e-3)
    model.fit(hstack(list(counted.values())).tocsr(), kinds)
    kept: dict[str, Any] = {
        "kinds": np.array(model.classes_, dtype=str),
        "intercepts": model.intercept_.astype(np.float32),
        "digest": np.array(digest()),
    }
    start = 0
    for name, each in vectorizers.items():
        terms = each.get_feature_names_out()
        kept[f"{name}_terms"] = np.array(terms, dtype=str)
        kept[f"{name}_idf"] = each.idf_.astype(np.float32)
        kept[f"{name}_weights"] = model.coef_[:, start : start + len(terms)].T.astype(np.float16)
        start += len(terms)
    return kept


def is_current() -> bool:
    """Return whether the weights are those of the examples."""
    if not WEIGHTS.exists():
        return False
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        return str(kept["digest"]) == digest()


def main() -> int:
    """Write the weights, or say that they are not current; return 1 if they are not."""
    parser = argparse.ArgumentParser(prog="python -m agent.embedded.learning", description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="say whether the weights are current")
    action.add_argument("--write", action="store_true", help="learn and write them")
    if parser.parse_args().write:
        np.savez_compressed(WEIGHTS, **learn(examples()))
        return 0
    if not is_current():
        sys.stderr.write(f"{WEIGHTS.name} is not current; run python -m agent.embedded.learning --write\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
