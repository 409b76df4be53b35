"""Questions for the warehouse: answers, the result cache, and what is said while the warehouse is away."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from grid.federation.breakers import FAILURES_TO_OPEN, warehouse_breaker
from grid.warehouse import Warehouse, tables
from tests.clients import Api
from tests.factories.grid import grant_zone, make_transformer, make_zone
from tests.warehouse_rows import fill

pytestmark = pytest.mark.usefixtures("synced")

LOAD = """query ($id: String!, $hours: Int! = 336) { transformerLoad(assetId: $id, hours: $hours) {
    at loadKva loadingPct energyKwh } }"""
TOP = """query ($n: Int! = 10) { topLoadedTransformers(first: $n) {
    assetId name circuitId ratedKva peakLoadKva peakLoadingPct at hoursOverRating } }"""
MIDNIGHT = datetime(2026, 6, 1)  # the warehouse keeps UTC without a zone


def hour(unit: str, hours: int, load_kva: float, rated_kva: float = 50.0) -> dict[str, Any]:
    at = MIDNIGHT + timedelta(hours=hours)
    return {
        "transformer_id": unit,
        "load_hour": at,
        "load_date": at.date(),
        "energy_kwh": load_kva * 0.95,
        "load_kva": load_kva,
        "loading_pct": load_kva / rated_kva * 100.0,
        "meter_count": 3,
    }


def fill_load(warehouse: Warehouse, rows: list[dict[str, Any]]) -> None:
    fill(warehouse, tables.transformer_hourly_load, rows)


def fill_units(warehouse: Warehouse, units: dict[str, str]) -> None:
    """Fill the transformers and, for each, a substation of its own; ``units`` gives each one's zone."""
    place = {"latitude": 29.7, "longitude": -95.4}
    fill(
        warehouse,
        tables.transformer_metadata,
        [
            {
                "transformer_id": unit,
                "transformer_name": f"Bank {unit}",
                "circuit_id": f"CKT-{unit}",
                "substation_id": f"SUB-{unit}",
                "line_id": "LINE-1",
                "node": "N",
                "rated_kva": 50.0,
                "phases": "A",
                "primary_kv": 7.2,
                "secondary_kv": 0.24,
                "customer_count": 1,
                "peak_load_kva": 10.0,
                "peak_loading_pct": 20.0,
                **place,
            }
            for unit in units
        ],
    )
    fill(
        warehouse,
        tables.substations,
        [
            {
                "substation_id": f"SUB-{unit}",
                "substation_name": "S",
                "zone_id": zone,
                "interconnect": "Texas",
                "load_mw": 1.0,
                "generation_capacity_mw": 0.0,
                "operational_status": "OPERATIONAL",
                **place,
            }
            for unit, zone in units.items()
        ],
    )


def backend(answer: dict[str, Any]) -> dict[str, Any]:
    (use,) = answer["extensions"]["backends"]
    return use


def damage(folder: Path) -> None:
    """Overwrite every data file, as a dying disk would."""
    files = list(folder.rglob("*.parquet"))
    assert files
    for file in files:
        file.write_bytes(b"rubbish")


def test_the_load_of_a_transformer_is_its_newest_hours_oldest_first(
    viewer_api: Api, warehouse: Warehouse
) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 2, 30.0), hour("XFMR-1", 0, 10.0), hour("XFMR-1", 1, 20.0),
                          hour("XFMR-2", 3, 99.0)])  # fmt: skip

    answer = viewer_api.run(LOAD, id="XFMR-1", hours=2)

    assert answer["data"]["transformerLoad"] == [
        {"at": "2026-06-01T01:00:00+00:00", "loadKva": 20.0, "loadingPct": 40.0, "energyKwh": 19.0},
        {"at": "2026-06-01T02:00:00+00:00", "loadKva": 30.0, "loadingPct": 60.0, "energyKwh": 28.5},
    ]
    assert (backend(answer)["field"], backend(answer)["backend"]) == ("transformerLoad", "warehouse")


def test_a_transformer_without_readings_has_an_empty_load(viewer_api: Api, warehouse: Warehouse) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-2", 0, 10.0)])

    assert viewer_api.data(LOAD, id="XFMR-1") == {"transformerLoad": []}


@pytest.mark.parametrize(
    ("variables", "code", "field"),
    [
        ({"id": "XFMR-1", "hours": 0}, "BAD_INPUT", "hours"),
        ({"id": "XFMR-1", "hours": -5}, "BAD_INPUT", "hours"),
        ({"id": "XFMR-1", "hours": 8785}, "BAD_INPUT", "hours"),
        ({"id": "XFMR-9"}, "NOT_FOUND", "assetId"),
        ({"id": ""}, "NOT_FOUND", "assetId"),
    ],
)
def test_bad_questions_name_their_field(
    viewer_api: Api, variables: dict[str, Any], code: str, field: str
) -> None:
    make_transformer(id="XFMR-1")

    assert viewer_api.error(LOAD, **variables)["extensions"] == {"code": code, "field": field}


def test_the_load_of_a_transformer_in_another_zone_is_not_found(viewer: User, warehouse: Warehouse) -> None:
    make_transformer(id="XFMR-1")
    grant_zone(user=viewer, zone=make_zone())

    assert Api(viewer).code(LOAD, id="XFMR-1") == "NOT_FOUND"


def test_the_top_list_is_ordered_by_the_highest_hour(viewer_api: Api, warehouse: Warehouse) -> None:
    fill_units(warehouse, {"XFMR-1": "ZONE-1", "XFMR-2": "ZONE-1", "XFMR-3": "ZONE-2"})
    fill_load(
        warehouse,
        [
            *[hour("XFMR-1", n, load) for n, load in enumerate((60.0, 45.0, 60.0, 55.0))],
            *[hour("XFMR-2", n, load) for n, load in enumerate((10.0, 100.0))],
            hour("XFMR-3", 0, 50.0),
            hour("XFMR-unknown", 0, 500.0),
        ],
    )

    found = viewer_api.data(TOP)["topLoadedTransformers"]

    assert [(each["assetId"], each["peakLoadingPct"], each["hoursOverRating"]) for each in found] == [
        ("XFMR-2", 200.0, 1),
        ("XFMR-1", 120.0, 3),
        ("XFMR-3", 100.0, 0),
    ]
    assert found[1] == {
        "assetId": "XFMR-1",
        "name": "Bank XFMR-1",
        "circuitId": "CKT-XFMR-1",
        "ratedKva": 50.0,
        "peakLoadKva": 60.0,
        "peakLoadingPct": 120.0,
        "at": "2026-06-01T00:00:00+00:00",
        "hoursOverRating": 3,
    }
    assert len(viewer_api.data(TOP, n=2)["topLoadedTransformers"]) == 2


def test_the_top_list_is_of_the_users_zones(viewer: User, warehouse: Warehouse) -> None:
    fill_units(warehouse, {"XFMR-1": "ZONE-1", "XFMR-2": "ZONE-2"})
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0), hour("XFMR-2", 0, 90.0)])
    assert [each["assetId"] for each in Api(viewer).data(TOP)["topLoadedTransformers"]] == [
        "XFMR-2",
        "XFMR-1",
    ]
    grant_zone(user=viewer, zone=make_zone(id="ZONE-1"))

    found = Api(User.objects.get(pk=viewer.pk)).data(TOP)["topLoadedTransformers"]

    assert [each["assetId"] for each in found] == ["XFMR-1"]


@pytest.mark.parametrize("first", [0, -1, 101])
def test_the_length_of_the_top_list_is_limited(viewer_api: Api, first: int) -> None:
    assert viewer_api.error(TOP, n=first)["extensions"] == {"code": "BAD_INPUT", "field": "first"}


def test_an_answer_is_kept_until_the_data_changes(viewer_api: Api, warehouse: Warehouse) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0)])

    first, second = viewer_api.run(LOAD, id="XFMR-1"), viewer_api.run(LOAD, id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 0, 33.0)])
    third = viewer_api.run(LOAD, id="XFMR-1")

    assert [backend(answer)["backend"] for answer in (first, second, third)] == [
        "warehouse",
        "result-cache",
        "warehouse",
    ]
    assert second["data"] == first["data"]
    assert third["data"]["transformerLoad"][0]["loadKva"] == 33.0
    kept = backend(second)
    assert (kept["isStale"], kept["fallbackReason"]) == (False, None)
    assert 0.0 <= kept["ageS"] < 60.0
    assert backend(first)["ageS"] is None


def test_the_top_list_is_renewed_when_a_transformer_is_renamed(viewer_api: Api, warehouse: Warehouse) -> None:
    fill_units(warehouse, {"XFMR-1": "ZONE-1"})
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0)])
    assert len(viewer_api.data(TOP)["topLoadedTransformers"]) == 1
    fill_units(warehouse, {"XFMR-2": "ZONE-1"})

    stale = viewer_api.run(TOP)
    assert len(stale["data"]["topLoadedTransformers"]) == 1
    assert (backend(stale)["backend"], backend(stale)["isStale"]) == ("result-cache", True)
    assert "data has changed" in backend(stale)["fallbackReason"]
    deadline = time.monotonic() + 10.0
    while viewer_api.data(TOP) != {"topLoadedTransformers": []}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert backend(viewer_api.run(TOP))["isStale"] is False


def test_an_answer_older_than_the_field_allows_is_never_given_for_the_new_one(
    viewer_api: Api, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grid.selectors.analytics.PEAKS_STALE_FOR_S", 0.0)
    fill_units(warehouse, {"XFMR-1": "ZONE-1"})
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0)])
    assert len(viewer_api.data(TOP)["topLoadedTransformers"]) == 1
    fill_units(warehouse, {"XFMR-2": "ZONE-1"})

    assert viewer_api.data(TOP) == {"topLoadedTransformers": []}


def test_one_of_many_asks_and_the_others_get_its_answer(own_stores: None) -> None:
    from grid.federation import analytical

    asked: list[str] = []

    def ask() -> int:
        asked.append("once")
        time.sleep(0.3)
        return 42

    def answer(_: int) -> int:
        return analytical(
            field="probe",
            question={"of": "many"},
            data_version=lambda: "1",
            ask=ask,
            encode=lambda value: value,
            decode=lambda value: value,
        )

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(answer, range(6)))

    assert (answers, asked) == ([42] * 6, ["once"])


def test_only_so_many_queries_run_at_once_and_the_next_is_told_so(
    own_stores: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grid.federation import store

    settings.WAREHOUSE_SLOT_WAIT_S = 0.05
    monkeypatch.setattr(store, "_slots", threading.BoundedSemaphore(2))
    are_inside, may_leave = threading.Barrier(3), threading.Event()

    def slow() -> str:
        are_inside.wait(5.0)
        may_leave.wait(5.0)
        return "answered"

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(store.ask_warehouse, slow) for _ in range(2)]
        are_inside.wait(5.0)
        with pytest.raises(store.WarehouseBusy, match="busy"):
            store.ask_warehouse(lambda: "never")
        may_leave.set()
        assert [each.result() for each in running] == ["answered"] * 2

    assert store.ask_warehouse(lambda: store.ask_warehouse(lambda: "again")) == "again"
    assert warehouse_breaker.current_state == "closed"


def test_each_question_has_an_answer_of_its_own(viewer_api: Api, warehouse: Warehouse) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0), hour("XFMR-1", 1, 20.0)])

    assert len(viewer_api.data(LOAD, id="XFMR-1", hours=2)["transformerLoad"]) == 2
    assert len(viewer_api.data(LOAD, id="XFMR-1", hours=1)["transformerLoad"]) == 1


def test_a_broken_warehouse_leaves_the_last_answer_marked_stale(
    viewer_api: Api, warehouse: Warehouse, tmp_path: Path
) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0)])
    before = viewer_api.run(LOAD, id="XFMR-1")
    warehouse.close()
    shutil.rmtree(tmp_path / "warehouse")

    for _ in range(FAILURES_TO_OPEN + 2):
        after = viewer_api.run(LOAD, id="XFMR-1")

        assert after["data"] == before["data"]
        use = backend(after)
        assert (use["backend"], use["isStale"]) == ("result-cache", True)
        assert use["fallbackReason"].startswith("the warehouse failed: ")


def test_without_an_earlier_answer_a_broken_warehouse_is_an_error(
    viewer_api: Api, warehouse: Warehouse, tmp_path: Path
) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0)])
    warehouse.close()
    damage(tmp_path / "warehouse")

    error = viewer_api.error(LOAD, id="XFMR-1")

    assert error["extensions"]["code"] == "WAREHOUSE_UNAVAILABLE"
    assert "transformer_hourly_load" in error["message"]


def test_a_warehouse_that_is_not_there_is_an_error_and_the_rest_goes_on(
    viewer_api: Api, synced: None
) -> None:
    make_transformer(id="XFMR-1")

    for _ in range(FAILURES_TO_OPEN + 2):
        assert viewer_api.code(LOAD, id="XFMR-1") == "WAREHOUSE_UNAVAILABLE"
    assert viewer_api.data("{ transformers { totalCount } }") == {"transformers": {"totalCount": 1}}


def test_after_repeated_failures_the_warehouse_is_left_alone(
    viewer_api: Api, warehouse: Warehouse, tmp_path: Path
) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0)])
    warehouse.close()
    damage(tmp_path / "warehouse")

    for _ in range(FAILURES_TO_OPEN):
        assert viewer_api.code(LOAD, id="XFMR-1") == "WAREHOUSE_UNAVAILABLE"

    assert warehouse_breaker.current_state == "open"
    assert viewer_api.code(LOAD, id="XFMR-1") == "WAREHOUSE_UNAVAILABLE"


def test_without_redis_the_warehouse_is_asked_each_time(
    viewer_api: Api, warehouse: Warehouse, settings: Any
) -> None:
    make_transformer(id="XFMR-1")
    fill_load(warehouse, [hour("XFMR-1", 0, 10.0)])
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

    for _ in range(2):
        answer = viewer_api.run(LOAD, id="XFMR-1")
        assert len(answer["data"]["transformerLoad"]) == 1
        assert backend(answer)["backend"] == "warehouse"
