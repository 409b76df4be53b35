"""The admin of the cascade laboratory: scenarios and runs."""

from cascade.admin import runs, scenarios

__all__ = ["runs", "scenarios"]
