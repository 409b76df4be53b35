"""Outages of the services the web server stands on."""

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase

from tests.integration.federation.conftest import snowflake_url, varied_folder
from tests.quick_flush import empty_tables

__all__ = ["snowflake_url", "varied_folder"]


@pytest.fixture(scope="module", autouse=True)
def quick_flush() -> Iterator[None]:
    """End the tests that commit quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
