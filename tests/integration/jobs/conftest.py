"""Jobs of kinds made for tests."""

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase

import tests.servers.job_kinds  # noqa: F401 - registers the kinds
from tests.quick_flush import empty_tables


@pytest.fixture(autouse=True)
def isolated(own_stores: None) -> None:
    """Keep the tests apart from each other and from whatever else uses the services."""


@pytest.fixture(scope="module", autouse=True)
def quick_flush() -> Iterator[None]:
    """End the tests that commit quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
