"""Files made of the rows of a layer, for those who asked for them."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class FileExportQuerySet(models.QuerySet["FileExport"]):
    """Queries over exports."""

    def visible_to(self, user: Any) -> "FileExportQuerySet":
        """Return the exports a user may see: their own, and all with ``grid.view_all_exports``.

        Rows of a file belong to any zone, so users limited to zones see their own exports only.
        """
        from grid.models.base import granted_zone_ids

        if user.has_perm("grid.view_all_exports") and not granted_zone_ids(user):
            return self
        return self.filter(asked_by_id=user.pk)


class FileExport(models.Model):
    """One export of a layer to a file: what was asked for, frozen, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="file_export")
    layer = models.CharField(max_length=64)
    file_format = models.CharField(max_length=16)
    area = models.JSONField(null=True, help_text="GeoJSON of the area; null: everywhere.")
    filters = models.JSONField(default=list, help_text="Conditions on attributes; all must hold.")
    has_personal = models.BooleanField(default=False, help_text="Names people in full.")
    zone_ids = models.JSONField(default=list, help_text="The zones it is limited to; empty: all.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    data_version = models.TextField(blank=True, help_text="Of the rows in the file: the syncs behind them.")
    row_count = models.BigIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file.")
    ready_at = models.DateTimeField(null=True, help_text="When the file was whole.")
    expires_at = models.DateTimeField(null=True, help_text="When the file goes.")
    removed_at = models.DateTimeField(null=True, help_text="When the file went; null: kept, or never made.")

    objects = FileExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        permissions = [("view_all_exports", "Can see and download the exports of others")]

    def __str__(self) -> str:
        return f"{self.layer} as {self.file_format}"
