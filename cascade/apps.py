"""Django application of the cascade laboratory."""

from django.apps import AppConfig


class CascadeConfig(AppConfig):
    """The cascade laboratory."""

    name = "cascade"
    verbose_name = "Cascade laboratory"
