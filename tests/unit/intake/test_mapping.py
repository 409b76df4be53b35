"""Mappings: what names suggest, what is refused, and that the digest follows the meaning."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from grid.intake.errors import IntakeError
from grid.intake.guessing import guess_mapping
from grid.intake.mapping import check_required, parse_mapping
from grid.intake.units import FACTORS, factor, unit_of, units_for
from grid.warehouse import tables

POLES = tables.grid_poles_infrastructure
STATIC = (
    tables.load_zones,
    tables.substations,
    tables.transmission_buses,
    tables.transmission_branches,
    tables.transmission_plants,
    tables.circuit_metadata,
    tables.grid_power_lines,
    tables.grid_switches,
    POLES,
    tables.transformer_metadata,
    tables.meter_infrastructure,
    tables.customers_master_data,
)


def guess(table: sa.Table, *columns: str, geometry: bool = False) -> dict[str, Any]:
    return guess_mapping(table=table, columns=columns, has_geometry=geometry).as_json()


def test_names_of_the_demo_are_understood() -> None:
    place = ("LATITUDE", "LONGITUDE")
    names = ("POLE_ID", "CIRCUIT_ID", "SUBSTATION_ID", *place, "POLE_HEIGHT_FT", "POLE_CLASS")
    assert guess(POLES, *names) == {
        "pole_id": {"column": "POLE_ID"},
        "circuit_id": {"column": "CIRCUIT_ID"},
        "substation_id": {"column": "SUBSTATION_ID"},
        "latitude": {"column": "LATITUDE"},
        "longitude": {"column": "LONGITUDE"},
        "pole_height_m": {"column": "POLE_HEIGHT_FT", "unit": "ft"},
        "pole_class": {"column": "POLE_CLASS"},
    }
    circuit = guess(tables.circuit_metadata, "CIRCUIT_ID", "LENGTH_MILES", "STATUS")
    assert circuit["length_km"] == {"column": "LENGTH_MILES", "unit": "mi"}
    unit = guess(tables.transformer_metadata, "CAPACITY_KVA", "PRIMARY_VOLTAGE_KV", "SECONDARY_VOLTAGE_KV")
    assert unit == {
        "rated_kva": {"column": "CAPACITY_KVA"},
        "primary_kv": {"column": "PRIMARY_VOLTAGE_KV"},
        "secondary_kv": {"column": "SECONDARY_VOLTAGE_KV"},
    }
    meter = guess(tables.meter_infrastructure, "METER_ID", "METER_LATITUDE", "METER_LONGITUDE")
    assert meter == {
        "meter_id": {"column": "METER_ID"},
        "meter_key": {"computed": True},
        "latitude": {"column": "METER_LATITUDE"},
        "longitude": {"column": "METER_LONGITUDE"},
    }
    customer = guess(tables.customers_master_data, "PRIMARY_METER_ID", "CUSTOMER_SEGMENT")
    assert customer == {
        "meter_id": {"column": "PRIMARY_METER_ID"},
        "customer_class": {"column": "CUSTOMER_SEGMENT"},
    }


def test_a_geometry_of_the_file_is_preferred_and_a_column_of_wkt_is_found() -> None:
    own = guess(POLES, "pole_id", "LAT", "LON", geometry=True)
    assert (own["latitude"], own["longitude"]) == ({"geometry": True}, {"geometry": True})
    line = guess(tables.grid_power_lines, "power_line_id", "class", "WKT")
    assert line == {
        "line_id": {"column": "power_line_id"},
        "line_class": {"column": "class"},
        "length_m": {"computed": True},
        "route_wkt": {"geometry": True},
        "geometry": "WKT",
    }


@pytest.mark.parametrize("table", STATIC, ids=lambda table: table.name)
def test_a_table_written_out_is_mapped_onto_itself(table: sa.Table) -> None:
    names = [column.name for column in table.columns]

    found = guess(table, *names)

    expected: dict[str, Any] = {name: {"column": name} for name in names}
    if "route_wkt" in names:
        expected |= {"route_wkt": {"geometry": True}, "geometry": "route_wkt"}
    assert found == expected
    parsed = parse_mapping(found, table=table, file_columns=names)
    assert parsed.as_json() == found
    check_required(parsed, table=table, may_exist=False)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ([], "object by target column"),
        ({"height": {"column": "X"}}, "no column of grid_poles_infrastructure"),
        ({"pole_id": "X"}, "must be filled by"),
        ({"pole_id": {}}, "must be filled by"),
        ({"pole_id": {"column": "X", "constant": 1}}, "exactly one thing"),
        ({"pole_id": {"colum": "X"}}, "must be filled by"),
        ({"pole_id": {"unit": "ft"}}, "exactly one thing"),
        ({"pole_id": {"column": 7}}, "must be a name"),
        ({"pole_id": {"geometry": True}}, "not filled by a geometry"),
        ({"pole_id": {"computed": True}}, "no method"),
        ({"pole_id": {"constant": "  "}}, "is empty"),
        ({"pole_id": {"constant": ["x"]}}, "is empty or no text"),
        ({"pole_height_m": {"column": "X", "unit": "kv"}}, "Units are m, ft"),
        ({"pole_class": {"column": "X", "unit": "ft"}}, "It has no unit"),
        ({"geometry": 3}, "names the column"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(stored: Any, said: str) -> None:
    with pytest.raises(IntakeError) as caught:
        parse_mapping(stored, table=POLES)

    assert said in caught.value.message
    assert caught.value.code == "MAPPING_INVALID"
    assert (caught.value.field or "").startswith("mapping")


def test_the_digest_follows_the_meaning() -> None:
    one = parse_mapping({"pole_id": {"column": "A"}, "pole_class": {"constant": "H1"}}, table=POLES)
    same = parse_mapping({"pole_class": {"constant": "H1"}, "pole_id": {"column": "A"}}, table=POLES)
    other = parse_mapping({"pole_id": {"column": "A"}, "pole_class": {"constant": "H2"}}, table=POLES)
    metres = parse_mapping({"pole_height_m": {"column": "A", "unit": "m"}}, table=POLES)

    assert one.digest() == same.digest() != other.digest()
    assert metres.as_json() == {"pole_height_m": {"column": "A"}}


@pytest.mark.parametrize(
    ("column", "unit", "value"),
    [
        ("pole_height_m", "ft", 0.3048),
        ("length_m", "us_ft", 0.304800609601219),
        ("length_km", "mi", 1.609344),
        ("load_mw", "kw", 0.001),
        ("rated_a", "ka", 1000.0),
        ("peak_loading_pct", "frac", 100.0),
        ("phase_shift_deg", "rad", 57.29577951308232),
        ("voltage_kv", "kv", 1.0),
    ],
)
def test_units_are_converted_by_their_definitions(column: str, unit: str, value: float) -> None:
    assert factor(column=column, unit=unit) == pytest.approx(value, rel=1e-14)


BOTH_WAYS = [(own, other) for own in FACTORS for other in FACTORS[own] if own in FACTORS.get(other, {})]


@given(st.sampled_from(BOTH_WAYS))
def test_there_and_back_is_where_it_began(pair: tuple[str, str]) -> None:
    own, other = pair

    assert FACTORS[own][other] * FACTORS[other][own] == pytest.approx(1.0, rel=1e-14)


def test_a_name_ends_in_its_unit_or_in_none() -> None:
    assert [unit_of(name) for name in ("height_m", "LENGTH_MILES", "pole_id", "m", "name")] == [
        "m",
        "mi",
        None,
        None,
        None,
    ]
    assert units_for("circuit_id") == ()
