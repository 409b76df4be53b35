"""What was found out about a selection, kept for the next request with the same document."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from graphql import FieldNode

T = TypeVar("T")


class KeptBySelection(Generic[T]):
    """A cache by the identity of a field's nodes: documents are kept when parsed, so nodes come again.

    The nodes are kept too, so that no other node can get their identity. The oldest entries go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[tuple[Any, ...], tuple[Sequence[FieldNode], T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, nodes: Sequence[FieldNode], more: tuple[Any, ...], make: Callable[[], T]) -> T:
        """Return what is kept for some nodes and whatever else it depends on, made now if it is new."""
        key = (*map(id, nodes), *more)
        entry = self._entries.get(key)
        if entry is None:
            entry = (nodes, make())
            with self._lock:
                self._entries[key] = entry
                while len(self._entries) > self._most:
                    self._entries.popitem(last=False)
        return entry[1]
