"""Vectors of texts from a server of the OpenAI protocol (``/embeddings``), through the official client."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import openai

from agent.backends.openai_faults import openai_fault

TIMEOUT_S = 20.0
RETRIES = 2


class OpenAIEmbedder:
    """Makes vectors of length 1. Its name is that of model and server: only its own vectors are compared."""

    def __init__(self, *, url: str, model: str, key: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self.name = f"{model} at {url}"
        self._model = model
        self._client = openai.OpenAI(
            base_url=url, api_key=key or "none", timeout=timeout_s, max_retries=RETRIES
        )

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one row of 32-bit floats for each text.

        Raises:
            BackendFault: if the server does not answer, or not with a vector for each text.
        """
        try:
            answer = self._client.embeddings.create(
                model=self._model, input=list(texts), encoding_format="float"
            )
        except openai.OpenAIError as error:
            raise openai_fault(error) from error
        rows = [each.embedding for each in sorted(answer.data, key=lambda each: each.index)]
        if len(rows) != len(texts) or len({len(row) for row in rows}) > 1:
            raise openai_fault(ValueError(f"{len(rows)} vectors came for {len(texts)} texts"))
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), -1)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(lengths > 0, lengths, 1.0)
