"""Every API test has a database, cache keys and a warehouse folder of its own."""

import pytest


@pytest.fixture(autouse=True)
def isolated(db: None, own_stores: None) -> None:
    """Keep the tests apart from each other and from whatever else uses the services."""
