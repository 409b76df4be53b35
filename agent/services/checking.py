"""Answers of other servers checked: every id they name is looked up, every citation must have been given.

The events pass unchanged and at once. Before the last one come a warning of ids that are not in the database
as the asking user may see it, the known ones as assets to point at, and a warning of citations that no tool
gave.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

from channels.db import database_sync_to_async

from agent.backends.requests import Backend, Question, closing
from agent.events import AssetRef, Assets, Citation, Done, Event, Text, Warn
from flux_site.api.outages import DATABASE_FAULTS
from grid.selectors.known_ids import KnownId, find_known, ids_in

logger = logging.getLogger(__name__)

UNKNOWN_ID = "UNKNOWN_ID"
UNKNOWN_CITATION = "UNKNOWN_CITATION"
UNCHECKED = "UNCHECKED"
MOST_ASSETS = 50
NAMED_IN_WARNING = 10

_look_up = database_sync_to_async(find_known, thread_sensitive=False)
_CITED = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")


class Checked:
    """A back end whose answers are checked for one user."""

    def __init__(self, backend: Backend, *, user: Any) -> None:
        self._backend = backend
        self._user = user

    async def answer(self, question: Question) -> AsyncIterator[Event]:
        """Yield the events of the answer, and before the last what the checks found."""
        read = _Read()
        async with closing(self._backend.answer(question)) as events:
            async for event in events:
                if isinstance(event, Done):
                    async for found in self._findings(read):
                        yield found
                read.take(event)
                yield event

    async def _findings(self, read: _Read) -> AsyncIterator[Event]:
        ids = ids_in(read.text)
        if ids:
            try:
                known = await _look_up(ids, user=self._user)
            except DATABASE_FAULTS:
                logger.warning("Unable to check the ids of an answer", exc_info=True)
                yield Warn(code=UNCHECKED, message="The ids in this answer could not be checked just now.")
            else:
                for event in _findings_of_ids(ids, known, read.assets):
                    yield event
        strangers = sorted(cited_in(read.text) - read.citations)
        if strangers:
            yield Warn(
                code=UNKNOWN_CITATION,
                message=f"No source was given for {', '.join(f'[{number}]' for number in strangers)}.",
            )


class _Read:
    """What an answer has said so far."""

    def __init__(self) -> None:
        self._blocks: dict[int, list[str]] = defaultdict(list)
        self.citations: set[int] = set()
        self.assets: set[str] = set()

    def take(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, Text):
            self._blocks[event.block].append(event.delta)
        elif isinstance(event, Citation):
            self.citations.add(event.number)
        elif isinstance(event, Assets):
            self.assets.update(each.asset_id for each in event.assets)

    @property
    def text(self) -> str:
        """All text, block by block."""
        return "\n".join("".join(pieces) for _, pieces in sorted(self._blocks.items()))


def cited_in(text: str) -> set[int]:
    """Return the numbers of the citations in a text: [1], [2, 3]."""
    return {int(number) for group in _CITED.findall(text) for number in re.findall(r"\d+", group)}


def _findings_of_ids(ids: list[str], known: dict[str, KnownId], told: set[str]) -> Iterator[Event]:
    strangers = [key for key in ids if key not in known]
    if strangers:
        more = len(strangers) - NAMED_IN_WARNING
        named = ", ".join(strangers[:NAMED_IN_WARNING]) + (f" and {more} more" if more > 0 else "")
        verb = "is" if len(strangers) == 1 else "are"
        yield Warn(
            code=UNKNOWN_ID,
            message=f"{named} {verb} not in the database, or not among what you may see. Do not rely on it.",
        )
    assets = [known[key] for key in ids if key in known and key not in told]
    if assets:
        yield Assets(
            assets=tuple(
                AssetRef(asset_id=each.asset_id, label=each.label, lon=each.lon, lat=each.lat)
                for each in assets[:MOST_ASSETS]
            )
        )
