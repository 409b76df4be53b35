"""Django application of the grid: assets, sync, federation, map."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    """The grid."""

    name = "grid"
    verbose_name = "Grid"
