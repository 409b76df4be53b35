"""One analyst a process: made once, made anew beside the questions when the data changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.semantic.analyst import NoData
from agent.semantic.visibility import EVERYTHING, Viewer
from agent.tools.analysts import Analysts, Versions
from grid.warehouse import Warehouse, open_warehouse
from grid.warehouse import tables as t
from grid.warehouse.errors import WarehouseUnavailable
from tests.integration.assistant_tools.small_warehouse import NEWEST, fill_small
from tests.warehouse_rows import fill, filled

LATER = NEWEST + timedelta(days=1)
NORTH = Viewer(zone_ids=frozenset({"ZONE-1"}))
SOON_S = 30.0


class Watched(Analysts):
    """Counts what is made, and can be held up while making."""

    def __init__(self, warehouse: Any, **options: Any) -> None:
        super().__init__(warehouse, ZoneInfo("America/Chicago"), check_after_s=0.0, **options)
        self.made = 0
        self.may_make = threading.Event()
        self.may_make.set()

    def _made(self, versions: Versions) -> Any:
        self.may_make.wait(SOON_S)
        self.made += 1
        return super()._made(versions)

    def finish(self) -> None:
        """Wait until the check under way is over."""
        if self._checking is not None:
            self._checking.join(SOON_S)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(f"embedded://{tmp_path}/warehouse?threads=1&memory_limit=512MB")
    opened.prepare()
    fill_small(opened)
    yield opened
    opened.close()


def anchor(analysts: Analysts) -> datetime:
    return analysts.seen_by(EVERYTHING).clock.anchor


def test_the_first_is_made_once_however_many_ask(warehouse: Warehouse) -> None:
    analysts = Watched(lambda: warehouse, patience_s=SOON_S)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: analysts.seen_by(EVERYTHING), range(16)))

    assert analysts.made == 1
    assert len({id(each) for each in found}) == 1


def test_without_a_change_nothing_is_made_anew(warehouse: Warehouse) -> None:
    analysts = Watched(lambda: warehouse, patience_s=SOON_S)
    for _ in range(3):
        assert anchor(analysts) == NEWEST
    analysts.finish()

    assert analysts.made == 1


def test_a_change_is_known_to_the_next_question(warehouse: Warehouse) -> None:
    analysts = Watched(lambda: warehouse, patience_s=SOON_S)
    assert anchor(analysts) == NEWEST
    fill_small(warehouse, newest=LATER)

    assert anchor(analysts) == LATER
    assert analysts.made == 2


def test_a_new_name_is_a_word_of_questions_at_once(warehouse: Warehouse) -> None:
    analysts = Watched(lambda: warehouse, patience_s=SOON_S)
    before = analysts.seen_by(EVERYTHING).parse("Load of Brookshire")
    row = {"substation_id": "SUB-9", "substation_name": "BROOKSHIRE", "zone_id": "ZONE-1"}
    fill(warehouse, t.substations, [filled(t.substations, row)])

    after = analysts.seen_by(EVERYTHING).parse("Load of Brookshire")

    assert type(before).__name__ == "AskBack"
    assert type(after).__name__ == "Understood"


def test_while_the_new_one_is_made_the_one_before_answers(warehouse: Warehouse) -> None:
    analysts = Watched(lambda: warehouse, patience_s=0.0)
    assert anchor(analysts) == NEWEST
    analysts.may_make.clear()
    fill_small(warehouse, newest=LATER)

    assert [anchor(analysts) for _ in range(5)] == [NEWEST] * 5
    analysts.may_make.set()
    analysts.finish()

    assert anchor(analysts) == LATER
    assert analysts.made == 2


def test_a_warehouse_that_fails_leaves_what_was_known(warehouse: Warehouse) -> None:
    is_away = threading.Event()

    def opened() -> Warehouse:
        if is_away.is_set():
            raise WarehouseUnavailable("away")
        return warehouse

    analysts = Watched(opened, patience_s=SOON_S)
    assert anchor(analysts) == NEWEST
    fill_small(warehouse, newest=LATER)
    is_away.set()
    assert anchor(analysts) == NEWEST
    is_away.clear()

    assert anchor(analysts) == LATER


def test_a_first_that_fails_is_tried_again(tmp_path: Path, warehouse: Warehouse) -> None:
    empty = open_warehouse(f"embedded://{tmp_path}/empty")
    empty.prepare()
    used = [empty]
    analysts = Watched(lambda: used[0], patience_s=SOON_S)
    with pytest.raises(NoData):
        analysts.seen_by(EVERYTHING)
    used[0] = warehouse

    assert anchor(analysts) == NEWEST


def test_each_set_of_zones_has_its_own_and_keeps_it_past_a_change(warehouse: Warehouse) -> None:
    analysts = Watched(lambda: warehouse, patience_s=SOON_S)
    first = analysts.seen_by(NORTH)
    assert analysts.seen_by(Viewer(zone_ids=frozenset({"ZONE-1"}))) is first
    assert analysts.seen_by(EVERYTHING) is not first
    fill_small(warehouse, newest=LATER)
    analysts.seen_by(EVERYTHING)
    analysts.finish()

    assert NORTH in analysts._kept.viewers()  # type: ignore[union-attr]  # made beside, not by the question
    assert analysts.seen_by(NORTH).clock.anchor == LATER


def test_reading_ahead_makes_the_first_beside(warehouse: Warehouse) -> None:
    analysts = Watched(lambda: warehouse, patience_s=SOON_S)
    analysts.read_ahead()
    analysts.seen_by(EVERYTHING)

    assert analysts.made == 1
