"""Outages interrupt what is downstream, no more and no less, and the readings show it."""

from datetime import datetime, timedelta

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from grid.forge.build import Forged
from grid.warehouse.tables import ACTIVE_OUTAGE_STATUSES
from tests.unit.forge.network import Frames, closed_graph, interrupted_transformers, orders_of_outages

QUARTER = timedelta(minutes=15)


@pytest.fixture(scope="module")
def graph(frames: Frames) -> nx.DiGraph:
    return closed_graph(frames)


def steps_of(frames: Frames) -> pd.DataFrame:
    """Return outage, moment and customers of each restoration step, numbered, as the view makes them."""
    over = frames["outage_interruptions"].dropna(subset=["restored_at"])
    steps = over.groupby(["outage_id", "restored_at"], as_index=False).customers.sum()
    steps = steps.rename(columns={"customers": "customers_restored"}).sort_values(
        ["outage_id", "restored_at"]
    )
    steps["step_number"] = steps.groupby("outage_id").cumcount() + 1
    return steps


def customers_of(frames: Frames, transformers: set[str]) -> int:
    meters = frames["meter_infrastructure"]
    behind = set(meters.meter_id[meters.transformer_id.isin(transformers)])
    return int(frames["customers_master_data"].meter_id.isin(behind).sum())


def interruptions(frames: Frames, end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Return (transformer, from, until) of every interruption."""
    found = frames["outage_interruptions"]
    until = found.restored_at.fillna(pd.Timestamp(end))
    return list(zip(found.transformer_id, found.started_at, until, strict=True))


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


def test_an_outage_interrupts_what_is_downstream_and_has_supply(
    frames: Frames, graph: nx.DiGraph, tiny: Forged
) -> None:
    rows = frames["outage_interruptions"]
    until = rows.restored_at.fillna(pd.Timestamp(tiny.period.end))
    for outage in frames["outage_restoration_tracker"].itertuples():
        own = set(rows.transformer_id[rows.outage_id == outage.outage_id])
        behind = interrupted_transformers(frames, graph, outage)
        out_before = (rows.started_at <= outage.started_at) & (outage.started_at < until)
        others = set(rows.transformer_id[out_before & (rows.outage_id != outage.outage_id)])

        assert own == behind - others
        assert outage.customers_interrupted == customers_of(frames, own) > 0


def test_interruptions_count_the_accounts_of_their_transformer(frames: Frames) -> None:
    for row in frames["outage_interruptions"].itertuples():
        assert row.interruption_id == f"{row.outage_id}|{row.transformer_id}"
        assert row.customers == customers_of(frames, {row.transformer_id})
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    started = frames["outage_interruptions"].outage_id.map(outages.started_at)
    assert (frames["outage_interruptions"].started_at == started).all()


def test_steps_add_up(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    steps = steps_of(frames)
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
    active = outages[outages.status.isin(ACTIVE_OUTAGE_STATUSES)]

    assert (outages.started_at >= pd.Timestamp(tiny.period.start)).all()
    assert (outages.started_at < end).all()
    assert (outages.restored_at.dropna() > outages.started_at[outages.restored_at.notna()]).all()
    assert (outages.confirmed_at.dropna() >= outages.started_at[outages.confirmed_at.notna()]).all()
    assert (outages.estimated_restoration_p80_at >= outages.estimated_restoration_at).all()
    assert (outages.restored_at.dropna() <= end).all()
    assert (outages.estimated_restoration_at > outages.started_at).all()
    assert len(active) > 0
    assert (active.estimated_restoration_at > end).all()


def test_rows_tell_when_they_were_last_written(frames: Frames, tiny: Forged) -> None:
    end = pd.Timestamp(tiny.period.end)
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    last_step = steps_of(frames).groupby("outage_id").restored_at.max()
    known = pd.concat([outages.started_at, outages.confirmed_at, last_step.reindex(outages.index)], axis=1)
    assert (outages.updated_at >= known.max(axis=1)).all()
    assert (outages.updated_at <= end).all()

    orders = frames["work_orders"]
    done = orders.status == "COMPLETED"
    assert (orders.updated_at[done] == orders.completed_at[done]).all()
    assert (orders.updated_at >= orders.created_at).all()
    assert (orders.updated_at <= end).all()


def test_statuses_follow_from_what_is_known(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"]
    orders = orders_of_outages(frames).set_index("outage_id").loc[outages.outage_id]

    assert (outages.confirmed_at.isna() == (outages.status == "PREDICTED")).all()
    assert (outages.restored_at.notna() == (outages.status == "RESTORED")).all()
    as_ordered = {"OPEN": ["PREDICTED", "CONFIRMED"], "ASSIGNED": ["ASSIGNED"]}
    as_ordered |= {"IN_PROGRESS": ["IN_PROGRESS"], "COMPLETED": ["RESTORED"]}
    for status, order in zip(outages.status, orders.status, strict=True):
        assert status in as_ordered[order]
    assert (outages.cause_code.notna() | ~outages.status.isin(["IN_PROGRESS", "RESTORED"])).all()
    assert (outages.crew_id.isna() == orders.crew_id.isna().to_numpy()).all()
    assert (outages.source == "RECORDED").all()


def test_outages_zero_exactly_the_right_readings(
    frames: Frames, readings: pd.DataFrame, tiny: Forged
) -> None:
    meters = frames["meter_infrastructure"]
    expected = set()
    for transformer, start, until in interruptions(frames, tiny.period.end):
        first = pd.Timestamp(start).ceil("15min")
        behind = meters.meter_key[meters.transformer_id == transformer]
        for at in pd.date_range(first, pd.Timestamp(until) - QUARTER, freq="15min"):
            expected |= {(key, at) for key in behind}

    out = readings[readings.quality == "OUTAGE"]
    assert len(expected) > 100
    assert set(zip(out.meter_key, out.reading_at, strict=True)) == expected
    assert (out.usage_kwh == 0).all()


def test_customer_minutes_are_the_same_by_steps_by_interruptions_and_by_readings(
    frames: Frames, readings: pd.DataFrame, tiny: Forged
) -> None:
    """By readings as far as they tell: in whole quarter hours."""
    end = pd.Timestamp(tiny.period.end)
    rows = frames["outage_interruptions"]
    over = rows.dropna(subset=["restored_at"])
    steps = steps_of(frames).merge(frames["outage_restoration_tracker"][["outage_id", "started_at"]])
    by_rows = (over.customers * (over.restored_at - over.started_at)).sum()
    by_steps = (steps.customers_restored * (steps.restored_at - steps.started_at)).sum()

    first = rows.started_at.dt.ceil("15min")
    last = rows.restored_at.fillna(end).dt.floor("15min")
    whole = rows.customers * (last - first).clip(lower=pd.Timedelta(0))
    tenants = frames["customers_master_data"].groupby("meter_id").size()
    meters = frames["meter_infrastructure"].set_index("meter_key").meter_id.map(tenants)
    out = readings[readings.quality == "OUTAGE"]

    assert by_steps == by_rows > pd.Timedelta(0)
    assert out.meter_key.map(meters).sum() * QUARTER == whole.sum() > pd.Timedelta(0)


def test_a_meter_uses_power_again_after_the_outage(
    frames: Frames, readings: pd.DataFrame, tiny: Forged
) -> None:
    keyed = readings.set_index(["meter_key", "reading_at"]).usage_kwh.astype(float)
    meters = frames["meter_infrastructure"]
    every = interruptions(frames, tiny.period.end)
    for transformer, _, until in every:
        after = pd.Timestamp(until).ceil("15min")
        again = any(
            start < after + QUARTER and after < end and transformer == other for other, start, end in every
        )
        if again or after >= pd.Timestamp(tiny.period.end):
            continue
        behind = meters.meter_key[meters.transformer_id == transformer]
        assert sum(keyed[(key, after)] for key in behind) > 0


def test_intervals_cut_by_an_outage_lose_their_part(
    frames: Frames, readings: pd.DataFrame, tiny: Forged
) -> None:
    """A large meter's quarter hour in which supply fails shows about the part it was supplied."""
    keyed = readings.set_index(["meter_key", "reading_at"]).usage_kwh.astype(float)
    meters = frames["meter_infrastructure"].set_index("meter_key")
    seen = 0
    for transformer, start, _ in interruptions(frames, tiny.period.end):
        cut = pd.Timestamp(start).floor("15min")
        supplied = (pd.Timestamp(start) - cut) / QUARTER
        for key in meters.index[
            (meters.transformer_id == transformer) & (meters.customer_class == "INDUSTRIAL")
        ]:
            if (key, cut - QUARTER) in keyed.index and keyed[(key, cut - QUARTER)] > 0 and supplied > 0:
                assert keyed[(key, cut)] == pytest.approx(supplied * keyed[(key, cut - QUARTER)], rel=0.45)
                seen += 1
    assert seen > 0


def test_no_transformer_is_out_twice_at_a_time(frames: Frames, tiny: Forged) -> None:
    rows = pd.DataFrame(interruptions(frames, tiny.period.end), columns=["transformer", "start", "end"])
    rows = rows.sort_values(["transformer", "start"])
    before = rows.groupby("transformer").end.shift()
    assert (before.isna() | (before <= rows.start)).all()


def test_momentaries_are_short_and_at_devices_that_reclose(frames: Frames) -> None:
    rows = frames["momentary_interruptions"]
    kinds = frames["grid_switches"].set_index("switch_id").switch_kind
    seconds = (rows.ended_at - rows.started_at).dt.total_seconds()

    assert len(rows) > 0
    assert rows.switch_id.map(kinds).isin(["BREAKER", "RECLOSER"]).all()
    # One pause of a second; 1 + 15 s of pauses and a second's trip between; with 45 s and another trip more.
    assert (seconds == rows.operation_count.map({1: 1, 2: 17, 3: 62})).all()
    assert (rows.customers_interrupted > 0).all()


def test_every_outage_has_its_work_order(frames: Frames) -> None:
    outages = frames["outage_restoration_tracker"].set_index("outage_id")
    orders = orders_of_outages(frames).set_index("outage_id")

    assert orders.index.is_unique
    assert set(orders.index) == set(outages.index)
    orders = orders.loc[outages.index]
    notice = outages.is_planned.map({True: pd.Timedelta(days=7), False: pd.Timedelta(0)})
    assert (orders.created_at == outages.started_at - notice).all()
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
    assert (orders.scheduled_at.dropna() >= orders.created_at[orders.scheduled_at.notna()]).all()
    assert (orders.completed_at[done] > orders.created_at[done]).all()
    assert (orders.crew_id.isna() == orders.status.isin(["OPEN", "CANCELLED"])).all()
    assert orders.crew_id.dropna().isin(frames["crews"].crew_id).all()
    assert orders.created_at.is_monotonic_increasing
