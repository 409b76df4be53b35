"""The transmission tables: counts of the real data, values computed by hand on a small one."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.linalg import spsolve

from grid.forge.time_zones import iana_time_zone
from grid.forge.transmission import import_transmission
from tests.unit.forge.small_source import edit, write_source

Frames = dict[str, pd.DataFrame]


def tables(data_dir: Path | None = None, *interconnects: str) -> Frames:
    imported = import_transmission(interconnects=interconnects or ("Texas",), data_dir=data_dir)
    return {name: table.to_pandas() for name, table in imported.by_name.items()}


@pytest.fixture(scope="module")
def texas() -> Frames:
    return tables()


def row(frame: pd.DataFrame, key: str) -> Any:
    return frame.set_index(frame.columns[0]).loc[key]


def test_texas_is_whole(texas: Frames) -> None:
    plants = texas["transmission_plants"]

    assert len(texas["substations"]) == 1_250
    assert len(texas["transmission_buses"]) == 2_000
    assert len(texas["transmission_branches"]) == 3_206
    assert len(texas["load_zones"]) == 8
    assert (len(plants), plants.in_service.sum()) == (598, 486)
    assert texas["transmission_buses"].load_mw.sum() == pytest.approx(67_109, abs=1)
    assert texas["substations"].load_mw.sum() == pytest.approx(67_109, abs=1)
    assert plants.p_max_mw[plants.in_service].sum() == pytest.approx(95_314, abs=1)
    assert texas["substations"].generation_capacity_mw.sum() == pytest.approx(95_314, abs=1)


def test_branches_of_texas_are_told_apart(texas: Frames) -> None:
    branches = texas["transmission_branches"]
    inside = branches.from_substation_id == branches.to_substation_id

    assert branches.branch_kind.value_counts().to_dict() == {"LINE": 2_346, "TRANSFORMER": 860}
    assert inside[branches.branch_kind == "TRANSFORMER"].all()
    assert branches.route_wkt.notna().equals(~inside)
    assert branches.length_km.notna().equals(~inside)
    assert (branches.length_km.dropna() > 0).all()


def test_no_branch_of_texas_is_overloaded_in_the_base_case(texas: Frames) -> None:
    branches = texas["transmission_branches"]

    assert not branches.is_rating_adjusted.any()
    assert (branches.rating_mva == branches.source_rating_mva).all()
    assert branches.base_loading_pct.max() < 100.0
    expected = 100.0 * branches.base_flow_mw.abs() / branches.rating_mva
    assert np.allclose(branches.base_loading_pct, expected)


def test_base_flows_of_texas_solve_the_dc_equations(texas: Frames) -> None:
    """The flows balance at every bus after scaling generation to the load, and follow from angles."""
    buses, branches = texas["transmission_buses"], texas["transmission_branches"]
    plants = texas["transmission_plants"][texas["transmission_plants"].in_service]
    at = {bus: i for i, bus in enumerate(buses.bus_id)}
    f, t = branches.from_bus_id.map(at).to_numpy(), branches.to_bus_id.map(at).to_numpy()
    injection = -buses.load_mw.to_numpy()
    scale = buses.load_mw.sum() / plants.p_mw.sum()
    np.add.at(injection, plants.bus_id.map(at).to_numpy(), plants.p_mw.to_numpy() * scale)
    b = 100.0 / (branches.x_pu * branches.tap_ratio).to_numpy()
    n, m = len(buses), len(branches)
    incidence = csr_array(
        (np.repeat([1.0, -1.0], m), (np.tile(np.arange(m), 2), np.concatenate([f, t]))), (m, n)
    )
    matrix = (incidence.T @ csr_array((b, (np.arange(m), np.arange(m))), (m, m)) @ incidence).tocsr()
    angle = np.zeros(n)
    angle[1:] = spsolve(matrix[1:, 1:].tocsc(), injection[1:])

    assert np.allclose(branches.base_flow_mw, b * (angle[f] - angle[t]), atol=1e-5)


def test_all_three_interconnections_together() -> None:
    frames = tables(None, "Eastern", "Western", "Texas")
    branches = frames["transmission_branches"]

    assert len(frames["transmission_buses"]) == 82_071
    assert len(frames["substations"]) == 41_083
    assert len(branches) == 104_192
    assert frames["transmission_buses"].load_mw.sum() == pytest.approx(812_685, abs=2)
    assert branches.source_rating_mva.isna().sum() == 22_052
    assert branches.rating_mva.isna().sum() == 22_052
    raised = branches[branches.is_rating_adjusted]
    assert len(raised) > 0
    assert (raised.rating_mva > raised.source_rating_mva).all()
    assert np.allclose(raised.rating_mva, 1.05 * raised.base_flow_mw.abs())
    assert not frames["load_zones"].time_zone.isna().any()


def test_a_small_grid_by_hand(tmp_path: Path) -> None:
    """All load flows from bus 100: 120 through the transformer, 60 on to bus 102, 20 of it to bus 103."""
    frames = tables(write_source(tmp_path))
    branches = frames["transmission_branches"].set_index("branch_id")

    assert branches.base_flow_mw.round(9).to_dict() == {
        "BR-1": 120.0,
        "BR-2": 60.0,
        "BR-3": 20.0,
        "BR-4": 0.0,
    }
    assert branches.loc["BR-2"].rating_mva == pytest.approx(63.0)
    assert branches.loc["BR-2"].source_rating_mva == 35.0
    assert branches.is_rating_adjusted.to_dict() == {
        "BR-1": False,
        "BR-2": True,
        "BR-3": False,
        "BR-4": False,
    }
    assert math.isnan(branches.loc["BR-3"].rating_mva)
    assert math.isnan(branches.loc["BR-3"].base_loading_pct)
    assert branches.loc["BR-2"].base_loading_pct == pytest.approx(100 / 1.05)
    assert branches.in_service.to_dict() == {"BR-1": True, "BR-2": True, "BR-3": True, "BR-4": False}
    assert branches.tap_ratio.to_dict() == {"BR-1": 0.98, "BR-2": 1.0, "BR-3": 1.0, "BR-4": 1.0}
    assert branches.base_kv.to_dict() == {"BR-1": 345.0, "BR-2": 138.0, "BR-3": 138.0, "BR-4": 138.0}


def test_lengths_and_routes_of_a_small_grid(tmp_path: Path) -> None:
    branches = tables(write_source(tmp_path))["transmission_branches"].set_index("branch_id")

    assert math.isnan(branches.loc["BR-1"].length_km)  # inside one substation
    assert branches.loc["BR-2"].length_km == pytest.approx(55.6, abs=0.05)  # half a degree of latitude
    assert branches.loc["BR-2"].route_wkt == "LINESTRING (-95.000000 30.000000, -95.000000 29.500000)"
    assert branches.loc["BR-3"].length_km == 0.0  # two substations on one spot: no line can be drawn
    assert branches.loc["BR-3"].route_wkt is None


def test_substations_of_a_small_grid(tmp_path: Path) -> None:
    subs = tables(write_source(tmp_path))["substations"]
    north, south = row(subs, "SUB-10"), row(subs, "SUB-11")

    assert (north.max_kv, north.min_kv, north.load_mw) == (345.0, 138.0, 60.0)
    assert (north.capacity_mva, north.generation_capacity_mw, north.zone_id) == (200.0, 200.0, "ZONE-307")
    assert math.isnan(south.capacity_mva)
    assert south.generation_capacity_mw == 0.0  # its plant is out of service
    assert subs.commissioned_date.isna().all()


def test_windings_count_half(tmp_path: Path) -> None:
    write_source(tmp_path)
    edit(tmp_path, "branch.csv", 2, "Transformer", "TransformerWinding")

    frames = tables(tmp_path)

    assert row(frames["substations"], "SUB-10").capacity_mva == 100.0
    assert row(frames["transmission_branches"], "BR-1").branch_kind == "WINDING"


def test_flows_of_a_meshed_grid_agree_with_pandapower(tmp_path: Path) -> None:
    write_source(tmp_path)
    edit(tmp_path, "branch.csv", 5, "0,0,0,Line", "0,0,1,Line")
    branches = tables(tmp_path)["transmission_branches"].set_index("branch_id")
    net = pp.create_empty_network(sn_mva=100.0)
    buses = [pp.create_bus(net, vn_kv=138.0) for _ in range(4)]
    pp.create_ext_grid(net, buses[0])
    for bus, load in zip(buses[1:], (60.0, 40.0, 20.0), strict=True):
        pp.create_load(net, bus, p_mw=load)
    for start, end, x in ((0, 1, 0.05 * 0.98), (1, 2, 0.1), (2, 3, 0.1), (1, 3, 0.1)):
        pp.create_impedance(net, buses[start], buses[end], rft_pu=0.0, xft_pu=x, sn_mva=100.0)

    pp.rundcpp(net)

    assert branches.base_flow_mw.tolist() == pytest.approx(net.res_impedance.p_from_mw.tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("state", "source", "name"),
    [
        ("Texas", "ETC/GMT+6", "America/Chicago"),
        ("Texas", "ETC/GMT+7", "America/Denver"),
        ("Florida", "ETC/GMT+6", "America/Chicago"),
        ("Arizona", "ETC/GMT+7", "America/Phoenix"),
        ("Texas", "ETC/GMT+5", None),
        ("Atlantis", "ETC/GMT+5", None),
        ("Texas", "CST", None),
        (None, "ETC/GMT+6", None),
    ],
)
def test_time_zones_are_named_only_where_state_and_offset_agree(
    state: str | None, source: str, name: str | None
) -> None:
    assert iana_time_zone(state=state, source_time_zone=source) == name
