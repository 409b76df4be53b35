"""The job that checks the records of the grid."""

from grid.services.data_quality.checking import KIND, carry_out, check, start_check

__all__ = ["KIND", "carry_out", "check", "start_check"]
