"""Admin pages of rows that only the system writes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """Lists and shows rows; nobody adds, changes or deletes them by hand.

    Rows are limited to ``visible_to(user)`` where the model's queryset has such a method.
    """

    actions_selection_counter = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows the user may see."""
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Nobody changes rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Nobody deletes rows."""
        return False
