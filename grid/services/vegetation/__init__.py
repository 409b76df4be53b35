"""The assessment of trees near overhead lines: a job, and what is made of its results."""

from grid.services.vegetation.canopy_job import create_foreground_canopy_job, start_canopy_import
from grid.services.vegetation.inspections import record_inspection
from grid.services.vegetation.job import KIND, carry_out, start_assessment, start_scheduled_assessment
from grid.services.vegetation.work import create_work_order_of

__all__ = [
    "KIND",
    "carry_out",
    "create_foreground_canopy_job",
    "create_work_order_of",
    "record_inspection",
    "start_assessment",
    "start_canopy_import",
    "start_scheduled_assessment",
]
