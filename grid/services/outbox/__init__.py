"""Operators' own edits: recorded with the edit, delivered to the warehouse, read back from it."""

from grid.services.outbox.delivering import TASK, deliver, tidy
from grid.services.outbox.recording import Action, Edit, record, record_all
from grid.services.outbox.restoring import RestoredRow, adopt_stream, find_stream, is_untouched, list_rows
from grid.services.outbox.streams import begin_stream

__all__ = [
    "TASK",
    "Action",
    "Edit",
    "RestoredRow",
    "adopt_stream",
    "begin_stream",
    "deliver",
    "find_stream",
    "is_untouched",
    "list_rows",
    "record",
    "record_all",
    "tidy",
]
