"""The job that checks the records of the grid."""

from grid.selectors.data_quality import KIND
from grid.services.data_quality.checking import (
    carry_out,
    check,
    quality_params,
    start_check,
    start_scheduled_check,
)

__all__ = ["KIND", "carry_out", "check", "quality_params", "start_check", "start_scheduled_check"]
