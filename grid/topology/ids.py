"""Natural keys as a sorted array: a key's position is its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grid.topology.arrays import NONE, IntArray, TextArray


def encoded(texts: Iterable[str]) -> TextArray:
    """Return texts as an array of UTF-8 bytes, which sorts and compares as fast as memory."""
    found = [text.encode() for text in texts]
    return np.array(found, dtype=np.bytes_) if found else np.empty(0, dtype="S1")


class Ids:
    """Hold distinct keys in ascending order (of their UTF-8 bytes)."""

    def __init__(self, ascending: TextArray) -> None:
        self._keys = ascending

    def __len__(self) -> int:
        return len(self._keys)

    def position(self, key: str) -> int:
        """Return the position of a key, ``NONE`` if there is no such key."""
        return int(self.positions([key])[0])

    def positions(self, keys: Sequence[str] | TextArray) -> IntArray:
        """Return the position of each key, ``NONE`` for those that are not there."""
        wanted = keys if isinstance(keys, np.ndarray) else encoded(keys)
        if not len(self._keys):
            return np.full(len(wanted), NONE, dtype=np.int64)
        at = np.searchsorted(self._keys, wanted).astype(np.int64)
        at[at == len(self._keys)] = 0
        return np.where(self._keys[at] == wanted, at, NONE)

    def key(self, position: int) -> str:
        """Return the key at a position."""
        return bytes(self._keys[position]).decode()

    def keys(self, positions: IntArray | None = None) -> list[str]:
        """Return the keys at some positions, all by default."""
        chosen = self._keys if positions is None else self._keys[positions]
        return [key.decode() for key in chosen.tolist()]


def sort_distinct(keys: TextArray) -> tuple[Ids, IntArray, IntArray]:
    """Return keys in ascending order without repetitions.

    Returns:
        The keys; which row each comes from, the first of equal ones; and the rows left out.
    """
    order = np.argsort(keys, kind="stable").astype(np.int64)
    in_order = keys[order]
    is_first = np.ones(len(keys), dtype=np.bool_)
    is_first[1:] = in_order[1:] != in_order[:-1]
    return Ids(in_order[is_first]), order[is_first], np.sort(order[~is_first])
