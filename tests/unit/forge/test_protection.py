"""Which device clears a fault, and who sees a blink: the rules, case by case, on the tiny system."""

import numpy as np
import pytest

from grid.forge.fleet import NONE, Fleet
from grid.forge.protection import Clearing, clear_faults, reclosing_switch
from tests.unit.forge.grown import line_faults, one_switch, tiny_system, upstream


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return tiny_system().fleet


def cleared(fleet: Fleet, switch: int, *, temporary: bool) -> Clearing:
    return clear_faults(fleet=fleet, faults=line_faults((0, switch, temporary)), seed=1)


def test_the_reclosing_switch_is_the_next_one_on_the_way_to_the_substation(fleet: Fleet) -> None:
    found = reclosing_switch(fleet)
    for at in np.flatnonzero(~fleet.switches.is_open).tolist():
        on_the_way = [each for each in upstream(fleet, at) if fleet.switches.kind[each] != "FUSE"]
        on_the_way = [each for each in on_the_way if fleet.switches.kind[each] != "SECTIONALIZER"]
        assert found[at] == on_the_way[0]


@pytest.mark.parametrize("kind", ["BREAKER", "RECLOSER"])
def test_breakers_and_reclosers_clear_what_is_temporary_and_lock_out_on_the_rest(
    fleet: Fleet, kind: str
) -> None:
    at = one_switch(fleet, kind)

    gone, lasting = cleared(fleet, at, temporary=True), cleared(fleet, at, temporary=False)

    assert (gone.opens[0], gone.blinks[0]) == (NONE, at)
    assert (lasting.opens[0], lasting.blinks[0]) == (at, NONE)


def test_fuses_behind_a_recloser_are_saved(fleet: Fleet) -> None:
    fuse = one_switch(fleet, "FUSE", behind="RECLOSER")
    recloser = reclosing_switch(fleet)[fuse]

    gone, lasting = cleared(fleet, fuse, temporary=True), cleared(fleet, fuse, temporary=False)

    assert (gone.opens[0], gone.blinks[0]) == (NONE, recloser)
    assert (lasting.opens[0], lasting.blinks[0], lasting.tries[0]) == (fuse, recloser, 1)


def test_fuses_in_the_zone_of_the_breaker_blow(fleet: Fleet) -> None:
    fuse = one_switch(fleet, "FUSE", behind="BREAKER")
    for temporary in (True, False):
        found = cleared(fleet, fuse, temporary=temporary)
        assert (found.opens[0], found.blinks[0]) == (fuse, NONE)


def test_a_sectionalizer_opens_in_the_second_pause_of_the_recloser(fleet: Fleet) -> None:
    sectionalizer = one_switch(fleet, "SECTIONALIZER")
    recloser = reclosing_switch(fleet)[sectionalizer]

    gone, lasting = (cleared(fleet, sectionalizer, temporary=each) for each in (True, False))

    assert (gone.opens[0], gone.blinks[0]) == (NONE, recloser)
    assert (lasting.opens[0], lasting.blinks[0], lasting.tries[0]) == (sectionalizer, recloser, 2)


def test_most_temporary_faults_are_gone_at_the_first_try(fleet: Fleet) -> None:
    breaker = one_switch(fleet, "BREAKER")
    faults = line_faults(*((minute, breaker, True) for minute in range(4000)))

    tries = clear_faults(fleet=fleet, faults=faults, seed=1).tries

    shares = np.bincount(tries, minlength=4)[1:] / len(tries)
    assert shares == pytest.approx([0.83, 0.10, 0.07], abs=0.02)
