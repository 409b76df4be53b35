"""Keys, references, places and sizes over all forged tables."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from grid.forge.build import Forged
from grid.standards.transformer_sizes import SINGLE_PHASE_KVA, THREE_PHASE_KVA
from grid.warehouse import tables
from grid.warehouse.arrow import pa_schema
from tests.unit.forge.network import Frames
from tests.warehouse_rows import NOT_FORGED

REFERENCES = [
    ("substations", "zone_id", "load_zones"),
    ("transmission_buses", "substation_id", "substations"),
    ("transmission_buses", "zone_id", "load_zones"),
    ("transmission_branches", "from_bus_id", "transmission_buses"),
    ("transmission_branches", "to_bus_id", "transmission_buses"),
    ("transmission_branches", "from_substation_id", "substations"),
    ("transmission_branches", "to_substation_id", "substations"),
    ("transmission_plants", "bus_id", "transmission_buses"),
    ("transmission_plants", "substation_id", "substations"),
    ("circuit_metadata", "substation_id", "substations"),
    ("grid_power_lines", "circuit_id", "circuit_metadata"),
    ("grid_power_lines", "parent_line_id", "grid_power_lines"),
    ("grid_switches", "circuit_id", "circuit_metadata"),
    ("grid_switches", "other_circuit_id", "circuit_metadata"),
    ("grid_switches", "line_id", "grid_power_lines"),
    ("grid_poles_infrastructure", "circuit_id", "circuit_metadata"),
    ("grid_poles_infrastructure", "substation_id", "substations"),
    ("grid_poles_infrastructure", "line_id", "grid_power_lines"),
    ("transformer_metadata", "circuit_id", "circuit_metadata"),
    ("transformer_metadata", "substation_id", "substations"),
    ("transformer_metadata", "pole_id", "grid_poles_infrastructure"),
    ("transformer_metadata", "line_id", "grid_power_lines"),
    ("transformer_units", "transformer_id", "transformer_metadata"),
    ("meter_infrastructure", "transformer_id", "transformer_metadata"),
    ("meter_infrastructure", "circuit_id", "circuit_metadata"),
    ("meter_infrastructure", "substation_id", "substations"),
    ("meter_infrastructure", "pole_id", "grid_poles_infrastructure"),
    ("customers_master_data", "meter_id", "meter_infrastructure"),
    ("outage_restoration_tracker", "substation_id", "substations"),
    ("outage_restoration_tracker", "circuit_id", "circuit_metadata"),
    ("outage_restoration_tracker", "switch_id", "grid_switches"),
    ("outage_restoration_tracker", "transformer_id", "transformer_metadata"),
    ("outage_interruptions", "outage_id", "outage_restoration_tracker"),
    ("outage_interruptions", "transformer_id", "transformer_metadata"),
    ("outage_interruptions", "substation_id", "substations"),
    ("outage_interruptions", "circuit_id", "circuit_metadata"),
    ("work_orders", "substation_id", "substations"),
    ("work_orders", "circuit_id", "circuit_metadata"),
    ("work_orders", "outage_id", "outage_restoration_tracker"),
    ("work_orders", "crew_id", "crews"),
    ("outage_restoration_tracker", "crew_id", "crews"),
    ("momentary_interruptions", "circuit_id", "circuit_metadata"),
    ("momentary_interruptions", "switch_id", "grid_switches"),
    ("crews", "home_substation_id", "substations"),
    ("asset_inspections", "circuit_id", "circuit_metadata"),
    ("asset_inspections", "work_order_id", "work_orders"),
]


def test_every_declared_table_is_forged(tiny: Forged) -> None:
    declared = {table.name for table in tables.metadata.tables.values()}

    assert set(tiny.row_counts()) == declared - NOT_FORGED
    # In two days hardly any of 150 assets is inspected, and there is no whole month.
    may_be_empty = {"asset_inspections", "transformer_monthly_load", "t_transformer_true_hazard"}
    assert all(count > 0 for name, count in tiny.row_counts().items() if name not in may_be_empty)


def test_every_table_has_the_declared_schema_and_no_forbidden_null(tiny: Forged) -> None:
    for name, table in tiny.tables.items():
        schema = pa_schema(getattr(tables, name))
        assert table.schema.equals(schema), name
        table.validate(full=True)
        for field in schema:
            if not field.nullable:
                assert table[field.name].null_count == 0, (name, field.name)


def test_keys_are_unique_and_carry_their_prefix(frames: Frames) -> None:
    prefixes = {
        "load_zones": "ZONE-",
        "substations": "SUB-",
        "transmission_buses": "BUS-",
        "transmission_branches": "BR-",
        "transmission_plants": "PLANT-",
        "circuit_metadata": "CKT-",
        "grid_power_lines": "LINE-",
        "grid_switches": "SW-",
        "grid_poles_infrastructure": "POLE-",
        "transformer_metadata": "XFMR-",
        "meter_infrastructure": "MTR-",
        "customers_master_data": "CUST-",
        "outage_restoration_tracker": "OUT-",
        "work_orders": "WO-",
        "momentary_interruptions": "MOM-",
        "crews": "CREW-",
        "asset_inspections": "INSP-",
    }
    for name, prefix in prefixes.items():
        key = frames[name].iloc[:, 0]
        assert key.is_unique, name
        assert key.str.startswith(prefix).all(), name
    weather = frames["weather_hourly"]
    assert not weather.duplicated(["station_id", "observed_at"]).any()


@pytest.mark.parametrize(("table", "column", "target"), REFERENCES)
def test_references_lead_to_rows(frames: Frames, table: str, column: str, target: str) -> None:
    found = frames[table][column].dropna()

    assert found.isin(frames[target].iloc[:, 0]).all()


def test_work_orders_name_an_asset_of_their_kind(frames: Frames) -> None:
    keys = {
        "SWITCH": frames["grid_switches"].switch_id,
        "TRANSFORMER": frames["transformer_metadata"].transformer_id,
        "POLE": frames["grid_poles_infrastructure"].pole_id,
        "LINE": frames["grid_power_lines"].line_id,
    }
    for order in frames["work_orders"].itertuples():
        assert order.asset_id in set(keys[order.asset_kind])


def test_meter_keys_are_dense_and_follow_substation_circuit_and_transformer(frames: Frames) -> None:
    meters = frames["meter_infrastructure"].sort_values("meter_key")

    assert meters.meter_key.tolist() == list(range(1, len(meters) + 1))
    for column in ("substation_id", "circuit_id", "transformer_id"):
        runs = (meters[column] != meters[column].shift()).sum()
        assert runs == meters[column].nunique()


def test_the_tables_agree_on_substation_and_circuit(frames: Frames) -> None:
    circuits = frames["circuit_metadata"].set_index("circuit_id").substation_id
    transformers = frames["transformer_metadata"].set_index("transformer_id")
    meters = frames["meter_infrastructure"]
    for name in ("grid_poles_infrastructure", "transformer_metadata", "meter_infrastructure", "work_orders"):
        assert (frames[name].circuit_id.map(circuits) == frames[name].substation_id).all()
    assert (meters.transformer_id.map(transformers.circuit_id) == meters.circuit_id).all()
    own_pole = meters.transformer_id.map(transformers.pole_id)
    assert (meters.pole_id.isna() == own_pole.isna()).all()
    assert (meters.pole_id.dropna() == own_pole.dropna()).all()


def test_counts_of_customers_and_transformers_follow_from_the_rows(frames: Frames) -> None:
    customers = frames["customers_master_data"].merge(frames["meter_infrastructure"], on="meter_id")
    transformers = frames["transformer_metadata"].set_index("transformer_id")
    circuits = frames["circuit_metadata"].set_index("circuit_id")

    assert customers.groupby("transformer_id").size().to_dict() == transformers.customer_count.to_dict()
    assert customers.groupby("circuit_id").size().to_dict() == circuits.customer_count.to_dict()
    assert transformers.groupby("circuit_id").size().to_dict() == circuits.transformer_count.to_dict()
    assert (customers.customer_class_x == customers.customer_class_y).all()


def test_every_coordinate_lies_in_the_territory(tiny: Forged, frames: Frames) -> None:
    west, south, east, north = tiny.config.territory
    for name, frame in frames.items():
        if "latitude" in frame and name != "substations":
            assert frame.longitude.between(west, east).all(), name
            assert frame.latitude.between(south, north).all(), name
    numbers = frames["grid_power_lines"].route_wkt.str.extractall(r"(-?\d+\.\d+) (-?\d+\.\d+)").astype(float)
    assert numbers[0].between(west, east).all()
    assert numbers[1].between(south, north).all()
    used = frames["substations"].set_index("substation_id").loc[frames["circuit_metadata"].substation_id]
    assert used.longitude.between(west, east).all()


def metres(lon1: pd.Series, lat1: pd.Series, lon2: pd.Series, lat2: pd.Series) -> np.ndarray:
    """Return great-circle distances by the spherical law of cosines in double precision vectors."""

    def vector(lon: pd.Series, lat: pd.Series) -> np.ndarray:
        lon, lat = np.radians(lon.to_numpy(float)), np.radians(lat.to_numpy(float))
        return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])

    chord = np.linalg.norm(vector(lon1, lat1) - vector(lon2, lat2), axis=0)
    return np.asarray(2.0 * np.arcsin(chord / 2.0) * 6_371_008.8)


def test_meters_stand_near_their_transformer_and_transformers_on_their_pole(frames: Frames) -> None:
    transformers = frames["transformer_metadata"]
    meters = frames["meter_infrastructure"].merge(transformers, on="transformer_id")
    gap = metres(meters.longitude_x, meters.latitude_x, meters.longitude_y, meters.latitude_y)
    assert gap.min() > 3.0
    assert gap.max() <= 50.0

    poles = frames["grid_poles_infrastructure"]
    aloft = transformers.merge(poles, on="pole_id")
    assert len(aloft) > 0
    assert metres(aloft.longitude_x, aloft.latitude_x, aloft.longitude_y, aloft.latitude_y).max() < 0.1
    assert transformers.pole_id.isna().any()


def test_line_lengths_are_those_of_their_routes(frames: Frames) -> None:
    lines = frames["grid_power_lines"]
    ends = lines.route_wkt.str.extract(r"LINESTRING \((\S+) (\S+), (\S+) (\S+)\)").astype(float)

    assert np.allclose(metres(ends[0], ends[1], ends[2], ends[3]), lines.length_m, rtol=0.003, atol=0.1)
    assert (lines.length_m > 0.4).all()
    circuits = frames["circuit_metadata"].set_index("circuit_id").length_km
    assert np.allclose(lines.groupby("circuit_id").length_m.sum() / 1000.0, circuits, atol=1e-3)


def test_sections_join_where_their_ends_meet(frames: Frames) -> None:
    """A node has one place, whichever row names it."""
    lines = frames["grid_power_lines"]
    ends = lines.route_wkt.str.extract(r"LINESTRING \((\S+) (\S+), (\S+) (\S+)\)")
    places = pd.concat(
        [
            pd.DataFrame({"node": lines.from_node, "lon": ends[0], "lat": ends[1]}),
            pd.DataFrame({"node": lines.to_node, "lon": ends[2], "lat": ends[3]}),
        ]
    )

    assert (places.groupby("node")[["lon", "lat"]].nunique() == 1).all(axis=None)


def test_transformer_ratings_are_standard(frames: Frames) -> None:
    transformers = frames["transformer_metadata"]
    single = transformers[transformers.phases != "ABC"]
    three = transformers[transformers.phases == "ABC"]

    assert set(single.rated_kva) <= set(SINGLE_PHASE_KVA)
    assert set(three.rated_kva) <= set(THREE_PHASE_KVA)
    assert set(single.secondary_kv) == {0.24}
    assert set(three.secondary_kv) <= {0.208, 0.48, 4.16}
    assert list(SINGLE_PHASE_KVA) == sorted(SINGLE_PHASE_KVA)
    assert list(THREE_PHASE_KVA) == sorted(THREE_PHASE_KVA)


def test_circuits_carry_their_peak(frames: Frames) -> None:
    circuits = frames["circuit_metadata"]
    rated = np.sqrt(3.0) * circuits.voltage_kv * circuits.rated_a / 1000.0

    assert np.allclose(circuits.rated_mva, rated)
    assert (circuits.peak_load_mw / 0.95 <= circuits.rated_mva).all()
    assert set(circuits.voltage_kv) <= {12.47, 34.5}


def test_every_kind_of_critical_customer_exists_and_none_is_a_home(frames: Frames) -> None:
    customers = frames["customers_master_data"]
    critical = customers[customers.critical_kind.notna()]

    assert set(critical.critical_kind) == {"HOSPITAL", "WATER", "EMERGENCY", "SCHOOL"}
    assert (critical.customer_class == "COMMERCIAL").all()


def test_contact_data_cannot_reach_anybody(frames: Frames) -> None:
    customers = frames["customers_master_data"]

    assert customers.phone.str.fullmatch(r"\+1-\d{3}-555-01\d\d").all()
    assert customers.email.str.endswith("@example.com").all()
    assert customers.email.is_unique
    assert customers.zip_code.isna().all()
    assert (customers.state == "TX").all()


def test_dates_do_not_lie_ahead(tiny: Forged, frames: Frames) -> None:
    end = tiny.period.end
    poles, transformers = frames["grid_poles_infrastructure"], frames["transformer_metadata"]

    assert (poles.install_year.dropna() < end.year).all()
    assert (transformers.install_year < end.year).all()
    assert (pd.to_datetime(frames["meter_infrastructure"].install_date) < pd.Timestamp(end)).all()
    assert (frames["work_orders"].created_at <= end).all()
    assert (frames["work_orders"].completed_at.dropna() <= end).all()


def test_readings_have_the_declared_schema(tiny: Forged) -> None:
    for day in tiny.days():
        for batch in tiny.reading_batches(day):
            assert batch.schema.equals(pa_schema(tables.ami_interval_readings))
            pa.Table.from_batches([batch]).validate(full=True)
    for batch in tiny.hourly_batches():
        assert batch.schema.equals(pa_schema(tables.transformer_hourly_load))
