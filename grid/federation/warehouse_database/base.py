"""The Django database backend ``grid.federation.warehouse_database``."""

from typing import Any, NoReturn

from django.contrib.gis.db.backends.postgis.base import DatabaseWrapper as PostgisWrapper
from django.contrib.gis.db.backends.postgis.features import DatabaseFeatures as PostgisFeatures
from django.contrib.gis.db.backends.postgis.operations import PostGISOperations
from django.db import NotSupportedError
from django.db.backends.base.creation import BaseDatabaseCreation


def refuse(*_: Any, **__: Any) -> NoReturn:
    """Raise: nothing but querysets of the layers' models reaches the warehouse this way."""
    raise NotSupportedError(
        "The warehouse answers querysets of the layers only; it takes no SQL and no writes."
    )


class DatabaseOperations(PostGISOperations):
    """PostGIS's conversions of values, with a compiler of our own."""

    compiler_module = "grid.federation.warehouse_database.compiler"


class DatabaseFeatures(PostgisFeatures):
    """What PostGIS can do, as far as querysets are built by it."""

    uses_savepoints = False
    supports_transactions = False


class DatabaseCreation(BaseDatabaseCreation):
    """There is nothing to create for the tests: each brings a warehouse of its own."""

    def create_test_db(self, *_: Any, **__: Any) -> str:
        """Return the name."""
        return str(self.connection.settings_dict["NAME"])

    def destroy_test_db(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def serialize_db_to_string(self) -> str:
        """Return nothing to restore."""
        return ""


class DatabaseWrapper(PostgisWrapper):
    """A connection that is none: the compiler asks the warehouse of this process."""

    vendor = "warehouse"
    display_name = "Warehouse"
    ops_class = DatabaseOperations
    features_class = DatabaseFeatures
    creation_class = DatabaseCreation  # type: ignore[assignment]

    connect = ensure_connection = cursor = chunked_cursor = refuse  # type: ignore[assignment]

    def close(self) -> None:
        """Do nothing."""

    def close_pool(self) -> None:
        """Do nothing."""
