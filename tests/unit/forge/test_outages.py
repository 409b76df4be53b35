"""Outages interrupt what is downstream, no more and no less, and the readings show it."""

from datetime import datetime, timedelta

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from grid.forge.build import Forged
from tests.unit.forge.network import Frames, closed_graph, interrupted_transformers, transformers_behind

QUARTER = timedelta(minutes=15)
BEYOND = {"BREAKER": "RECLOSER", "RECLOSER": "SECTIONALIZER"}


@pytest.fixture(scope="module")
def graph(frames: Frames) -> nx.DiGraph:
    return closed_graph(frames)


def customers_of(frames: Frames, transformers: set[str]) -> int:
    meters = frames["meter_infrastructure"]
    behind = set(meters.meter_id[meters.transformer_id.isin(transformers)])
    return int(frames["customers_master_data"].meter_id.isin(behind).sum())


def tied_part(frames: Frames, graph: nx.DiGraph, outage: object) -> set[str]:
    """Return what a neighbour can take over: all behind the next device of the circuit."""
    switches = frames["grid_switches"].set_index("switch_id")
    kind = BEYOND[switches.switch_kind[outage.switch_id]]  # type: ignore[attr-defined]
    same = switches[(switches.circuit_id == outage.circuit_id) & (switches.switch_kind == kind)]  # type: ignore[attr-defined]
    (device,) = same.index
    return transformers_behind(frames, graph, device)


def interruptions(
    frames: Frames, graph: nx.DiGraph, end: datetime
) -> list[tuple[set[str], datetime, datetime]]:
    """Return (transformers, from, until) of every interruption that the outage tables tell of."""
    steps = frames["outage_restoration_steps"].sort_values(["outage_id", "step_number"])
    found = []
    for outage in frames["outage_restoration_tracker"].itertuples():
        everyone = interrupted_transformers(frames, graph, outage)
        mine = steps[steps.outage_id == outage.outage_id]
        until = end if outage.status == "ACTIVE" else outage.restored_at
        early = mine[mine.restored_at < until]
        for step in early.itertuples():
            part = tied_part(frames, graph, outage)
            assert customers_of(frames, part) == step.customers_restored
            found.append((part, outage.started_at, step.restored_at))
            everyone = everyone - part
        found.append((everyone, outage.started_at, until))
    return found


def test_an_outage_is_at_one_device(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"]
    switches = frames["grid_switches"].set_index("switch_id")

    assert (outages.switch_id.notna() ^ outages.transformer_id.notna()).all()
    at_switch = outages.dropna(subset=["switch_id"])
    assert not switches.is_normally_open[at_switch.switch_id].any()
    assert (switches.circuit_id[at_switch.switch_id].to_numpy() == at_switch.circuit_id).all()
    places = switches.loc[at_switch.switch_id]
    assert np.allclose(places.longitude, at_switch.longitude, atol=1e-6)
    assert np.allclose(places.latitude, at_switch.latitude, atol=1e-6)


def test_customers_interrupted_are_those_downstream(frames: Frames, graph: nx.DiGraph) -> None:
    for outage in frames["outage_restoration_tracker"].itertuples():
        behind = interrupted_transformers(frames, graph, outage)
        assert outage.customers_interrupted == customers_of(frames, behind) > 0


def test_steps_add_up(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    steps = frames["outage_restoration_steps"]
    restored = steps.groupby("outage_id").customers_restored.sum().reindex(outages.index, fill_value=0)
    over = outages.status == "RESTORED"

    assert (outages.customers_out == outages.customers_interrupted - restored).all()
    assert (outages.customers_out[over] == 0).all()
    assert (outages.customers_out[~over] > 0).all()
    assert (outages.restored_at.notna() == over).all()
    last = steps.groupby("outage_id").restored_at.max()
    assert (last[outages.index[over]] == outages.restored_at[over]).all()
    numbers = steps.groupby("outage_id").step_number.apply(list)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers)
    assert steps.sort_values("step_number").groupby("outage_id").restored_at.is_monotonic_increasing.all()


def test_times_are_in_order(frames: Frames, tiny: Forged) -> None:
    outages = frames["outage_restoration_tracker"]
    end = pd.Timestamp(tiny.period.end)
    active = outages[outages.status == "ACTIVE"]

    assert (outages.started_at >= pd.Timestamp(tiny.period.start)).all()
    assert (outages.started_at < end).all()
    assert (outages.restored_at.dropna() >= outages.started_at[outages.restored_at.notna()] + QUARTER).all()
    assert (outages.restored_at.dropna() <= end).all()
    assert (outages.estimated_restoration_at > outages.started_at).all()
    assert len(active) > 0
    assert (active.estimated_restoration_at > end).all()


def test_rows_tell_when_they_were_last_written(frames: Frames, tiny: Forged) -> None:
    end = pd.Timestamp(tiny.period.end)
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    last_step = frames["outage_restoration_steps"].groupby("outage_id").restored_at.max()
    expected = last_step.reindex(outages.index).fillna(outages.started_at)
    assert (outages.updated_at == expected).all()
    assert (outages.updated_at <= end).all()

    orders = frames["work_orders"]
    done = orders.status == "COMPLETED"
    assert (orders.updated_at[done] == orders.completed_at[done]).all()
    assert (orders.updated_at >= orders.created_at).all()
    assert (orders.updated_at <= end).all()


def test_outages_zero_exactly_the_right_readings(
    frames: Frames, graph: nx.DiGraph, readings: pd.DataFrame, tiny: Forged
) -> None:
    meters = frames["meter_infrastructure"]
    expected = set()
    for transformers, start, until in interruptions(frames, graph, tiny.period.end):
        first = pd.Timestamp(start).ceil("15min")
        behind = meters.meter_key[meters.transformer_id.isin(transformers)]
        for at in pd.date_range(first, pd.Timestamp(until) - QUARTER, freq="15min"):
            expected |= {(key, at) for key in behind}

    out = readings[readings.quality == "OUTAGE"]
    assert len(expected) > 100
    assert set(zip(out.meter_key, out.reading_at, strict=True)) == expected
    assert (out.usage_kwh == 0).all()


def test_a_meter_uses_power_again_after_the_outage(
    frames: Frames, graph: nx.DiGraph, readings: pd.DataFrame, tiny: Forged
) -> None:
    keyed = readings.set_index(["meter_key", "reading_at"]).usage_kwh.astype(float)
    meters = frames["meter_infrastructure"]
    every = interruptions(frames, graph, tiny.period.end)
    for transformers, _, until in every:
        after = pd.Timestamp(until).ceil("15min")
        again = any(
            start < after + QUARTER and after < end and transformers & part for part, start, end in every
        )
        if again or after >= pd.Timestamp(tiny.period.end):
            continue
        behind = meters.meter_key[meters.transformer_id.isin(transformers)]
        assert sum(keyed[(key, after)] for key in behind) > 0


def test_intervals_cut_by_an_outage_lose_their_part(
    frames: Frames, graph: nx.DiGraph, readings: pd.DataFrame, tiny: Forged
) -> None:
    """A large meter's quarter hour in which supply fails shows about the part it was supplied."""
    keyed = readings.set_index(["meter_key", "reading_at"]).usage_kwh.astype(float)
    meters = frames["meter_infrastructure"].set_index("meter_key")
    seen = 0
    for transformers, start, _ in interruptions(frames, graph, tiny.period.end):
        cut = pd.Timestamp(start).floor("15min")
        supplied = (pd.Timestamp(start) - cut) / QUARTER
        for key in meters.index[
            meters.transformer_id.isin(transformers) & (meters.customer_class == "INDUSTRIAL")
        ]:
            if (key, cut - QUARTER) in keyed.index and keyed[(key, cut - QUARTER)] > 0 and supplied > 0:
                assert keyed[(key, cut)] == pytest.approx(supplied * keyed[(key, cut - QUARTER)], rel=0.45)
                seen += 1
    assert seen > 0


def test_no_part_of_a_circuit_is_out_twice_at_a_time(frames: Frames, graph: nx.DiGraph, tiny: Forged) -> None:
    every = interruptions(frames, graph, tiny.period.end)
    for index, (part, start, end) in enumerate(every):
        for other, other_start, other_end in every[index + 1 :]:
            assert not (part & other) or end <= other_start or other_end <= start


def test_every_outage_has_its_work_order(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    orders = frames["work_orders"].dropna(subset=["outage_id"]).set_index("outage_id")

    assert orders.index.is_unique
    assert set(orders.index) == set(outages.index)
    orders = orders.loc[outages.index]
    assert (orders.created_at == outages.started_at).all()
    done = orders.status == "COMPLETED"
    assert (done == (outages.status == "RESTORED")).all()
    assert (orders.completed_at[done] == outages.restored_at[done]).all()
    device = outages.switch_id.fillna(outages.transformer_id)
    assert (orders.asset_id == device).all()


def test_work_orders_are_consistent_in_time(frames: Frames) -> None:
    orders = frames["work_orders"]
    done = orders.status == "COMPLETED"

    assert set(orders.status) <= {"OPEN", "ASSIGNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"}
    assert set(orders.priority) <= {"EMERGENCY", "HIGH", "MEDIUM", "LOW"}
    assert (orders.completed_at.notna() == done).all()
    assert (orders.actual_hours.notna() == done).all()
    assert (orders.scheduled_at >= orders.created_at).all()
    assert (orders.completed_at[done] > orders.created_at[done]).all()
    assert (orders.crew_id.isna() == orders.status.isin(["OPEN", "CANCELLED"])).all()
    assert orders.created_at.is_monotonic_increasing
