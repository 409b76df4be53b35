"""The demonstration grid, whole: 30 substations, 30,000 meters, 40 million readings."""

from collections.abc import Iterator
from datetime import datetime

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from grid.forge import ForgeConfig, Scale
from grid.forge.build import Forged, forge
from tests.unit.forge.network import Frames, closed_graph

LOSS_FRAC = 0.04
PEAK_TOLERANCE = 0.02


class Sums:
    """What the readings add up to, computed from the Arrow buffers alone."""

    def __init__(self, demo: Forged, meters: pd.DataFrame) -> None:
        steps, hours = demo.period.intervals, demo.period.hours
        transformer = pd.factorize(meters.transformer_id)[0]
        substation = pd.factorize(meters.substation_id)[0]
        self.substation_ids = meters.substation_id.unique()
        self.transformer_ids = meters.transformer_id.unique()
        self.substation_wh = np.zeros((len(self.substation_ids), steps), dtype=np.int64)
        self.transformer_wh = np.zeros((len(self.transformer_ids), hours), dtype=np.int64)
        self.rows = 0
        self.out = 0
        self.estimated = 0
        start = np.datetime64(demo.period.start, "us")
        for batch in self._batches(demo):
            wh = self._watt_hours(batch["usage_kwh"])
            meter = np.asarray(batch["meter_key"]) - 1
            step = (np.asarray(batch["reading_at"]) - start) // np.timedelta64(15, "m")
            width = int(step.max() - step.min() + 1)
            by_meter = wh.reshape(-1, width)
            first = meter.reshape(-1, width)[:, 0]
            at = slice(int(step.min()), int(step.max()) + 1)
            assert (meter.reshape(-1, width) == first[:, None]).all()
            np.add.at(self.substation_wh[:, at], substation[first], by_meter)
            hourly = by_meter.reshape(len(first), -1, 4).sum(axis=2)
            np.add.at(self.transformer_wh[:, at.start // 4 : at.stop // 4], transformer[first], hourly)
            self.rows += batch.num_rows
            self.out += pc.sum(pc.equal(batch["quality"], "OUTAGE")).as_py()
            self.estimated += pc.sum(pc.equal(batch["quality"], "ESTIMATED")).as_py()

    @staticmethod
    def _batches(demo: Forged) -> Iterator[pa.RecordBatch]:
        for day in demo.days():
            yield from demo.reading_batches(day)

    @staticmethod
    def _watt_hours(column: pa.Array) -> np.ndarray:
        words = np.frombuffer(column.buffers()[1], dtype="<i8").reshape(-1, 2)
        assert (words[:, 1] == 0).all()
        assert (words[:, 0] % 10 == 0).all()
        return words[:, 0] // 10


@pytest.fixture(scope="module")
def sums(demo: Forged, frames: Frames) -> Sums:
    return Sums(demo, frames["meter_infrastructure"].sort_values("meter_key"))


def test_the_demonstration_has_its_size(demo: Forged) -> None:
    counts = demo.row_counts()

    assert counts["substations"] == 1_250
    assert demo.tables["circuit_metadata"]["substation_id"].to_pandas().nunique() == 30
    assert counts["meter_infrastructure"] == 30_000
    assert counts["transformer_metadata"] == pytest.approx(5_000, rel=0.02)
    assert 3_500 < counts["grid_poles_infrastructure"] < 6_000
    assert counts["customers_master_data"] == pytest.approx(30_000 * 686 / 597, rel=0.02)
    assert counts["ami_interval_readings"] == 30_000 * 96 * 14


def test_the_closed_network_is_a_forest_with_one_substation_a_tree(frames: Frames) -> None:
    graph = closed_graph(frames)
    undirected = graph.to_undirected()

    assert nx.is_forest(undirected)
    for component in nx.connected_components(undirected):
        assert sum(node.startswith("SUB-") for node in component) == 1
    assert set(frames["transformer_metadata"].node) <= set(graph.nodes)
    assert set(frames["grid_power_lines"].phases) == {"ABC", "A", "B", "C"}


def test_ties_join_circuits_of_one_and_of_two_substations(frames: Frames) -> None:
    circuits = frames["circuit_metadata"].set_index("circuit_id").substation_id
    ties = frames["grid_switches"].query("switch_kind == 'TIE'")
    same = circuits[ties.circuit_id].to_numpy() == circuits[ties.other_circuit_id].to_numpy()

    assert same.any()
    assert (~same).any()


def test_all_readings_sum_to_the_transformer_load_exactly(demo: Forged, sums: Sums) -> None:
    stored = pa.Table.from_batches(list(demo.hourly_batches())).to_pandas()
    table = stored.pivot(index="transformer_id", columns="load_hour", values="energy_kwh")

    assert sums.rows == demo.row_counts()["ami_interval_readings"]
    assert np.array_equal(table.loc[sums.transformer_ids].to_numpy(), sums.transformer_wh / 1000.0)


def test_every_substation_peaks_at_its_real_demand(sums: Sums, frames: Frames) -> None:
    demand = frames["substations"].set_index("substation_id").load_mw[sums.substation_ids]
    at_head = sums.substation_wh.max(axis=1) * 4.0 / 1e6 / (1.0 - LOSS_FRAC)

    assert np.abs(at_head / demand.to_numpy() - 1.0).max() < PEAK_TOLERANCE


def test_meters_were_scaled_little_to_meet_the_demand(demo: Forged) -> None:
    """The customer mix is drawn for the demand; the last factor on it is small."""
    assert np.median(np.abs(np.array(demo.scales) - 1.0)) < 0.03
    assert min(demo.scales) > 0.7
    assert max(demo.scales) < 1.3


def test_a_few_transformers_are_overloaded(frames: Frames) -> None:
    loading = frames["transformer_metadata"].peak_loading_pct

    assert 0.01 < (loading > 100).mean() < 0.06
    assert loading.max() < 250
    assert 50 < loading.median() < 80


def test_circuits_stay_within_their_rating(frames: Frames) -> None:
    circuits = frames["circuit_metadata"]

    assert (circuits.peak_load_mw / 0.95 <= circuits.rated_mva).all()
    assert circuits.groupby("substation_id").size().max() <= 8


def test_mean_energies_of_the_classes_are_those_of_their_source(demo: Forged) -> None:
    """EIA: 1,094 kWh a month per Texas home; a tenant behind a master meter uses 0.65 of a home."""
    homes, shops = demo.class_mix["home"], demo.class_mix["small business"]
    tenants = homes.customers - homes.meters

    assert homes.annual_mwh / (homes.meters + 0.65 * tenants) == pytest.approx(13.1, rel=0.05)
    assert shops.annual_mwh / shops.meters == pytest.approx(70.0, rel=0.08)


def test_outages_are_few_some_are_open_and_readings_show_them(
    demo: Forged, frames: Frames, sums: Sums
) -> None:
    """Readings without supply are the whole quarter hours of the interruptions, meter by meter."""
    start, end = pd.Timestamp(demo.period.start), pd.Timestamp(demo.period.end)
    outages = frames["outage_restoration_tracker"]
    recent = outages[outages.started_at >= start]
    rows = frames["outage_interruptions"]
    meters = frames["meter_infrastructure"].groupby("transformer_id").size()
    first = rows.started_at.clip(lower=start).dt.ceil("15min")
    last = rows.restored_at.fillna(end).dt.floor("15min")
    quarters = ((last - first) // pd.Timedelta(minutes=15)).clip(lower=0)

    assert 10 <= len(recent) <= 120
    assert (outages.status != "RESTORED").sum() >= 2
    assert sums.out == (rows.transformer_id.map(meters) * quarters).sum() > 0


@pytest.mark.parametrize(
    "end_at", [datetime(2026, 1, 10, 6), datetime(2026, 7, 14, 5), datetime(2026, 11, 27, 6)]
)
def test_outages_are_in_progress_whatever_the_season_it_ends_in(end_at: datetime) -> None:
    grid = forge(config=ForgeConfig(scale=Scale.DEMO, end_at=end_at, history_years=0))
    outages = grid.tables["outage_restoration_tracker"].to_pandas()

    assert (outages.status != "RESTORED").sum() >= 2
    assert outages.customers_out.sum() > 0


def test_estimated_readings_are_rare(sums: Sums) -> None:
    assert 0.00005 < sums.estimated / sums.rows < 0.001
