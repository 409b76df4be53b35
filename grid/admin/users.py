"""Users in the admin, with the zones they are limited to.

An administrator who is no superuser cannot rise above themselves: superusers, the superuser flag and single
permissions are out of reach, and a group can only be given by somebody who holds all it gives.
"""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from flux_site.api import principals
from grid import models

SUPERUSER_ONLY = ("is_superuser", "user_permissions")


class ZoneGrantInline(admin.TabularInline):
    """The zones a user is limited to."""

    model = models.ZoneGrant
    extra = 0
    verbose_name = "zone this user is limited to"
    verbose_name_plural = "zones this user is limited to (none: the user sees every zone)"


def grantable_groups(user: Any) -> QuerySet[Group]:
    """Return the groups a user may give: those that give nothing the user does not hold."""
    groups = Group.objects.all()
    if user.is_superuser:
        return groups
    held = user.get_all_permissions()
    allowed = [
        group.pk
        for group in groups.prefetch_related("permissions__content_type")
        if all(f"{row.content_type.app_label}.{row.codename}" in held for row in group.permissions.all())
    ]
    return groups.filter(pk__in=allowed)


def forget(user_id: int) -> None:
    """Forget, once the change is committed, what is kept of a user for times without a database."""
    transaction.on_commit(partial(principals.forget_user, user_id))


admin.site.unregister(User)


@admin.register(User)
class FluxUserAdmin(UserAdmin):
    """Users, their roles and their zones."""

    list_display = ("username", "roles", "zones", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    inlines = (ZoneGrantInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Fetch roles and zones of all users at once."""
        return super().get_queryset(request).prefetch_related("groups", "zone_grants")

    def get_inlines(self, request: HttpRequest, obj: Any | None) -> tuple[Any, ...]:
        """Ask for zones once the user exists."""
        return () if obj is None else (ZoneGrantInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Superusers are changed by superusers only, their passwords included."""
        is_within_reach = obj is None or not obj.is_superuser or request.user.is_superuser
        return super().has_change_permission(request, obj) and is_within_reach

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Superusers are deleted by superusers only."""
        is_within_reach = obj is None or not obj.is_superuser or request.user.is_superuser
        return super().has_delete_permission(request, obj) and is_within_reach

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        """Keep what only superusers give out of others' hands."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else fields + SUPERUSER_ONLY

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only the groups the user may give."""
        if db_field.name == "groups":
            kwargs["queryset"] = grantable_groups(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: forms.BaseForm, formsets: Any, change: bool) -> None:
        """Keep the groups that the form could not offer."""
        user: Any = form.instance  # type: ignore[attr-defined]
        out_of_reach = list(user.groups.exclude(pk__in=grantable_groups(request.user))) if change else []
        super().save_related(request, form, formsets, change)
        user.groups.add(*out_of_reach)
        forget(user.pk)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        """Change a password, after which the old one opens nothing."""
        if request.method == "POST" and id.isdigit():
            forget(int(id))
        return super().user_change_password(request, id, form_url)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete a user and what is known of them."""
        forget(obj.pk)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete users and what is known of them."""
        for key in queryset.values_list("pk", flat=True):
            forget(key)
        super().delete_queryset(request, queryset)

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """Return the groups of the user."""
        return ", ".join(sorted(group.name for group in user.groups.all())) or "none"

    @admin.display(description="zones")
    def zones(self, user: Any) -> str:
        """Return the zones the user is limited to."""
        return ", ".join(sorted(grant.zone_id for grant in user.zone_grants.all())) or "all"
