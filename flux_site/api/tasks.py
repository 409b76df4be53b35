"""Celery entry points of the API's own upkeep."""

from celery import shared_task

from flux_site.api.audit.recording import forget_old_records


@shared_task(name="api.forget_audit_records")
def forget_audit_records(**_: object) -> int:
    """Delete records of the audit log that are past their time; return how many."""
    return forget_old_records()
