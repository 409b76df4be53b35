"""The analyst of this process: made of the data's state, made anew beside the questions when it changed.

Making one takes a moment, for it reads which values occur. A question waits a little for it, and is then
answered by the one before, which says what moment it is of.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from sqlalchemy import Table, select

from agent.embedded.concepts import concepts
from agent.embedded.likely import likely
from agent.embedded.mending import grammar_words
from agent.semantic.analyst import Analyst, NoData
from agent.semantic.loading import semantic_model
from agent.semantic.model import SemanticModel
from agent.semantic.visibility import EVERYTHING, Viewer
from grid.selectors.warehouse import warehouse_within
from grid.warehouse.errors import WarehouseError
from grid.warehouse.interface import Warehouse
from grid.warehouse.snowflake_ledger import dialect
from grid.warehouse.statements import tables_read

logger = logging.getLogger(__name__)

CHECK_AFTER_S = 2.0
"""After so long a question has the versions of the data compared."""
CHECK_REMOTE_AFTER_S = 60.0
"""The same for Snowflake, where each look is a query."""
PATIENCE_S = 0.5
"""So long a question waits for the check and for the new analyst, where the data was compared a while ago."""
IDLE_S = 300.0
"""After so long without a question the one before may be of yesterday: it is used only in need."""
PATIENCE_AFTER_IDLE_S = 10.0
MOST_VIEWERS = 16
"""So many sets of rights have an analyst at once."""

Versions = tuple[str | None, ...]


@dataclass(eq=False)
class _Kept:
    """The analyst of a state of the data, and those for who may see less of it, the last used last."""

    analyst: Analyst
    versions: Versions
    by_viewer: OrderedDict[Viewer, Analyst] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def seen_by(self, viewer: Viewer) -> Analyst:
        if viewer == EVERYTHING:
            return self.analyst
        with self.lock:
            found = self.by_viewer.get(viewer)
            if found is None:
                found = self.by_viewer[viewer] = self.analyst.seen_by(viewer)
                if len(self.by_viewer) > MOST_VIEWERS:
                    self.by_viewer.popitem(last=False)
            self.by_viewer.move_to_end(viewer)
            return found

    def viewers(self) -> tuple[Viewer, ...]:
        with self.lock:
            return tuple(self.by_viewer)


class Analysts:
    """Keeps the analysts of one warehouse; may be used by many threads at once."""

    def __init__(
        self,
        warehouse: Callable[[], Warehouse],
        zone: ZoneInfo,
        *,
        check_after_s: float = CHECK_AFTER_S,
        patience_s: float = PATIENCE_S,
        model: SemanticModel | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._zone = zone
        self._check_after_s = check_after_s
        self._patience_s = patience_s
        self._model = model
        self._making = threading.Lock()
        self._state = threading.Lock()
        self._kept: _Kept | None = None
        self._checked_at = 0.0
        self._checking: threading.Thread | None = None

    def seen_by(self, viewer: Viewer) -> Analyst:
        """Return the analyst for somebody; the first one is waited for.

        Raises:
            WarehouseError: if there is none yet and the warehouse cannot be read.
            NoData: if nothing in it has a time yet.
        """
        before = self._kept or self._first()
        self._check_beside()
        return (self._kept or before).seen_by(viewer)

    def read_ahead(self) -> None:
        """Make the first analyst, and the grammar, beside whatever else happens.

        A failure is left to the first question.
        """
        threading.Thread(target=self._try_first, name="assistant reads ahead", daemon=True).start()

    def _first(self) -> _Kept:
        with self._making:  # once, however many ask
            if self._kept is None:
                self._kept = self._made(self._versions())
                self._checked_at = time.monotonic()
            return self._kept

    def _try_first(self) -> None:
        concepts()
        grammar_words()  # compiles the grammar, which the first question would wait for
        likely("outages")  # as with what was learned, and the words of the SQL that is shown
        dialect()
        try:
            self._first()
        except (WarehouseError, NoData) as error:
            logger.info("Unable to read ahead for the assistant: %s", error)

    def _check_beside(self) -> None:
        """Compare the data with what is kept, if that was not done of late; one thread does so at a time."""
        with self._state:
            unchecked_s = time.monotonic() - self._checked_at
            if unchecked_s < self._check_after_s:
                return
            if self._checking is None or not self._checking.is_alive():
                self._checking = threading.Thread(
                    target=self._check, name="assistant reads anew", daemon=True
                )
                self._checking.start()
            checking = self._checking
        checking.join(self._patience_s if unchecked_s < IDLE_S else PATIENCE_AFTER_IDLE_S)

    def _check(self) -> None:
        """Make the analyst anew if the data has changed; where that fails the one before stays."""
        try:
            versions = self._versions()
            kept = self._kept
            if kept is None or versions != kept.versions:
                made = self._made(versions)
                for viewer in kept.viewers() if kept is not None else ():
                    made.seen_by(viewer)
                self._kept = made
        except (WarehouseError, NoData) as error:
            logger.warning("Unable to read anew what questions can be about: %s", error)
        finally:
            self._checked_at = time.monotonic()

    def _made(self, versions: Versions) -> _Kept:
        model = self._model or semantic_model()
        return _Kept(Analyst(model, self._warehouse(), self._zone), versions)

    def _versions(self) -> Versions:
        """Return the state of what an analyst is made of; read before it, so that no change is missed."""
        warehouse = self._warehouse()
        return tuple(warehouse.version(table) for table in watched_tables(self._model or semantic_model()))


@cache
def watched_tables(model: SemanticModel) -> tuple[Table, ...]:
    """Return the tables whose newest moment or whose values an analyst knows, and those that tell zones."""
    names = {dimension.table for dimension in model.clock}
    names |= {dimension.table for dimension in model.dimensions.values() if dimension.is_sampled}
    front = list(names)
    while front:
        parent = model.tables[front.pop()].zone.table
        if parent is not None and parent not in names:
            names.add(parent)
            front.append(parent)
    found = {
        table.fullname: table
        for name in names
        for table in tables_read(select(*model.tables[name].columns_of.c))
    }
    return tuple(found[name] for name in sorted(found))


@lru_cache(maxsize=4)
def _analysts(url: str, zone: str, timeout_s: float) -> Analysts:
    is_remote = url.startswith("snowflake")
    return Analysts(
        lambda: warehouse_within(timeout_s),
        ZoneInfo(zone),
        check_after_s=CHECK_REMOTE_AFTER_S if is_remote else CHECK_AFTER_S,
    )


def read_ahead() -> None:
    """Have a web process read what questions can be about before the first is asked."""
    if settings.ASSISTANT_READS_AHEAD:
        analysts().read_ahead()


def analysts() -> Analysts:
    """Return those of the warehouse that the settings name."""
    return _analysts(settings.WAREHOUSE_URL, settings.TIME_ZONE, settings.ASSISTANT_QUERY_TIMEOUT_S)
