"""The steps of an outage between its report and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flux_site.api.errors import BadInput
from grid import models
from grid.services.operations import Unit, changing
from grid.services.operations.unit import step
from grid.services.outages import crewing, estimating, interrupting
from grid.services.outages.checks import check_cause, check_moment


def confirm_outage(
    *, outage_id: str, expected_version: int | None = None, actor: Any | None = None, note: str | None = None
) -> models.Outage:
    """Confirm a predicted outage.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
    """

    def confirm(unit: Unit, outage: models.Outage) -> None:
        step(outage, "CONFIRM")
        outage.confirmed_at = unit.now
        unit.save(outage, action="CONFIRM", told=estimating.re_estimate(outage, unit))

    return _changed(outage_id, expected_version, actor, note, confirm)


def assign_crew(
    *,
    outage_id: str,
    crew_id: str,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.Outage:
    """Send a crew to an outage, with its order.

    Raises:
        NotFound: if there is no such outage or crew that the actor may see.
        StaleVersion, ImpossibleTransition: if the outage is not as it should be.
        CrewUnavailable: if the crew is of another territory, off shift or busy.
    """

    def assign(unit: Unit, outage: models.Outage) -> None:
        crewing.assign(unit, outage, crewing.lock_order(unit, outage), crew_id)

    return _changed(outage_id, expected_version, actor, note, assign)


def withdraw_crew(
    *, outage_id: str, expected_version: int | None = None, actor: Any | None = None, note: str | None = None
) -> models.Outage:
    """Take the crew off an outage.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
    """

    def withdraw(unit: Unit, outage: models.Outage) -> None:
        crewing.withdraw(unit, outage, crewing.lock_order(unit, outage))

    return _changed(outage_id, expected_version, actor, note, withdraw)


def start_work(
    *, outage_id: str, expected_version: int | None = None, actor: Any | None = None, note: str | None = None
) -> models.Outage:
    """Note that the crew is at work on an outage.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
    """

    def start(unit: Unit, outage: models.Outage) -> None:
        crewing.start(unit, outage, crewing.lock_order(unit, outage))

    return _changed(outage_id, expected_version, actor, note, start)


def set_cause(
    *,
    outage_id: str,
    cause_code: str | None,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.Outage:
    """Say what caused an outage, also after it was restored; None: it is not known after all.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
        BadInput: if the cause is none of the known ones.
    """
    cause = check_cause(cause_code)

    def put(unit: Unit, outage: models.Outage) -> None:
        step(outage, "SET_CAUSE")
        outage.cause_code = cause
        told = estimating.re_estimate(outage, unit) if outage.restored_at is None else {}
        unit.save(outage, action="SET_CAUSE", told=told)

    return _changed(outage_id, expected_version, actor, note, put)


def set_estimate(
    *,
    outage_id: str,
    restored_by: datetime | None,
    restored_by_p80: datetime | None = None,
    expected_version: int | None = None,
    actor: Any | None = None,
    note: str | None = None,
) -> models.Outage:
    """Say when an outage will be restored; this stands until it is given back to the computation with None.

    Args:
        outage_id: which.
        restored_by: P50; None: let it be computed again.
        restored_by_p80: P80; None: not known.
        expected_version: refuse if the outage has another one.
        actor: the user; None for the system.
        note: kept in the history.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
        BadInput: if a moment is past, or P80 is before P50.
    """

    def put(unit: Unit, outage: models.Outage) -> None:
        step(outage, "SET_ESTIMATE")
        if restored_by is None:
            if restored_by_p80 is not None:
                raise BadInput("A P80 without a P50 says nothing.", field="estimatedRestorationP80At")
            unit.save(outage, action="SET_ESTIMATE", told=estimating.compute(outage, unit))
            return
        for moment, field in (
            (restored_by, "estimatedRestorationAt"),
            (restored_by_p80, "estimatedRestorationP80At"),
        ):
            if moment is not None and check_moment(moment, field) <= unit.now:
                raise BadInput(f"{field} is {moment:%Y-%m-%d %H:%M:%S%z}; that is past.", field=field)
        if restored_by_p80 is not None and restored_by_p80 < restored_by:
            raise BadInput(
                "estimatedRestorationP80At is before estimatedRestorationAt.",
                field="estimatedRestorationP80At",
            )
        outage.estimated_restoration_at = restored_by
        outage.estimated_restoration_p80_at = restored_by_p80
        unit.save(outage, action="SET_ESTIMATE", told={"estimate_basis": [None, estimating.BY_OPERATOR]})

    return _changed(outage_id, expected_version, actor, note, put)


def cancel_outage(
    *, outage_id: str, expected_version: int | None = None, actor: Any | None = None, note: str | None = None
) -> models.Outage:
    """Call an outage off: nobody was without supply. Its interruptions are deleted, its orders cancelled.

    Raises:
        NotFound, StaleVersion, ImpossibleTransition: if it is not there, or not as it should be.
        BadInput: if customers of it were restored, so that it was one.
    """

    def cancel(unit: Unit, outage: models.Outage) -> None:
        step(outage, "CANCEL")
        rows = models.OutageInterruption.objects.filter(outage=outage)
        if rows.filter(restored_at__isnull=False).exists():
            raise BadInput(
                f"Customers of {outage.pk} were restored, so it was an outage: restore the others.",
                field="outageId",
            )
        rows.delete()
        unit.interruptions_changed(outage.pk)
        interrupting.count(outage)
        crewing.call_off(unit, outage)
        unit.save(outage, action="CANCEL")

    return _changed(outage_id, expected_version, actor, note, cancel, is_of_circuit=True)


def _changed(
    outage_id: str,
    expected_version: int | None,
    actor: Any | None,
    note: str | None,
    change: Callable[[Unit, models.Outage], None],
    *,
    is_of_circuit: bool = False,
) -> models.Outage:
    with changing(actor=actor, note=note) as unit:
        if is_of_circuit:
            interrupting.take_turns_with(outage_id)
        outage = unit.lock(models.Outage, outage_id, expected_version=expected_version)
        change(unit, outage)
    return outage
