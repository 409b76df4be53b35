"""What each repair brings back: by hand, and against the network with only some of the repairs done."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade.engine.decisions.outage_tree import OutageTree, RepairJob
from cascade.engine.distribution.consequence import Consequence, follow
from cascade.engine.distribution.faults import Failures
from cascade.engine.distribution.repairs import Broken, LocalJob, LocalRepairs, local_repairs
from tests.unit.engine.distribution.networks import Device, Drawn, Line, Unit
from tests.unit.engine.distribution.random_feeders import feeders, graph_of, normally_open, zone_of
from tests.unit.engine.distribution.test_switching_by_hand import dead

KINDS = {"L": "OVERHEAD_SPAN", "D": "SWITCH", "B": "SWITCH", "T": "POLE_TRANSFORMER"}


def broken_parts(drawn: Drawn, ids: Sequence[str]) -> tuple[list[Broken], Failures]:
    """Return parts named by their ids, as the repairs and as the failures take them; meters end in -n."""
    arrays = drawn.model().network.arrays
    parts: list[Broken] = []
    nodes: set[int] = set()
    units: list[int] = []
    meters: list[int] = []
    for key in ids:
        if (at := arrays.sections.position(key)) >= 0:
            parts.append(Broken(id=key, kind=KINDS["L"], section=at))
            nodes |= {int(arrays.edge_start[at]), int(arrays.edge_end[at])}
        elif (at := arrays.switches.position(key)) >= 0:
            parts.append(Broken(id=key, kind=KINDS["D"], switch=at))
            edge = len(arrays.sections) + at
            nodes |= {int(arrays.edge_start[edge]), int(arrays.edge_end[edge])} - set(arrays.sources.tolist())
        elif (at := arrays.transformers.position(key)) >= 0:
            parts.append(Broken(id=key, kind=KINDS["T"], units=(at,)))
            units.append(at)
        else:
            at = arrays.meters.position(key)
            assert at >= 0, key
            parts.append(Broken(id=key, kind="FUSE_OR_SERVICE", meter=at))
            meters.append(at)
    return parts, Failures(
        nodes=np.array(sorted(nodes), dtype=np.int64),
        transformers=np.array(units, dtype=np.int64),
        meters=np.array(meters, dtype=np.int64),
    )


def repairs_of(drawn: Drawn, *ids: str, without: Sequence[str] = ()) -> tuple[LocalRepairs, Consequence]:
    parts, failures = broken_parts(drawn, ids)
    found = follow(drawn.model(), failures=failures, supplies=dead(*without))
    return local_repairs(found, parts), found


def told(found: LocalRepairs) -> dict[str, tuple[str | None, str | None, int]]:
    """Return per job what it hangs on, the dead substation it waits for, and its customers."""
    return {job.id: (job.parent, job.substation, job.customers) for job in found.jobs}


def row(*, tie: bool = False) -> Drawn:
    """Return SA - BRK - a - REC - b - FUSE - c, a unit with 1, 2 and 4 customers on each; SB feeds d (8)."""
    lines = [Line(id=f"L-{n}", start=f"{n}0", end=n, circuit="A") for n in "abc"]
    lines.append(Line(id="L-d", start="d0", end="d", circuit="B"))
    devices = [
        Device(id="BRK", kind="BREAKER", start="SA", end="a0", circuit="A"),
        Device(id="REC", kind="RECLOSER", start="a", end="b0", circuit="A"),
        Device(id="FUSE", kind="FUSE", start="b", end="c0", circuit="A"),
        Device(id="BRK-B", kind="BREAKER", start="SB", end="d0", circuit="B"),
    ]
    if tie:
        devices.append(Device(id="TIE", kind="TIE", start="d", end="c", circuit="B", is_open=True))
    units = [
        Unit(id=f"T-{n}", node=n, circuit="B" if n == "d" else "A", load_kva=10.0, customers=count,
             critical=n == "b")
        for n, count in (("a", 1), ("b", 2), ("c", 4), ("d", 8))
    ]  # fmt: skip
    return Drawn(circuits={"A": "SA", "B": "SB"}, lines=lines, devices=devices, units=units)


def test_the_last_of_a_row_hangs_on_the_first() -> None:
    """L-a brings back a and b; L-c hangs on it, though L-b between them is whole."""
    found, _ = repairs_of(row(), "L-c", "L-a")

    assert told(found) == {"L-a": (None, None, 3), "L-c": ("L-a", None, 4)}
    by_id = {job.id: job for job in found.jobs}
    assert (by_id["L-a"].critical, by_id["L-a"].load_kva, by_id["L-c"].critical) == (1, 20.0, 0)
    assert found.not_by_supply == {"SA": 7}


def test_what_a_tie_restores_waits_for_no_repair() -> None:
    """b is broken, a stays on; c is fed from SB: two customers wait, four are back."""
    found, _ = repairs_of(row(tie=True), "L-b")
    assert told(found) == {"L-b": (None, None, 2)}
    assert found.not_by_supply == {"SA": 2 + 4}


def test_a_repair_under_a_dead_substation_waits_for_its_supply() -> None:
    """SA is dead: a and b come back with it; L-c too brings nothing before it is fed."""
    found, _ = repairs_of(row(), "L-c", without=["SA"])
    assert told(found) == {"L-c": (None, "SA", 4)}
    assert (found.not_by_supply, found.unattributed_customers) == ({"SA": 4}, 0)


def test_a_broken_switch_is_a_job_of_the_zone_that_feeds_it() -> None:
    """The recloser takes a and b out; c hangs behind it. The breaker alone has a substation above it."""
    found, _ = repairs_of(row(), "REC")
    assert told(found) == {"REC": (None, None, 7)}
    found, _ = repairs_of(row(), "BRK", "L-c")
    assert told(found) == {"BRK": (None, None, 3), "L-c": ("BRK", None, 4)}


def test_a_broken_tie_holds_up_both_its_sides() -> None:
    found, _ = repairs_of(row(tie=True), "TIE")
    assert [job.customers for job in found.jobs] == [4 + 8]
    assert found.unattributed_customers == 0


def test_several_parts_of_one_zone_are_one_section() -> None:
    drawn = row()
    more = Drawn(
        circuits=drawn.circuits, lines=[*drawn.lines, Line(id="L-a2", start="a", end="a2", circuit="A")],
        devices=drawn.devices, units=drawn.units,
    )  # fmt: skip
    found, _ = repairs_of(more, "L-a2", "L-a", "L-b")
    assert told(found) == {"L-a2": (None, None, 1), "L-a": (None, None, 0), "L-b": ("L-a2", None, 6)}
    sections = {job.id: job.section for job in found.jobs}
    assert sections["L-a"] is not None
    assert sections["L-a"] == sections["L-a2"]
    assert sections["L-b"] is None


def test_transformers_and_meters_hang_on_the_sections_above_them() -> None:
    """T-b serves two; of T-c's four one meter failed; T-a's meter failed alone, and a is whole."""
    found, _ = repairs_of(row(), "T-b", "L-c", "T-c-0", "T-a-0", "T-b-1")
    assert told(found) == {
        "T-b": (None, None, 1),
        "L-c": (None, None, 3),
        "T-c-0": ("L-c", None, 1),
        "T-a-0": (None, None, 1),
        "T-b-1": ("T-b", None, 1),
    }


def test_nothing_broken_is_nothing_to_repair() -> None:
    found, _ = repairs_of(row(tie=True), without=["SA"])
    assert found.jobs == ()
    assert found.not_by_supply == {"SA": 7}, "fed by the tie"


# Against the network


def closed_parts(drawn: Drawn) -> list[str]:
    return [
        *(line.id for line in drawn.lines),
        *(device.id for device in drawn.devices if not device.is_open),
        *(unit.id for unit in drawn.units),
        *(f"{unit.id}-0" for unit in drawn.units if unit.customers),
    ]


def reached(drawn: Drawn, left: Collection[str], without: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the nodes fed in the normal positions with some parts broken, and those of whole units."""
    graph = graph_of(drawn, normally_open(drawn))
    lines = {line.id: line for line in drawn.lines}
    devices = {device.id: device for device in drawn.devices}
    sources = set(drawn.circuits.values())
    bad: set[str] = set()
    for key in left:
        if key in lines:
            bad |= zone_of(drawn, lines[key])
        elif key in devices:
            apart = graph_of(drawn, [device.id for device in drawn.devices])
            for end in (devices[key].start, devices[key].end):
                if end not in sources:
                    bad |= set(nx.node_connected_component(apart, end))
    graph.remove_nodes_from(bad)
    fed: set[str] = set()
    for source in sources - set(without):
        if source in graph:
            fed |= set(nx.node_connected_component(graph, source))
    return fed, {unit.id for unit in drawn.units if unit.node in fed and unit.id not in left}


def energised(jobs: Sequence[LocalJob], done: Collection[str]) -> int:
    """Return the customers of the jobs that are energised once some are done, by the rule of the plan."""
    tree = OutageTree(
        tuple(
            RepairJob(id=job.id, repair_h=1.0, weight=job.customers, parent=job.parent, section=job.section)
            for job in jobs
        )
    )
    on: dict[int, bool] = {}
    total = 0
    for place in tree.downwards:
        block = tree.blocks[place]
        names = [tree.jobs[index].id for index in block.jobs]
        waits = any(job.substation for job in jobs if job.id in names)
        on[place] = all(name in done for name in names) and on.get(block.parent, True) and not waits
        total += sum(int(tree.jobs[index].weight) for index in block.jobs) if on[place] else 0
    return total


@given(st.data(), feeders(capacities=True))
@settings(max_examples=200)
def test_some_repairs_bring_back_what_the_network_then_feeds(data: st.DataObject, drawn: Drawn) -> None:
    parts = data.draw(st.lists(st.sampled_from(closed_parts(drawn)), min_size=1, max_size=5, unique=True))
    without = data.draw(st.lists(st.sampled_from(sorted(set(drawn.circuits.values()))), max_size=1))
    found, consequence = repairs_of(drawn, *parts, without=without)
    done = data.draw(st.lists(st.sampled_from(parts), unique=True))
    arrays = consequence.model.network.arrays
    waiting = consequence.meter_out & ~np.isfinite(consequence.meter_restored_s)

    def back(repaired: Collection[str]) -> int:
        left = [part for part in parts if part not in repaired]
        _, units = reached(drawn, left, without)
        return sum(
            int(waiting[meter]) * int(arrays.meter_customers[meter])
            for meter, unit in enumerate(arrays.meter_transformer.tolist())
            if arrays.transformers.key(unit) in units and arrays.meters.key(meter) not in left
        )

    assert found.unattributed_customers == back([])
    assert energised(found.jobs, done) == back(done) - back([])
    by_supply = int(waiting.sum()) - sum(job.customers for job in found.jobs) - found.unattributed_customers
    assert by_supply == 0 if not without else by_supply >= 0
