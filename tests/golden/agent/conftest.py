"""A tiny grid of two years, forged once for all golden questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agent.semantic.analyst import Analyst
from agent.semantic.loading import semantic_model
from grid.forge.config import ForgeConfig, Scale
from grid.forge.load import load_warehouse
from grid.warehouse import Warehouse, open_warehouse
from grid.warehouse import tables as t
from tests.golden.agent.computed_rows import fill_computed

CONFIG = ForgeConfig(scale=Scale.TINY, end_at=datetime(2025, 8, 12, 17), ami_days=14, history_years=2)


def forged(root: Path) -> Warehouse:
    """Return a warehouse in ``root`` that holds the grid that the questions are about."""
    warehouse = open_warehouse(f"embedded://{root}?threads=2&memory_limit=500MB")
    load_warehouse(warehouse=warehouse, config=CONFIG, progress=lambda done, step: None)
    transformers, trees = t.transformer_metadata.c.transformer_id, t.trees.c.tree_id
    fill_computed(
        warehouse,
        [row["transformer_id"] for row in warehouse.select_rows(select(transformers).order_by(transformers))],
        [row["tree_id"] for row in warehouse.select_rows(select(trees).order_by(trees))],
    )
    return warehouse


@pytest.fixture(scope="session")
def forged_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden") / "warehouse"


@pytest.fixture(scope="session")
def forged_warehouse(forged_root: Path) -> Iterator[Warehouse]:
    warehouse = forged(forged_root)
    yield warehouse
    warehouse.close()


@pytest.fixture(scope="session")
def analyst(forged_warehouse: Warehouse) -> Analyst:
    return Analyst(semantic_model(), forged_warehouse, ZoneInfo("America/Chicago"))
