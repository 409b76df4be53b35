"""Customers in the admin: personal data is masked unless ``grid.view_customer_pii`` is held.

Masking covers lists, pages, search, sorting and filters in the address: none may serve as an oracle either.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from flux_site.admin.display import UNKNOWN, badge
from flux_site.api.audit.personal import note_shown
from flux_site.api.masking import mask_address, mask_contact, mask_name, user_may_see_pii
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.map_widget import feature

PII_FIELDS = ("full_name", "service_address", "phone", "email")
OPEN_SEARCH = ("id__icontains", "meter__id__iexact", "zip_code__iexact", "city__istartswith")
PII_SEARCH = ("full_name__icontains", "service_address__icontains", "phone__iexact", "email__iexact")


@admin.register(models.Customer)
class CustomerAdmin(AssetAdmin):
    """Customers; the map shows their meter."""

    id_prefix = "CUST-"
    parents = ("meter",)
    list_display_links = ("id",)
    list_filter = ("customer_class", "account_status", "critical_kind", "zone")
    meter_link = parent_column("meter")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Offer the sortable name only to those who may see it."""
        names = (
            ("full_name", "service_address")
            if user_may_see_pii(request.user)
            else ("masked_name", "masked_address")
        )
        return ("id", *names, "meter_link", "customer_class", "critical_kind", "account_badge")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search personal data only for those who may see it."""
        return OPEN_SEARCH + (PII_SEARCH if user_may_see_pii(request.user) else ())

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse filters on personal data in the address, which would answer guesses about it."""
        if lookup.split("__", maxsplit=1)[0] in PII_FIELDS and not user_may_see_pii(request.user):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Any | None = None) -> list[str]:
        """Put the masked columns in the place of the personal ones."""
        fields = super().get_fields(request, obj)
        if user_may_see_pii(request.user):
            return fields
        masked = {
            "full_name": "masked_name",
            "service_address": "masked_address",
            "phone": "masked_phone",
            "email": "masked_email",
        }
        return [masked.get(field, field) for field in fields]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Say what can be searched for."""
        page = super().get_changelist_instance(request)
        page.search_help_text = (
            "Id, name, address, phone, e-mail, city, ZIP code or meter"
            if user_may_see_pii(request.user)
            else "Id, city, ZIP code or meter. Personal data is masked: you lack the permission to see it."
        )
        return page

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a page of customers; whose names it shows goes on record."""
        response = super().changelist_view(request, extra_context)
        page = getattr(response, "context_data", None) or {}
        if "cl" in page and user_may_see_pii(request.user):
            shown = [row.pk for row in page["cl"].result_list]
            for name in ("full_name", "service_address"):
                note_shown(name, *shown)
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one customer; whether personal data is shown goes on record."""
        response = super().change_view(request, object_id, form_url, extra_context)
        page = getattr(response, "context_data", None) or {}
        if page.get("original") is not None and user_may_see_pii(request.user):
            for name in PII_FIELDS:
                note_shown(name, page["original"].pk)
        return response

    @admin.display(description="name")
    def masked_name(self, row: models.Customer) -> str:
        """Return the initials."""
        return mask_name(row.full_name)

    @admin.display(description="service address")
    def masked_address(self, row: models.Customer) -> str:
        """Return the street without its number."""
        return mask_address(row.service_address)

    @admin.display(description="phone")
    def masked_phone(self, row: models.Customer) -> str:
        """Return the end of the number."""
        return UNKNOWN if row.phone is None else mask_contact(row.phone)

    @admin.display(description="e-mail")
    def masked_email(self, row: models.Customer) -> str:
        """Return the end of the address."""
        return UNKNOWN if row.email is None else mask_contact(row.email)

    @admin.display(description="account", ordering="account_status")
    def account_badge(self, row: models.Customer) -> SafeString | str:
        """Return the account's status."""
        return badge(row.account_status)

    def features(self, row: models.Customer) -> list[dict[str, Any]]:
        """Return the place of the meter."""
        return [feature(row.meter.location, id=row.meter_id, title=row.pk)]
