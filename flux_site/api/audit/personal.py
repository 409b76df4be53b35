"""What an answer shows of people, collected while it is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class PersonalReads:
    """Whose personal data an answer shows, and which of it.

    Attributes:
        ids: of the people, in the order they were met; a dict, so that each is there once.
        fields: names of what is shown.
    """

    ids: dict[str, None] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)


_collecting: ContextVar[PersonalReads | None] = ContextVar("personal_reads", default=None)


@contextmanager
def collecting() -> Iterator[PersonalReads]:
    """Collect inside the block what is shown of people."""
    reads = PersonalReads()
    token = _collecting.set(reads)
    try:
        yield reads
    finally:
        try:
            _collecting.reset(token)
        except ValueError:  # a subscription is closed in another context than it was opened in
            _collecting.set(None)


def note_shown(personal_field: str, *ids: str) -> bool:
    """Note that a personal value of these people is shown; False: nobody records it, so it must be masked."""
    reads = _collecting.get()
    if reads is None:
        return False
    reads.fields.add(personal_field)
    reads.ids.update(dict.fromkeys(ids))
    return True
