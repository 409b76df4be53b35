"""What is exported can be imported again: the warehouse's rows stay as they are."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from django.contrib.auth.models import User

from grid.layers import LAYERS
from grid.services.exports.files import place_of
from grid.warehouse import Warehouse
from tests.integration.exchange.conftest import RunExport
from tests.integration.imports.conftest import RunImport
from tests.integration.sync.conftest import RunAll

pytestmark = pytest.mark.integration

DISTRIBUTION = ("zones", "substations", "circuits", "lines", "switches", "poles", "transformers", "meters")


@pytest.fixture
def synced(loaded: Warehouse, run_all: RunAll) -> Warehouse:
    """Return the warehouse of the small grid, its layers cached."""
    run_all(loaded, *DISTRIBUTION, "customers")
    return loaded


def in_warehouse(warehouse: Warehouse, layer: str) -> dict[str, dict[str, Any]]:
    table = LAYERS[layer].counted_table
    key = next(iter(table.columns)).name
    return {row[key]: dict(row) for row in warehouse.select_rows(sa.select(table))}


def near(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose places compare within a tenth of a millimetre."""
    found = {
        name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
        for name, value in row.items()
    }
    if "route_wkt" in found:
        found["route_wkt"] = [pytest.approx(number, abs=1e-9) for number in numbers(row["route_wkt"])]
    return found


def numbers(wkt: str) -> list[float]:
    inside = wkt[wkt.index("(") + 1 : wkt.rindex(")")]
    return [float(each) for each in inside.replace(",", " ").split()]


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "route_wkt": numbers(row["route_wkt"])} if "route_wkt" in row else row


def mapping_of(place: Path, layer: str) -> dict[str, Any]:
    """Return the mapping that the list of a shapefile's fields makes."""
    with zipfile.ZipFile(place) as archive:
        listed = archive.read("fields.csv").decode()
    columns = {column.name for column in LAYERS[layer].counted_table.columns}
    rules: dict[str, Any] = {
        each["attribute"]: {"column": each["field"]}
        for each in csv.DictReader(io.StringIO(listed))
        if each["attribute"] in columns
    }
    if layer != "customers":
        geometry = {"latitude", "longitude", "route_wkt"} & columns
        rules |= {name: {"geometry": True} for name in geometry}
    return rules


OPTIONS: dict[str, Callable[[Path, str], dict[str, Any]]] = {
    "GEOJSON": lambda place, layer: {},
    "GEOPACKAGE": lambda place, layer: {},
    "CSV": lambda place, layer: {"options": {"crs": "EPSG:4326"}},
    "PARQUET": lambda place, layer: {},
    "SHAPEFILE": lambda place, layer: {"mapping": mapping_of(place, layer)},
}


@pytest.mark.parametrize("file_format", OPTIONS)
def test_what_is_exported_can_be_imported(
    synced: Warehouse, run_export: RunExport, run_import: RunImport, planner: User, tmp_path: Path,
    file_format: str,
) -> None:  # fmt: skip
    for layer in ("poles", "lines"):
        before = in_warehouse(synced, layer)
        row, job = run_export(layer, file_format, user=planner)
        assert job.status == "SUCCEEDED", job.error_message
        assert row.row_count == len(before)
        place = place_of(row)
        options = OPTIONS[file_format](place, layer)

        imported, job = run_import(layer, place, **options)

        assert job.status == "SUCCEEDED", job.error_message
        assert (imported.rows_read, imported.rows_refused) == (len(before), 0)
        assert (imported.rows_known, imported.rows_new, imported.rows_kept) == (len(before), 0, 0)
        after = in_warehouse(synced, layer)
        assert {key: comparable(each) for key, each in after.items()} == {
            key: near(each) for key, each in before.items()
        }


@pytest.mark.parametrize("layer", ["substations", "switches", "transformers", "meters", "customers"])
def test_every_layer_of_assets_goes_there_and_back(
    synced: Warehouse, run_export: RunExport, run_import: RunImport, make_user: Any, layer: str
) -> None:
    user = make_user(roles=("planner", "pii"))
    before = in_warehouse(synced, layer)
    row, job = run_export(layer, "PARQUET", user=user, with_personal=layer == "customers")
    assert job.status == "SUCCEEDED", job.error_message

    imported, job = run_import(layer, place_of(row))

    assert job.status == "SUCCEEDED", job.error_message
    assert (imported.rows_known, imported.rows_new, imported.rows_refused) == (len(before), 0, 0)
    after = in_warehouse(synced, layer)
    changed = [
        (key, name, value, after[key][name])
        for key, each in before.items()
        for name, value in near(each).items()
        if value != after[key][name] and (value, after[key][name]) != ("", None)  # an empty text is unknown
    ]
    assert (changed[:3], after.keys()) == ([], before.keys())
    assert any(isinstance(value, float | str | date) for each in before.values() for value in each.values())
