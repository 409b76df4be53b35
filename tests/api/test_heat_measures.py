"""Heatmaps of voltages and of trees, against cells worked out row by row."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import h3
import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point

from grid import models
from tests.clients import Api
from tests.factories.computed import make_tree_risk
from tests.factories.grid import (
    grant_zone,
    make_circuit,
    make_substation,
    make_transformer,
    make_transformer_voltage,
    make_zone,
)

pytestmark = pytest.mark.usefixtures("synced")

HEAT = """query($measure: HeatMeasure!, $resolution: Int! = 7) {
    heatmap(measure: $measure, resolution: $resolution) {
    rowCount minimum maximum measure { unit } cells { cell value rowCount knownCount } } }"""
HERE, THERE, ELSEWHERE = (-95.37, 29.76), (-95.10, 29.50), (-95.70, 30.00)
NOTHING_JUDGED: dict[str, Any] = {"judged_count": 0, "outside_a_pct": None, "outside_b_pct": None}


def counts(
    below: int | None, b_low: int | None, in_a: int | None, b_high: int | None, above: int | None
) -> Any:
    """Return the columns of a week with these readings by band."""
    bands = {
        "below_b_count": below,
        "b_low_count": b_low,
        "in_a_count": in_a,
        "b_high_count": b_high,
        "above_b_count": above,
    }
    return bands | {"judged_count": sum(each or 0 for each in bands.values())}


def unit_at(place: tuple[float, float], **fields: Any) -> models.Transformer:
    return make_transformer(location=Point(*place, srid=4326), **fields)


def cell_at(place: tuple[float, float]) -> str:
    return str(h3.latlng_to_cell(place[1], place[0], 7))


def heat(api: Api, measure: str) -> dict[str, Any]:
    found: dict[str, Any] = api.data(HEAT, measure=measure)["heatmap"]
    return found


def by_cell(found: dict[str, Any]) -> dict[str, tuple[Any, int, int]]:
    return {each["cell"]: (each["value"], each["rowCount"], each["knownCount"]) for each in found["cells"]}


def test_voltages_are_shares_of_the_readings_of_a_cell(viewer_api: Api) -> None:
    make_transformer_voltage(transformer=unit_at(HERE), **counts(2, 6, 190, 1, 1))
    make_transformer_voltage(transformer=unit_at(HERE), **counts(0, 10, 20, 10, 10))
    unit_at(HERE)  # no readings at all
    make_transformer_voltage(transformer=unit_at(HERE), **counts(0, 0, 0, 0, 0) | NOTHING_JUDGED)
    make_transformer_voltage(transformer=unit_at(THERE), **counts(0, 0, 50, 0, 0))
    make_transformer_voltage(transformer=unit_at(ELSEWHERE), **counts(*[None] * 5) | NOTHING_JUDGED)

    outside_a = heat(viewer_api, "VOLTAGE_OUTSIDE_A")
    outside_b = heat(viewer_api, "VOLTAGE_OUTSIDE_B")

    # Of 200 readings 10 are outside A and 3 outside B; of 50 others 30 and 10.
    assert by_cell(outside_a) == {
        cell_at(HERE): (pytest.approx(100 * (10 + 30) / 250), 4, 2),
        cell_at(THERE): (0.0, 1, 1),
        cell_at(ELSEWHERE): (None, 1, 0),
    }
    assert by_cell(outside_b) == {
        cell_at(HERE): (pytest.approx(100 * (3 + 10) / 250), 4, 2),
        cell_at(THERE): (0.0, 1, 1),
        cell_at(ELSEWHERE): (None, 1, 0),
    }
    assert (outside_a["measure"]["unit"], outside_a["rowCount"]) == ("%", 6)
    assert (outside_a["minimum"], outside_a["maximum"]) == (0.0, pytest.approx(16.0))
    assert outside_b["maximum"] == pytest.approx(5.2)


def test_a_change_of_voltages_is_in_the_next_answer(viewer_api: Api) -> None:
    row = make_transformer_voltage(transformer=unit_at(HERE), **counts(0, 0, 50, 0, 0))
    assert heat(viewer_api, "VOLTAGE_OUTSIDE_B")["maximum"] == 0.0

    models.TransformerVoltage.objects.filter(pk=row.pk).update(**counts(10, 0, 40, 0, 0))

    assert heat(viewer_api, "VOLTAGE_OUTSIDE_B")["maximum"] == pytest.approx(20.0)


def test_voltages_of_other_zones_do_not_count(viewer: User, viewer_api: Api) -> None:
    zones = [make_zone(), make_zone()]
    for zone, outside in zip(zones, (10, 40), strict=True):
        circuit = make_circuit(substation=make_substation(zone=zone))
        unit = unit_at(HERE, circuit=circuit, zone=zone)
        make_transformer_voltage(transformer=unit, **counts(outside, 0, 50 - outside, 0, 0))
    grant_zone(user=viewer, zone=zones[1])

    found = heat(Api(User.objects.get(pk=viewer.pk)), "VOLTAGE_OUTSIDE_A")

    assert (found["rowCount"], found["maximum"]) == (1, pytest.approx(80.0))


def test_voltages_need_their_own_permission_and_a_synced_layer(
    viewer_api: Api, make_user: Callable[..., User]
) -> None:
    api = Api(make_user("grid.view_transformer", "grid.view_transformerload"))
    assert api.code(HEAT, measure="VOLTAGE_OUTSIDE_A") == "PERMISSION_DENIED"

    models.SyncLayer.objects.filter(pk="transformer_voltage").update(synced_at=None)
    assert viewer_api.code(HEAT, measure="VOLTAGE_OUTSIDE_A") == "NEVER_SYNCED"


def test_the_voltages_of_a_week_hang_on_their_transformer(
    viewer_api: Api, make_user: Callable[..., User]
) -> None:
    unit, other = make_transformer(), make_transformer()
    make_transformer_voltage(transformer=unit)
    query = """query ($id: String!) { transformer(assetId: $id) { serviceVoltage {
        firstDay lastDay dayCount readingCount judgedCount belowBCount bLowCount inACount bHighCount
        aboveBCount outsideAPct outsideBPct } } }"""

    assert viewer_api.data(query, id=unit.pk)["transformer"]["serviceVoltage"] == {
        "firstDay": "2025-07-01",
        "lastDay": "2025-07-07",
        "dayCount": 7,
        "readingCount": 210,
        "judgedCount": 200,
        "belowBCount": 2,
        "bLowCount": 6,
        "inACount": 190,
        "bHighCount": 1,
        "aboveBCount": 1,
        "outsideAPct": 5.0,
        "outsideBPct": 1.5,
    }
    assert viewer_api.data(query, id=other.pk)["transformer"] == {"serviceVoltage": None}
    limited = Api(make_user("grid.view_transformer"))
    assert limited.code(query, id=unit.pk) == "PERMISSION_DENIED"


def test_the_risk_of_trees_is_the_sum_of_what_is_known_of_a_cell(viewer_api: Api) -> None:
    trees = [
        (HERE, 12.5),
        (HERE, 0.25),
        (HERE, None),  # never in reach of a line whose customers are known
        (THERE, 0.0),
        (ELSEWHERE, None),
    ]
    expected: dict[str, list[float | None]] = defaultdict(list)
    for place, minutes in trees:
        make_tree_risk(location=Point(*place, srid=4326), customer_minutes_per_year=minutes)
        expected[cell_at(place)].append(minutes)

    found = heat(viewer_api, "TREE_RISK")

    def told(values: list[float | None]) -> tuple[Any, int, int]:
        known = [each for each in values if each is not None]
        return (pytest.approx(sum(known)) if known else None, len(values), len(known))

    assert by_cell(found) == {cell: told(values) for cell, values in expected.items()}
    assert (found["minimum"], found["maximum"]) == (0.0, pytest.approx(12.75))
    assert found["measure"]["unit"] == "customer-minutes a year"
    assert found["cells"][-1]["value"] is None  # what is not known comes last


def test_an_assessment_of_trees_is_in_the_next_answer(viewer_api: Api) -> None:
    tree = make_tree_risk(location=Point(*HERE, srid=4326), customer_minutes_per_year=1.0)
    assert heat(viewer_api, "TREE_RISK")["maximum"] == 1.0

    models.TreeRisk.objects.filter(pk=tree.pk).update(customer_minutes_per_year=3.0)

    assert heat(viewer_api, "TREE_RISK")["maximum"] == 3.0
