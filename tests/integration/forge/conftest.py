"""The demonstration grid with its past, forged once, and its tables as data frames."""

from datetime import datetime

import pytest

from grid.forge import ForgeConfig, Scale
from grid.forge.build import Forged, forge
from tests.unit.forge.network import Frames


@pytest.fixture(scope="session")
def demo() -> Forged:
    """Return the demonstration grid."""
    return forge(config=ForgeConfig(scale=Scale.DEMO, end_at=datetime(2025, 8, 12, 17)))


@pytest.fixture(scope="session")
def frames(demo: Forged) -> Frames:
    """Return its small tables."""
    return {name: table.to_pandas() for name, table in demo.tables.items()}
