"""The life of an outage: reported, confirmed, assigned, worked on, restored in steps; or cancelled."""

from grid.services.outages.lifecycle import (
    assign_crew,
    cancel_outage,
    confirm_outage,
    set_cause,
    set_estimate,
    start_work,
    withdraw_crew,
)
from grid.services.outages.reporting import move_outage, report_outage
from grid.services.outages.restoring import restore

__all__ = [
    "assign_crew",
    "cancel_outage",
    "confirm_outage",
    "move_outage",
    "report_outage",
    "restore",
    "set_cause",
    "set_estimate",
    "start_work",
    "withdraw_crew",
]
