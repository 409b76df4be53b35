"""One tiny forged grid, its tables as data frames and all its readings, shared by the tests of the forge."""

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pytest

from grid.forge import ForgeConfig
from grid.forge.build import Forged, forge

END_AT = datetime(2025, 8, 12, 17, 20)


@pytest.fixture(scope="session")
def tiny() -> Forged:
    """Return the tiny grid."""
    return forge(config=ForgeConfig.tiny(end_at=END_AT))


@pytest.fixture(scope="session")
def frames(tiny: Forged) -> dict[str, pd.DataFrame]:
    """Return its small tables."""
    return {name: table.to_pandas() for name, table in tiny.tables.items()}


@pytest.fixture(scope="session")
def readings(tiny: Forged) -> pd.DataFrame:
    """Return all its readings; decimals are Python decimals."""
    batches = [batch for day in tiny.days() for batch in tiny.reading_batches(day)]
    return pa.Table.from_batches(batches).to_pandas()


@pytest.fixture(scope="session")
def hourly(tiny: Forged) -> pd.DataFrame:
    """Return its hourly transformer load."""
    return pa.Table.from_batches(list(tiny.hourly_batches())).to_pandas()
