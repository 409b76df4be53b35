"""Outages as evidence comes in: raised, widened, narrowed, restored in steps, each by a case by hand."""

from __future__ import annotations

import pytest

from grid.topology.detection import DetectionParams
from tests.unit.topology.control_room import ControlRoom
from tests.unit.topology.feeder import behind, feeder, meters_of

T0 = 10_000.0


@pytest.fixture
def room() -> ControlRoom:
    return ControlRoom(feeder(), "CKT")


def gasps(*units: str, at: float = T0, every: int = 1) -> dict[str, float]:
    return dict.fromkeys(meters_of(*units, every=every), at)


@pytest.mark.parametrize(
    ("units", "device"),
    [
        (["A2"], "A2"),
        (behind("A"), "FA"),
        (behind("C", "D"), "REC"),
        (behind("A", "B", "C", "D"), "BRK"),
    ],
)
def test_the_deepest_device_with_all_the_dark_meters_is_named(
    room: ControlRoom, units: list[str], device: str
) -> None:
    room.hear(dark=gasps(*units))

    room.look(T0 + 1.0)

    assert room.devices() == [device]


def test_half_of_the_gasps_is_enough(room: ControlRoom) -> None:
    room.hear(dark=gasps(*behind("C", "D"), every=2))

    room.look(T0 + 30.0)

    assert room.devices() == ["REC"]


def test_two_faults_at_once_are_two_outages(room: ControlRoom) -> None:
    room.hear(dark=gasps(*behind("A"), "D2"))

    room.look(T0 + 30.0)

    assert room.devices() == ["D2", "FA"]


def test_a_lone_gasp_waits_and_then_is_the_meters_own_outage(room: ControlRoom) -> None:
    room.hear(dark={"A1-1": T0})

    first = room.look(T0 + 1.0)
    assert room.devices() == []
    assert first.due_s is not None
    room.look(T0 + 59.0)
    assert room.devices() == []
    room.look(T0 + 60.0)

    assert room.devices() == ["A1-1"]


@pytest.mark.parametrize("kind", ["restored", "lit"])
def test_a_meter_that_comes_back_within_the_wait_is_no_outage(room: ControlRoom, kind: str) -> None:
    room.hear(dark={"A1-1": T0})
    room.look(T0 + 1.0)
    room.hear(**{kind: {"A1-1": T0 + 20.0}})

    room.look(T0 + 61.0)

    assert room.reports == 0


def test_a_momentary_loss_behind_the_recloser_seen_as_a_whole_is_no_outage(room: ControlRoom) -> None:
    meters = meters_of(*behind("C", "D"))
    room.hear(dark=dict.fromkeys(meters, T0), restored=dict.fromkeys(meters, T0 + 8.0))

    room.look(T0 + 9.0)

    assert room.reports == 0


def test_signs_of_life_keep_the_device_small(room: ControlRoom) -> None:
    room.hear(dark=gasps(*behind("C"), "D1"), lit=dict.fromkeys(meters_of("D2", "D3"), T0 + 5.0))

    room.look(T0 + 6.0)

    assert room.devices() == ["D1", "FC"]


def test_more_gasps_widen_the_outage_and_fold_its_parts(room: ControlRoom) -> None:
    room.hear(dark=gasps("C1"))
    room.look(T0 + 0.5)
    assert room.devices() == ["C1"]
    room.hear(dark=gasps("D3"))
    room.look(T0 + 0.6)
    room.hear(dark=gasps(*behind("C", "D")))

    room.look(T0 + 1.0)

    assert room.devices() == ["REC"]
    assert "OUT-1" in room.outages


def test_signs_of_life_narrow_the_outage(room: ControlRoom) -> None:
    room.hear(dark=gasps("C1", every=2) | gasps("D1", every=2))
    room.look(T0 + 0.2)
    assert room.devices() == ["REC"]
    room.hear(lit=dict.fromkeys(meters_of("C2", "D2", "D3"), T0 + 10.0))

    room.look(T0 + 30.0)

    assert room.devices() == ["C1", "D1"]
    assert "OUT-1" in room.outages


def test_a_confirmed_outage_keeps_its_device_and_the_rest_is_another(room: ControlRoom) -> None:
    room.hear(dark=gasps("C1"))
    room.look(T0 + 0.5)
    room.confirm("OUT-1")
    room.hear(dark=gasps(*behind("C", "D"), at=T0 + 5.0))

    room.look(T0 + 6.0)

    assert room.devices() == ["C1", "REC"]
    kept, rest = room.outages["OUT-1"], room.outages["OUT-2"]
    assert not kept.units & rest.units
    assert len(kept.units | rest.units) == 5


def test_a_later_fault_upstream_is_an_outage_of_its_own(room: ControlRoom) -> None:
    room.hear(dark=gasps(*behind("C")))
    room.look(T0 + 1.0)
    room.hear(dark=gasps(*behind("D"), at=T0 + 3600.0))

    room.look(T0 + 3601.0)

    assert room.devices() == ["FC", "FD"]


def test_supply_comes_back_in_steps(room: ControlRoom) -> None:
    room.hear(dark=gasps(*behind("C", "D")))
    room.look(T0 + 1.0)
    room.hear(restored=dict.fromkeys(meters_of(*behind("D")), T0 + 1800.0))
    room.look(T0 + 1801.0)
    assert room.devices() == ["REC"]
    assert len(room.outages["OUT-1"].units) == 2
    room.hear(restored=dict.fromkeys(meters_of(*behind("C")), T0 + 3600.0))

    room.look(T0 + 3601.0)

    assert room.devices() == []
    assert room.ended == {"OUT-1": T0 + 3600.0}
    assert room.reports == 1


def test_the_silent_transformer_comes_back_with_the_others(room: ControlRoom) -> None:
    room.hear(dark=gasps("A1", "A2"))
    room.look(T0 + 1.0)
    assert room.devices() == ["FA"]
    room.hear(restored=dict.fromkeys(meters_of("A1", "A2"), T0 + 900.0))

    room.look(T0 + 901.0)

    assert room.devices() == []


def test_a_meter_that_goes_dark_again_is_a_new_outage(room: ControlRoom) -> None:
    room.hear(dark=gasps(*behind("A")))
    room.look(T0 + 1.0)
    room.hear(restored=dict.fromkeys(meters_of(*behind("A")), T0 + 600.0))
    room.look(T0 + 601.0)
    room.hear(dark=gasps(*behind("A"), at=T0 + 7200.0))

    room.look(T0 + 7201.0)

    assert room.devices() == ["FA"]
    assert room.reports == 2


@pytest.mark.parametrize("skew_s", [-45.0, 45.0])
def test_clocks_within_the_bound_change_nothing_but_the_start(room: ControlRoom, skew_s: float) -> None:
    wrong = dict.fromkeys(meters_of("A1"), T0 + skew_s)
    room.hear(dark=gasps("A2", "A3") | wrong)

    room.look(T0 + 1.0)

    assert room.devices() == ["FA"]
    assert room.outages["OUT-1"].started_s == T0


def test_an_outage_that_an_operator_closed_is_not_raised_again_by_clocks_ahead(room: ControlRoom) -> None:
    room.hear(dark=gasps("A1", at=T0 + 40.0))
    room.look(T0 + 1.0)
    (outage,) = room.outages.values()
    room.outages.clear()
    for unit in outage.units:
        room.resolved_s[room.scope.meters_of(unit, unit + 1)] = T0 + 20.0

    room.look(T0 + 100.0)

    assert room.devices() == []


def test_a_switch_that_says_it_opened_is_a_confirmed_outage_at_once(room: ControlRoom) -> None:
    room.switch("FA", opened=T0)

    room.look(T0 + 0.1)

    assert room.devices() == ["FA"]
    (outage,) = room.outages.values()
    assert not outage.is_predicted
    assert outage.started_s == T0


def test_the_predicted_outage_becomes_that_of_the_switch_that_opened(room: ControlRoom) -> None:
    room.hear(dark=gasps("C1"))
    room.look(T0 + 0.5)
    room.hear(dark=gasps("D1"))
    room.switch("REC", opened=T0 + 1.0)

    room.look(T0 + 1.0)

    assert room.devices() == ["REC"]
    assert not room.outages["OUT-1"].is_predicted
    room.hear(dark=gasps(*behind("C", "D"), at=T0 + 2.0))
    assert room.look(T0 + 3.0).actions == ()


def test_a_switch_that_closes_restores_all_that_is_left_and_replaying_it_changes_nothing(
    room: ControlRoom,
) -> None:
    room.switch("REC", opened=T0)
    room.hear(dark=gasps(*behind("C", "D")))
    room.look(T0 + 1.0)
    room.hear(restored=dict.fromkeys(meters_of("C1"), T0 + 600.0))
    room.look(T0 + 601.0)
    room.switch("REC", closed=T0 + 900.0)

    room.look(T0 + 901.0)
    room.switch("REC", opened=T0, closed=T0 + 900.0)
    room.hear(dark=gasps(*behind("C", "D")))

    assert room.look(T0 + 902.0).actions == ()
    assert room.devices() == []
    assert room.reports == 1


def test_parameters_are_checked() -> None:
    with pytest.raises(ValueError, match="meter_prior"):
        DetectionParams(meter_prior=0.0)
    with pytest.raises(ValueError, match="false_gasp_frac"):
        DetectionParams(false_gasp_frac=0.8)
    with pytest.raises(ValueError, match="arrival_s"):
        DetectionParams(arrival_s=0.0)
    with pytest.raises(ValueError, match="group_gasps"):
        DetectionParams(group_gasps=0)
