"""State machines as data: what may be done to a row in which status, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One kind of step.

    Attributes:
        action: what is done, such as CONFIRM.
        sources: the statuses in which it may be done.
        target: the status it leads to; None: the status stays.
    """

    action: str
    sources: frozenset[str]
    target: str | None


def step(action: str, sources: Iterable[str], target: str | None) -> Transition:
    """Return a transition."""
    return Transition(action=action, sources=frozenset(str(each) for each in sources), target=target)


def find_transition(table: Sequence[Transition], *, action: str, status: str) -> Transition | None:
    """Return the step ``action`` from ``status``; None if it is not possible."""
    return next((each for each in table if each.action == action and status in each.sources), None)


def sources_of(table: Sequence[Transition], action: str) -> list[str]:
    """Return the statuses in which an action may be done, by name."""
    return sorted({status for each in table if each.action == action for status in each.sources})
