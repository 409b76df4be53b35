"""Two stores with the same small grid, in which some circuits are out in part or whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import TransactionTestCase

from grid.layers import LAYERS
from grid.models import Zone
from grid.services.status import refresh_status
from grid.services.sync import run_layer
from grid.warehouse import open_warehouse, tables
from tests.clients import Api
from tests.factories.grid import grant_zone
from tests.integration.federation.conftest import TwoStores
from tests.integration.sync.sample import NEWEST, Sample, load, small_grid
from tests.quick_flush import empty_tables
from tests.snowflake_server.process import SnowflakeServer


def grid_with_outages() -> Sample:
    """Return the small grid with interruptions, odd loads, and accounts that are closed.

    CKT-1: two outages are behind XFMR-1-0, one of them also behind one meter there, and a meter of XFMR-1-1.
    CKT-2: everybody is out. CKT-3: nothing is metered. SUB-0 has a capacity, the others none that is known.
    """
    sample = small_grid()
    sample["substations"][0]["capacity_mva"] = 0.05
    sample["customers_master_data"][0]["account_status"] = "CLOSED"
    outages = sample["outage_restoration_tracker"]
    outages[0]["estimated_restoration_at"] = NEWEST
    outages.append(
        outages[0]
        | {"outage_id": "OUT-9", "circuit_id": "CKT-2", "substation_id": "SUB-2", "switch_id": "SW-2"}
    )
    whole_circuit = [("OUT-9", f"XFMR-2-{k}", None, 4, None) for k in range(3)]
    for outage_id, transformer_id, meter_id, customers, restored_at in (
        ("OUT-0", "XFMR-1-0", None, 4, None),
        ("OUT-1", "XFMR-1-0", None, 3, None),
        ("OUT-1", "XFMR-1-0", "MTR-1-0-1", 1, None),
        ("OUT-1", "XFMR-1-1", "MTR-1-1-0", 1, None),
        ("OUT-0", "XFMR-1-2", None, 4, NEWEST),
        ("OUT-2", "XFMR-1-2", None, 4, None),
        *whole_circuit,
    ):
        circuit = transformer_id[5]
        row = dict.fromkeys(tables.outage_interruptions.c.keys()) | {
            "interruption_id": f"{outage_id}|{meter_id or transformer_id}",
            "outage_id": outage_id,
            "transformer_id": transformer_id,
            "meter_id": meter_id,
            "substation_id": f"SUB-{circuit}",
            "circuit_id": f"CKT-{circuit}",
            "customers": customers,
            "started_at": NEWEST,
            "restored_at": restored_at,
        }
        sample["outage_interruptions"].append(row)
    loads = sample["transformer_hourly_load"]
    sample["transformer_hourly_load"] = [
        row for row in loads if not row["transformer_id"].startswith("XFMR-3")
    ]
    for n, row in enumerate(sample["transformer_hourly_load"]):
        row["coverage_pct"] = None if row["transformer_id"] == "XFMR-2-1" else 100.0 - n % 3
        row["loading_pct"] = 40.0 + 7 * n
        row["load_kva"] = row["load_kva"] / 3
    return sample


@pytest.fixture(scope="session")
def snowflake_with_outages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a warehouse on the local Snowflake server that holds the grid."""
    with SnowflakeServer(tmp_path_factory.mktemp("snowflake") / "server.log") as server:
        url = server.url("FLUX_STATUS")
        opened = open_warehouse(url, query_timeout_s=30)
        opened.prepare()
        load(opened, {name: rows for name, rows in grid_with_outages().items() if rows or name == "crews"})
        opened.close()
        yield url


@pytest.fixture
def stores(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
    own_stores: None,
    settings: Any,
    make_user: Callable[..., User],
    tmp_path: Path,
) -> TwoStores:
    """Return the two stores, the warehouse being of the kind the test was parametrised with."""
    from grid.selectors.warehouse import get_warehouse

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
    if getattr(request, "param", "embedded") == "embedded":
        load(get_warehouse(), grid_with_outages())
    else:
        settings.WAREHOUSE_URL = request.getfixturevalue("snowflake_with_outages")
    for layer in LAYERS.values():
        outcome = run_layer(layer=layer, warehouse=get_warehouse())
        assert outcome.rows_rejected == 0, layer.key
    refresh_status()
    limited = make_user(roles=("viewer",), username="zita")
    grant_zone(user=limited, zone=Zone.objects.get(pk="ZONE-1"))
    return TwoStores(
        apis={"viewer": Api(make_user(roles=("viewer",), username="vera")), "limited": Api(limited)}
    )
