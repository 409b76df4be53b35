"""Outages found by what meters and switches say: raised, widened, narrowed and restored by themselves."""

from grid.services.detection.listening import review_due, take_events, take_readings
from grid.services.detection.remembering import forget_old

__all__ = ["forget_old", "review_due", "take_events", "take_readings"]
