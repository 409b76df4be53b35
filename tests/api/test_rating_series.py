"""Ratings and ageing hour by hour, and transmission lines in the weather, against hand-worked values."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point

from grid.selectors.branch_ratings import rating_multipliers
from grid.standards.conductors import CATALOGUE
from grid.standards.line_rating import RatingParams, ampacity_a
from grid.warehouse import Warehouse, tables
from tests.api.rated_circuits import ACSR, NIGHT, fill_cache, fill_warehouse
from tests.clients import Api
from tests.factories.grid import (
    grant_zone,
    make_branch,
    make_substation,
    make_transformer,
    make_zone,
)
from tests.warehouse_rows import fill, filled

CIRCUIT = """query($id: String!, $start: DateTime!, $end: DateTime!) {
  circuitRatingSeries(circuitId: $id, start: $start, end: $end) {
    circuitId start end hourCount knownHourCount over85Hours over100Hours energyOverMwh leastMarginPct
    leastMarginAt points { at loadMva weatherRatedA weatherRatedMva marginPct ambientC reason } } }"""
TRANSFORMER = """query($id: String!, $start: DateTime!, $end: DateTime!) {
  transformerAgeing(assetId: $id, start: $start, end: $end) {
    ratedKva hourCount knownHourCount normalLifeH equivalentAgeingFactor lifeUsedH lifeUsedPct peakHotSpotC
    peakHotSpotAt hoursOver110C hoursOver140C
    points { at loadKva ambientC hotSpotC permittedKva permittedLoadingPct marginPct } } }"""
BRANCHES = """query($at: DateTime, $ids: [String!], $station: String, $min: Float, $limit: Int! = 100) {
  branchRatings(at: $at, branchIds: $ids, substationId: $station, minLoadingPct: $min, limit: $limit) {
    at branchCount ratedCount leastMultiplier greatestMultiplier
    ratings { branchId kind ratingMva multiplier weatherRatingMva ambientC sunWPerM2 station baseFlowMw
      baseLoadingPct weatherLoadingPct reason } } }"""


def moment(hours: float) -> str:
    return (NIGHT + timedelta(hours=hours)).isoformat()


def rated_mva(ambient_c: float) -> float:
    ampere = ampacity_a(CATALOGUE[ACSR], ambient_c=ambient_c, sun_w_per_m2=0.0, params=RatingParams())
    return float(ampere) * 12.47 * 3**0.5 / 1000.0


class TestCircuit:
    def test_every_hour_has_a_point_in_its_own_weather(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        fill_cache()
        fill_warehouse(warehouse)

        found = viewer_api.data(CIRCUIT, id="CKT-A", start=moment(-24), end=moment(0.5))[
            "circuitRatingSeries"
        ]

        assert (found["hourCount"], found["knownHourCount"], len(found["points"])) == (25, 2, 25)
        first, last = found["points"][0], found["points"][-1]
        # 2 x 950 and 2 x 2850 kWh over 0.95.
        assert (first["loadMva"], last["loadMva"]) == (pytest.approx(2.0), pytest.approx(6.0))
        assert first["weatherRatedMva"] == pytest.approx(rated_mva(20.0))
        assert last["weatherRatedMva"] == pytest.approx(rated_mva(30.0))
        assert found["leastMarginPct"] == pytest.approx(100.0 - 600.0 / rated_mva(30.0))
        assert found["leastMarginAt"] == "2026-06-01T06:00:00+00:00"
        assert (found["over85Hours"], found["energyOverMwh"]) == (0, 0.0)
        between = found["points"][1]
        assert (between["loadMva"], between["marginPct"]) == (None, None)
        assert between["reason"] == "No station within 100 km observed a temperature in that hour."

    def test_what_it_carried_above_its_rating_is_summed(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        fill_cache()
        fill_warehouse(warehouse)
        row = {
            "circuit_id": "CKT-A",
            "substation_id": "SUB-1",
            "customer_class": "INDUSTRIAL",
            "usage_hour": NIGHT.replace(tzinfo=None),
            "usage_date": NIGHT.date(),
            "usage_kwh": 15_200,
            "metered_minutes": 60,
        }
        fill(warehouse, tables.circuit_hourly_usage, [filled(tables.circuit_hourly_usage, row)])

        found = viewer_api.data(CIRCUIT, id="CKT-A", start=moment(0), end=moment(1))["circuitRatingSeries"]

        # 15,200 kWh over 0.95 are 16 MVA.
        assert (found["over85Hours"], found["over100Hours"]) == (1, 1)
        assert found["energyOverMwh"] == pytest.approx((16.0 - rated_mva(30.0)) * 0.95)

    def test_a_second_answer_is_the_kept_one(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        fill_cache()
        fill_warehouse(warehouse)
        variables = {"id": "CKT-A", "start": moment(-24), "end": moment(1)}

        first = viewer_api.run(CIRCUIT, **variables)
        second = viewer_api.run(CIRCUIT, **variables)

        assert second["data"] == first["data"]
        assert second["extensions"]["backends"][-1]["backend"] == "result-cache"

    @pytest.mark.parametrize(
        ("change", "field", "code"),
        [
            ({"end": moment(0)}, "end", "BAD_INPUT"),
            ({"end": moment(32 * 24)}, "end", "BAD_INPUT"),
            ({"start": "0001-01-01T00:00:00Z"}, "start", "BAD_INPUT"),
            ({"id": "CKT-NONE"}, "circuitId", "NOT_FOUND"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(
        self, viewer_api: Api, synced: None, change: dict[str, Any], field: str, code: str
    ) -> None:
        fill_cache()

        error = viewer_api.error(CIRCUIT, **{"id": "CKT-A", "start": moment(0), "end": moment(1)} | change)

        assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)

    def test_circuits_of_other_zones_are_not_found(self, viewer: User, synced: None) -> None:
        fill_cache()
        grant_zone(user=viewer, zone=make_zone(id="ZONE-2"))

        error = Api(viewer).error(CIRCUIT, id="CKT-A", start=moment(0), end=moment(1))

        assert error["extensions"]["code"] == "NOT_FOUND"


def put_loads(warehouse: Warehouse, rows: list[dict[str, Any]]) -> None:
    table = tables.transformer_hourly_load
    fill(
        warehouse,
        table,
        [
            filled(
                table,
                {
                    "transformer_id": "XFMR-1",
                    "load_hour": NIGHT.replace(tzinfo=None) + timedelta(hours=n),
                    "load_date": NIGHT.date(),
                    **row,
                },
            )
            for n, row in enumerate(rows)
        ],
    )


class TestTransformer:
    def test_ageing_is_that_of_the_worked_day(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        """12 h at 90 °C, 8 h at 110, 4 h at 120: factors .1156, 1 and 2.709 of the standard's table."""
        make_transformer(id="XFMR-1", rated_kva=100.0)
        start = datetime(2026, 6, 1)
        hot = [(90.0, 0.1156)] * 12 + [(110.0, 1.0)] * 8 + [(120.0, 2.709)] * 4
        table = tables.transformer_hourly_load
        fill(
            warehouse,
            table,
            [
                filled(
                    table,
                    {
                        "transformer_id": "XFMR-1",
                        "load_hour": start + timedelta(hours=n),
                        "load_date": start.date(),
                        "load_kva": 50.0,
                        "hot_spot_c": hot_spot_c,
                        "ageing_factor": factor,
                        "ambient_c": 30.0,
                    },
                )
                for n, (hot_spot_c, factor) in enumerate(hot)
            ],
        )

        found = viewer_api.data(
            TRANSFORMER, id="XFMR-1", start="2026-06-01T00:00:00Z", end="2026-06-02T00:00:00Z"
        )["transformerAgeing"]

        assert (found["hourCount"], found["knownHourCount"], found["normalLifeH"]) == (24, 24, 180_000.0)
        assert found["equivalentAgeingFactor"] == pytest.approx(0.8426, rel=1e-3)
        assert found["lifeUsedH"] == pytest.approx(20.22, rel=1e-3)
        assert found["lifeUsedPct"] == pytest.approx(0.01123, rel=1e-3)
        assert (found["peakHotSpotC"], found["hoursOver110C"], found["hoursOver140C"]) == (120.0, 4, 0)
        assert found["peakHotSpotAt"] == "2026-06-01T20:00:00+00:00"
        # At 30 °C the rated load leads to 110 °C: nameplate is what is permitted.
        point = found["points"][0]
        assert (point["permittedKva"], point["permittedLoadingPct"]) == (
            pytest.approx(100.0),
            pytest.approx(100.0),
        )
        assert point["marginPct"] == pytest.approx(50.0)

    def test_unknown_air_leaves_only_what_rests_on_it_unknown(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        make_transformer(id="XFMR-1", rated_kva=100.0)
        nothing = {"ambient_c": None, "top_oil_c": None, "hot_spot_c": None, "ageing_factor": None}
        put_loads(warehouse, [{"load_kva": 50.0, **nothing}])

        found = viewer_api.data(TRANSFORMER, id="XFMR-1", start=moment(0), end=moment(3))["transformerAgeing"]

        assert (found["hourCount"], found["knownHourCount"], len(found["points"])) == (3, 0, 1)
        assert (found["equivalentAgeingFactor"], found["lifeUsedH"], found["peakHotSpotC"]) == (
            None,
            None,
            None,
        )
        assert found["points"][0]["loadKva"] == 50.0
        assert (found["points"][0]["permittedKva"], found["points"][0]["marginPct"]) == (None, None)

    def test_unknown_and_invisible_transformers_are_not_found(self, viewer: User, synced: None) -> None:
        make_transformer(id="XFMR-1")
        grant_zone(user=viewer, zone=make_zone(id="ZONE-2"))

        error = Api(viewer).error(TRANSFORMER, id="XFMR-1", start=moment(0), end=moment(1))

        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("NOT_FOUND", "assetId")


def make_branches(warehouse: Warehouse) -> None:
    """Make a line between a cool and a hot station, a longer one out of their reach, and a transformer."""
    zone = make_zone(id="ZONE-1")
    near, hot, far = (
        make_substation(id=key, zone=zone, location=Point(lon, lat, srid=4326))
        for key, lon, lat in (("SUB-N", -95.0, 29.0), ("SUB-H", -96.0, 30.0), ("SUB-F", -102.0, 32.0))
    )
    for key, ends, values in (
        ("BR-1", (near, hot), {"kind": "LINE", "rating_mva": 100.0, "base_flow_mw": -80.0}),
        ("BR-2", (near, far), {"kind": "LINE", "rating_mva": 100.0, "base_flow_mw": 90.0}),
        ("BR-3", (near, near), {"kind": "TRANSFORMER", "rating_mva": 100.0, "base_flow_mw": 10.0}),
        ("BR-4", (near, hot), {"kind": "LINE", "rating_mva": None, "base_flow_mw": 10.0}),
    ):
        make_branch(id=key, from_substation=ends[0], to_substation=ends[1], zone=zone, **values)
    make_branch(id="BR-5", from_substation=near, to_substation=hot, zone=zone, in_service=False)
    table = tables.weather_hourly
    rows = [
        {
            "station_id": key,
            "observed_at": NIGHT.replace(tzinfo=None) + timedelta(hours=hours),
            "temperature_c": temperature_c,
            "longitude": lon,
            "latitude": lat,
        }
        for hours, key, lon, lat, temperature_c in (
            (0, "WX-N", -95.0, 29.0, 20.0),
            (0, "WX-H", -96.0, 30.0, 35.0),
            (-1, "WX-N", -95.0, 29.0, -10.0),
            (-1, "WX-H", -96.0, 30.0, -20.0),
        )
    ]
    fill(warehouse, table, [filled(table, row) for row in rows])


class TestBranches:
    def test_a_line_is_rated_by_its_hotter_end_and_the_rest_says_why_not(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        make_branches(warehouse)

        found = viewer_api.data(BRANCHES)["branchRatings"]

        assert (found["at"], found["branchCount"], found["ratedCount"]) == ("2026-06-01T06:00:00+00:00", 4, 1)
        ratings = {each["branchId"]: each for each in found["ratings"]}
        # 1.149: Drake at 100 °C in air of 35 °C at night, over 40 °C by day (see the unit tests).
        first = ratings["BR-1"]
        assert first["multiplier"] == pytest.approx(1.149, rel=0.005)
        assert first["weatherRatingMva"] == pytest.approx(100.0 * first["multiplier"])
        assert first["weatherLoadingPct"] == pytest.approx(80.0 / first["multiplier"])
        assert (first["ambientC"], first["station"], first["sunWPerM2"]) == (35.0, "WX-H", 0.0)
        assert "within 100 km" in ratings["BR-2"]["reason"]
        assert "transformer keeps" in ratings["BR-3"]["reason"]
        assert "no limit" in ratings["BR-4"]["reason"]
        assert {each["weatherRatingMva"] for key, each in ratings.items() if key != "BR-1"} == {None}

    def test_the_engine_has_the_same_multipliers_by_branch(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        make_branches(warehouse)
        shown = viewer_api.data(BRANCHES)["branchRatings"]

        hour, multipliers = rating_multipliers(interconnect="Texas", at=None)

        assert hour is not None
        assert hour.isoformat() == shown["at"]
        assert multipliers == {
            each["branchId"]: each["multiplier"]
            for each in shown["ratings"]
            if each["multiplier"] is not None
        }
        assert list(multipliers) == ["BR-1"]
        assert rating_multipliers(interconnect="Elsewhere", at=None)[1] == {}

    def test_a_past_hour_and_a_choice_of_branches(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        make_branches(warehouse)

        found = viewer_api.data(BRANCHES, at=moment(-0.5), ids=["BR-1", "BR-3"])["branchRatings"]

        assert [each["branchId"] for each in found["ratings"]] == ["BR-1", "BR-3"]
        assert found["leastMultiplier"] == pytest.approx(1.456, rel=0.005)
        assert viewer_api.data(BRANCHES, station="SUB-F")["branchRatings"]["branchCount"] == 1
        loaded = viewer_api.data(BRANCHES, min=50.0)["branchRatings"]["ratings"]
        assert [each["branchId"] for each in loaded] == ["BR-1"]

    def test_without_weather_there_is_no_hour(
        self, viewer_api: Api, synced: None, warehouse: Warehouse
    ) -> None:
        make_branch(id="BR-1")

        found = viewer_api.data(BRANCHES)["branchRatings"]

        assert (found["at"], found["ratedCount"]) == (None, 0)
        assert found["ratings"][0]["reason"] == "No hour of weather is on record."

    @pytest.mark.parametrize(
        ("variables", "field", "code"),
        [
            ({"limit": 0}, "limit", "BAD_INPUT"),
            ({"ids": ["X"] * 501}, "branchIds", "BAD_INPUT"),
            ({"ids": ["BR-NONE"]}, "branchIds", "NOT_FOUND"),
            ({"at": "9999-12-31T23:59:59Z"}, "at", "BAD_INPUT"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(
        self, viewer_api: Api, synced: None, variables: dict[str, Any], field: str, code: str
    ) -> None:
        error = viewer_api.error(BRANCHES, **variables)

        assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)
