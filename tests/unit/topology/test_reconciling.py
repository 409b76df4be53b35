"""Whatever comes in, in whatever order: the plan is done once, and the outages end up at what was found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grid.topology import DeviceKind
from grid.topology.detection import find_outages
from grid.topology.evidence import Evidence, merge
from tests.unit.topology.control_room import ControlRoom
from tests.unit.topology.feeder import UNITS, behind, feeder, meters_of
from tests.unit.topology.heard import evidence_of

NETWORK = feeder()
METERS = meters_of(*behind(*UNITS))
KINDS = ("dark", "restored", "lit")

messages = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(METERS), st.integers(0, 40)), min_size=1, max_size=60
)
outbreaks = st.lists(
    st.tuples(st.sampled_from(["FA", "FB", "FC", "FD", "REC", "A1", "D2"]), st.integers(0, 40)), max_size=3
)


def evidence(said: list[tuple[str, str, int]]) -> Evidence:
    """Return what single messages say, merged."""
    parts = [evidence_of(NETWORK, **{kind: {meter: 1_000.0 + 10.0 * step}}) for kind, meter, step in said]
    return merge(evidence_of(NETWORK), *parts)


def columns(found: Evidence) -> list[list[float]]:
    return [found.meter.tolist(), found.dark_at.tolist(), found.restored_at.tolist(), found.lit_at.tolist()]


@given(messages, st.data())
def test_evidence_does_not_depend_on_order_or_repetition(
    said: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    again = data.draw(st.permutations([*said, *said[: len(said) // 2]]))

    assert columns(evidence(said)) == columns(evidence(again))
    assert columns(merge(evidence(said), evidence(again))) == columns(evidence(said))


@given(messages, outbreaks, st.integers(0, 3))
def test_doing_what_the_plan_says_leaves_nothing_to_do(
    said: list[tuple[str, str, int]], faults: list[tuple[str, int]], confirmed: int
) -> None:
    room = ControlRoom(NETWORK, "CKT")
    for step in range(0, 60, 12):
        now_s = 1_000.0 + 10.0 * step
        fresh = [message for message in said if step - 12 < message[2] <= step]
        room.evidence = merge(room.evidence, evidence(fresh))
        for device, at in faults:
            if step - 12 < at <= step:
                units = {"FA": "A", "FB": "B", "FC": "C", "FD": "D", "REC": "CD"}.get(device)
                meters = meters_of(*(behind(*units) if units else [device]), every=2)
                room.hear(dark=dict.fromkeys(meters, 1_000.0 + 10.0 * at))
        room.look(now_s)
        again = room.look(now_s)

        assert again.actions == ()
        taken: list[int] = []
        for outage in room.outages.values():
            if outage.meter is None:
                taken += outage.units
        assert len(taken) == len(set(taken)), "no transformer is out twice"
        if step == 12 * confirmed and room.outages:
            room.confirm(min(room.outages))


@given(messages)
def test_everything_believed_is_out_unless_it_showed_life(said: list[tuple[str, str, int]]) -> None:
    room = ControlRoom(NETWORK, "CKT")
    room.evidence = merge(room.evidence, evidence(said))
    now_s = 1_500.0

    room.look(now_s)

    found = find_outages(
        network=NETWORK, scope=room.scope, evidence=room.evidence, now_s=now_s, params=room.params
    )
    out = {unit for outage in room.outages.values() if outage.meter is None for unit in outage.units}
    alone = {outage.meter for outage in room.outages.values() if outage.meter is not None}
    living = {meter for kind, meter, _ in said if kind != "dark"}
    live = {
        unit
        for unit in range(len(room.scope.transformers))
        if living & set(NETWORK.arrays.meters.keys(room.scope.meters[room.scope.meters_of(unit, unit + 1)]))
    }
    for finding in found:
        if finding.believed_from_s > now_s:
            continue
        if finding.device.kind is DeviceKind.METER:
            position = NETWORK.arrays.meters.position(finding.device.id)
            meter = int(np.flatnonzero(room.scope.meters == position)[0])
            assert meter in alone or finding.units[0] in out | live
        else:
            assert set(finding.units) - live <= out
