"""Runs as files over HTTP, read with libraries that did not write them; and two runs compared."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse

from cascade.models import CascadeRun
from cascade.services.runs import start_run
from flux_site.jobs.models import Job
from flux_site.jobs.services import run_job
from tests.clients import Api
from tests.factories.cascade import make_finished_run, make_run
from tests.small_network import SmallNetwork

URLS = """query ($id: ID!) { cascadeRun(id: $id) { all: exportUrl
    waves: exportUrl(part: WAVES, format: CSV) branches: exportUrl(part: BRANCHES, format: PARQUET) } }"""
near = pytest.approx


def carried_out(*outages: str, user: User, **options: Any) -> CascadeRun:
    run = start_run(outages=outages, user=user, **options)
    run_job(run.job_id)
    return CascadeRun.objects.get(pk=run.pk)


@pytest.fixture
def run(small_network: SmallNetwork, planner: User) -> CascadeRun:
    """Return the run of the loss of BR-9012, see ``tests/small_network.py``."""
    return carried_out("BR-9012", user=planner)


def fetch(api: Api, run: CascadeRun, name: str, **headers: str) -> HttpResponse:
    return api.get(f"/exports/cascade-runs/{run.pk}/{name}", **headers)


def read_csv(response: HttpResponse) -> list[dict[str, str]]:
    assert response.status_code == 200, response.content
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def read_parquet(response: HttpResponse, folder: Path) -> list[dict[str, Any]]:
    """Return the rows as DuckDB's own reader of Parquet finds them."""
    assert response.status_code == 200, response.content
    path = folder / "file.parquet"
    path.write_bytes(response.content)
    with duckdb.connect() as session:
        found = session.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_addresses_come_from_the_run(planner_api: Api, run: CascadeRun) -> None:
    urls = planner_api.data(URLS, id=run.pk)["cascadeRun"]

    assert urls == {
        "all": f"/exports/cascade-runs/{run.pk}/all.json",
        "waves": f"/exports/cascade-runs/{run.pk}/waves.csv",
        "branches": f"/exports/cascade-runs/{run.pk}/branches.parquet",
    }
    types = {
        "all": "application/json",
        "waves": "text/csv; charset=utf-8",
        "branches": "application/vnd.apache.parquet",
    }
    for part, url in urls.items():
        response = planner_api.get(url)
        assert (response.status_code, response.headers["Content-Type"]) == (200, types[part])
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        filename = f"cascade-run-{run.pk}-{url.rpartition('/')[2]}"
        assert response.headers["Content-Disposition"] == f'attachment; filename="{filename}"'


@pytest.mark.parametrize("part", ["waves", "trips", "branches", "buses", "substations"])
def test_a_part_says_the_same_in_every_format(
    planner_api: Api, run: CascadeRun, tmp_path: Path, part: str
) -> None:
    rows = json.loads(fetch(planner_api, run, f"{part}.json").content)

    assert rows
    assert read_parquet(fetch(planner_api, run, f"{part}.parquet"), tmp_path) == rows
    texts = read_csv(fetch(planner_api, run, f"{part}.csv"))
    assert [{name: "" if value is None else value for name, value in row.items()} for row in rows] == [
        {name: _as(text, rows[at][name]) for name, text in row.items()} for at, row in enumerate(texts)
    ]


def _as(text: str, like: Any) -> Any:
    """Return a text of CSV as the kind of value that JSON has there."""
    if text == "" or like is None or isinstance(like, str):
        return text
    return {"true": True, "false": False}[text] if isinstance(like, bool) else type(like)(text)


def test_what_was_calculated_by_hand_is_in_the_files(
    planner_api: Api, run: CascadeRun, tmp_path: Path
) -> None:
    waves = read_csv(fetch(planner_api, run, "waves.csv"))
    branches = read_parquet(fetch(planner_api, run, "branches.parquet"), tmp_path)
    whole = json.loads(fetch(planner_api, run, "all.json").content)

    assert [(row["number"], float(row["cumulative_shed_mw"])) for row in waves] == [
        ("0", near(0.0)),
        ("1", near(150.0)),
    ]
    assert [row["customers_out"] for row in waves] == ["0", ""]  # nobody at first; then unknown, not 0
    assert [(row["id"], row["out_wave"], row["final_flow_mw"]) for row in branches] == [
        ("BR-9012", 0, near(0.0)),
        ("BR-9013", 1, near(0.0)),
        ("BR-9014", None, near(-25.0)),
    ]
    assert (whole["run_id"], whole["total_shed_mw"], whole["customers_out"]) == (run.pk, near(150.0), None)
    assert whole["inputs"]["outages"]["branches"] == ["BR-9012"]
    assert whole["trips"] == json.loads(fetch(planner_api, run, "trips.json").content)


def test_a_client_that_has_a_file_is_not_sent_it_again(planner_api: Api, run: CascadeRun) -> None:
    first = fetch(planner_api, run, "waves.csv")
    etag = first.headers["ETag"]

    again = fetch(planner_api, run, "waves.csv", **{"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first.headers["Vary"]
    for other in ("waves.json", "trips.csv", "all.json"):
        assert fetch(planner_api, run, other, **{"If-None-Match": etag}).status_code == 200
    Job.objects.filter(pk=run.job_id).update(status="QUEUED")
    run_job(run.job_id)
    assert fetch(planner_api, run, "waves.csv", **{"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("name", "status", "code", "field"),
    [
        ("volcanoes.csv", 404, "NOT_FOUND", "part"),
        ("waves.xlsx", 400, "BAD_INPUT", "format"),
        ("waves", 400, "BAD_INPUT", "format"),
        ("all.csv", 400, "BAD_INPUT", "format"),
        ("all.parquet", 400, "BAD_INPUT", "format"),
        (".json", 404, "NOT_FOUND", "part"),
        ("waves.csv.json", 400, "BAD_INPUT", "format"),
    ],
)
def test_what_a_run_does_not_have_is_refused(
    planner_api: Api, run: CascadeRun, name: str, status: int, code: str, field: str
) -> None:
    response = fetch(planner_api, run, name)

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"] == {"code": code, "field": field}
    assert "ETag" not in response.headers


@pytest.mark.parametrize("run_id", ["999999", "99999999999999999999999999", "abc", "-1", "1.5"])
def test_a_run_that_is_none_is_a_404(planner_api: Api, run_id: str) -> None:
    response = planner_api.get(f"/exports/cascade-runs/{run_id}/all.json")

    assert (response.status_code, response.json()["errors"][0]["extensions"]["field"]) == (404, "runId")


def test_a_run_without_a_result_has_no_files(planner_api: Api, planner: User) -> None:
    response = fetch(planner_api, make_run(owner=planner), "waves.csv")

    assert response.status_code == 404
    assert "it is queued" in response.json()["errors"][0]["message"]


def test_only_who_may_see_a_run_may_download_it(
    anonymous_api: Api, viewer_api: Api, make_user: Callable[..., User]
) -> None:
    owner, stranger = make_user(), make_user()
    run = make_finished_run(owner=owner)
    asked = {
        "nobody": anonymous_api,
        "owner": Api(owner),
        "viewer": viewer_api,
        "stranger": Api(stranger),
    }

    assert {who: fetch(api, run, "waves.csv").status_code for who, api in asked.items()} == {
        "nobody": 401,
        "owner": 200,
        "viewer": 200,
        "stranger": 404,
    }
    etag = fetch(Api(owner), run, "waves.csv").headers["ETag"]
    assert fetch(Api(stranger), run, "waves.csv", **{"If-None-Match": etag}).status_code == 404


COMPARE = """query ($a: ID!, $b: ID!, $limit: Int! = 100) {
    compareCascadeRuns(firstId: $a, secondId: $b, limit: $limit) {
        isSameResult isSameNetwork trippedInBothCount onlyFirst onlySecond onlyFirstCount earlierOrLaterCount
        measures { name first second change } flowChangeCount flowChanges { branchId changeMw }
        losses { substationId firstMw secondMw changeMw } } }"""


def test_two_runs_are_compared_over_the_api(planner_api: Api, planner: User, run: CascadeRun) -> None:
    # With ratings of 300 MVA the 200 MW over BR-9013 trip nothing: all is served.
    strong = carried_out("BR-9012", user=planner, rating_multiplier=2.0)

    found = planner_api.data(COMPARE, a=run.pk, b=strong.pk, limit=1)["compareCascadeRuns"]

    measures = {each["name"]: (each["first"], each["second"], each["change"]) for each in found["measures"]}
    assert measures["total_shed_mw"] == (near(150.0), near(0.0), near(-150.0))
    # Whom the 150 MW served is not on record; who loses nothing loses no customer.
    assert measures["customers_out"] == (None, 0.0, None)
    assert (found["isSameResult"], found["isSameNetwork"]) == (False, True)
    assert (found["onlyFirst"], found["onlySecond"], found["trippedInBothCount"]) == (["BR-9013"], [], 0)
    # Two flows and two losses differ; the limit shows the largest of each.
    assert (found["flowChangeCount"], found["flowChanges"]) == (
        2,
        [{"branchId": "BR-9013", "changeMw": near(200.0)}],
    )
    assert [(row["substationId"], row["changeMw"]) for row in found["losses"]] == [("SUB-9002", near(-75.0))]
    assert planner_api.data(COMPARE, a=run.pk, b=run.pk)["compareCascadeRuns"]["isSameResult"]


def test_a_run_that_one_may_not_see_is_not_compared(
    planner_api: Api, run: CascadeRun, make_user: Callable[..., User]
) -> None:
    stranger = make_user()
    own = make_finished_run(owner=stranger)

    error = Api(stranger).error(COMPARE, a=own.pk, b=run.pk)

    assert error["extensions"] == {"code": "NOT_FOUND", "field": "secondId"}
    assert planner_api.error(COMPARE, a=run.pk, b=own.pk, limit=0)["extensions"]["field"] == "limit"
