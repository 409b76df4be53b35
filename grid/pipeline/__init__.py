"""What is derived from meter readings: cleaned readings, load and use of several spans."""

from grid.pipeline.params import PipelineParams
from grid.pipeline.refresh import RefreshCounts, count_due, hourly_batch_ids, refresh

__all__ = ["PipelineParams", "RefreshCounts", "count_due", "hourly_batch_ids", "refresh"]
