"""The assessment of trees near overhead lines: a job, and what is made of its results."""

from grid.services.vegetation.inspections import record_inspection
from grid.services.vegetation.job import KIND, carry_out, start_assessment, start_scheduled_assessment
from grid.services.vegetation.work import create_work_order_of

__all__ = [
    "KIND",
    "carry_out",
    "create_work_order_of",
    "record_inspection",
    "start_assessment",
    "start_scheduled_assessment",
]
